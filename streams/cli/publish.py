"""`telltale publish DIR`: a checked and tested library into the log, for every worker to switch to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from rules import Library, PlacedLibrary, Rig, compile_plan, rfc3339
from streams.broker import BrokerAbsentError, wait
from streams.cli.application import new_app
from streams.cli.check import summary
from streams.cli.flags import flags, settings_of
from streams.cli.moments import ago
from streams.cli.output import WRONG_USAGE, fail, placed_at, quiet_kafka, say
from streams.cli.publish_shown import show
from streams.cli.test import draw, run_all, sum_up
from streams.libraries import Approval, Follower, Published, PublishError, Shelf, publish, publishable
from streams.libraries.publish import now
from streams.metrics import Metrics
from streams.settings import Settings
from streams.topics import Catalogue, Topic, create_only, partition_counts

HELP = """Publish a library: every worker switches to it, without a restart.

Its files are checked and its timelines run; both must be good. Then it is shown what changes against the newest
published library, and which signals begin anew. Nothing is asked: look with --dry-run first."""
NAMES = (
    "broker",
    "namespace",
    "wait",
    "partitions",
    "replication",
    "security_protocol",
    "ssl_cafile",
    "ssl_certfile",
    "ssl_keyfile",
    "sasl_mechanism",
    "sasl_username",
)
SHORTEST = 12
"""Digits of a digest that say enough."""


def app() -> typer.Typer:
    app = new_app()
    app.command("publish", help=HELP)(flags(*NAMES)(publish_library))
    return app


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be published, and how. `warm_from`: epoch ms."""

    directory: Path
    library: Library
    approve: Sequence[str]
    warm_from: int | None
    dry_run: bool
    create_topics: bool


def publish_library(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="the library's folder")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would be, and publish nothing")] = False,
    approve: Annotated[
        list[str] | None, typer.Option(metavar="WHO", help="who has approved it, recorded with the digest; repeatable")
    ] = None,
    digest: Annotated[
        str | None, typer.Option(metavar="HEX", help="what was approved: another digest is refused (12 digits or all)")
    ] = None,
    warm_from: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="new and changed parts read the log from then on: a time, or such as 14d-ago"
        ),
    ] = None,
    create_topics: Annotated[
        bool, typer.Option("--create-topics", help="create the topics that its channels lack")
    ] = False,
    **given: object,
) -> None:
    settings = settings_of(os.environ, given)
    since = _since(warm_from)
    placed = placed_at(directory)
    compile_plan(placed.library)
    _run_timelines(directory, placed)
    _must_be(placed.library.digest, digest)
    wanted = Wanted(directory, placed.library, tuple(approve or ()), since, dry_run, create_topics)
    quiet_kafka()
    try:
        asyncio.run(_publish(settings, wanted))
    except (BrokerAbsentError, PublishError) as error:
        fail(str(error))
    except KafkaError as error:
        fail(f"broker {settings.broker}: found {error!r}; expected it to take the library; see the broker's own log")


def _since(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        since = ago(text, now())
    except ValueError:
        fail(f"--warm-from: found {text!r}; expected a time in the past, or such as 14d-ago (s, m, h, d)", WRONG_USAGE)
    if not 0 <= since <= now():
        fail(f"--warm-from: found {text!r}; expected a time in the past, or such as 14d-ago (s, m, h, d)", WRONG_USAGE)
    return since


def _run_timelines(directory: Path, placed: PlacedLibrary) -> None:
    """Says what is in the library and what came of its timelines; ends the command where one differs."""
    typer.echo(f"{directory}: {summary(placed.library)}")
    names = [signal.name for signal in placed.library.signals]
    outcomes = run_all(Rig(placed.library), names)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        draw(outcome, placed)
    sum_up(outcomes, names)
    if failed:
        fail("not published: expected all timelines to be as they say; see `telltale test`")


def _must_be(digest: str, approved: str | None) -> None:
    typer.echo(f"digest {digest}")
    if approved is None:
        return
    if len(approved) < SHORTEST:
        fail(f"--digest: found {approved!r}; expected {SHORTEST} digits or all {len(digest)}", WRONG_USAGE)
    if not digest.startswith(approved.lower()):
        fail(f"not published: found the digest {digest}, expected {approved}: the folder isn't what was approved")


async def _publish(settings: Settings, wanted: Wanted) -> None:
    await wait(settings, say)
    catalogue = Catalogue(settings, [channel.name for channel in wanted.library.channels])
    missing = await _missing(settings, catalogue)
    if catalogue.libraries in missing and not wanted.dry_run:
        await _create(settings, wanted, [catalogue.libraries])
    there = catalogue.libraries not in missing or not wanted.dry_run
    shelf = await _shelf(settings, catalogue.libraries.name, read=there)
    newest = shelf.newest
    approved = _approved(wanted, shelf.published(wanted.library.digest))
    show(wanted.library, newest, approved, wanted.warm_from)
    before = newest.published if newest else None
    if before and before.digest == wanted.library.digest and len(approved) == len(before.approved):
        typer.echo(f"already the newest (sequence {before.sequence}): nothing to publish")
        return
    if wanted.warm_from is not None and newest is None:
        fail("--warm-from: found no library published before; expected one that this one follows; leave it out")
    record = publishable(
        wanted.library, wanted.directory, replaces=before, approved=approved, warm_from=wanted.warm_from
    )
    await _with_topics(settings, wanted, [topic for topic in missing if topic is not catalogue.libraries])
    if wanted.dry_run:
        typer.echo("nothing published: --dry-run")
        return
    sequence = await publish(settings, catalogue.libraries.name, record)
    typer.echo(f"published as {record.version} (sequence {sequence}): workers switch to it by themselves")


async def _missing(settings: Settings, catalogue: Catalogue) -> list[Topic]:
    """What isn't there of the topic of libraries and the channels' topics."""
    names = {catalogue.libraries.name, *catalogue.channels()}
    present = await partition_counts(settings, sorted(names))
    return [topic for topic in catalogue.all() if topic.name in names - present.keys()]


async def _create(settings: Settings, wanted: Wanted, topics: Sequence[Topic]) -> None:
    """Creates topics that lack, where that is asked for; else ends the command."""
    if topics and not wanted.create_topics:
        lacking = ", ".join(topic.name for topic in topics)
        fail(f"not published: found no topic {lacking}; expected one; create what lacks with --create-topics")
    await create_only(settings, topics)


async def _with_topics(settings: Settings, wanted: Wanted, topics: Sequence[Topic]) -> None:
    """Sees that the channels have topics; a dry run only says which haven't."""
    if not wanted.dry_run:
        await _create(settings, wanted, topics)
    for topic in topics:
        typer.echo(f"topic {topic.name}: {'found none, --create-topics is needed' if wanted.dry_run else 'created'}")


async def _shelf(settings: Settings, topic: str, *, read: bool) -> Shelf:
    """What is published; nothing where the topic isn't to be read."""
    shelf = Shelf(topic, Metrics())
    follower = Follower(settings, topic, shelf)
    try:
        if read:
            await follower.start()
    finally:
        await follower.stop()
    return shelf


def _approved(wanted: Wanted, published: Published | None) -> tuple[Approval, ...]:
    """Who has approved this digest so far, and who does now."""
    digest, at = wanted.library.digest, rfc3339(now())
    before = published.approved if published else ()
    known = {approval.by for approval in before}
    return (*before, *(Approval(who, digest, at) for who in dict.fromkeys(wanted.approve) if who not in known))
