"""`telltale explain CUSTOMER`: what fired for a customer, what didn't, and how near it is."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from rules import (
    Explained,
    Explainer,
    Kept,
    Life,
    MixedLinesError,
    NearestMisses,
    as_json,
    life_in,
    life_of,
    names_of,
    nearest,
    rfc3339,
    told,
)
from streams.cli.application import new_app
from streams.cli.files import Lines
from streams.cli.flags import flags, settings_of
from streams.cli.libraries import twice_readable
from streams.cli.moments import moment
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, fail, plan_at, quiet_kafka, say
from streams.cli.progress import Progress, progress_bar
from streams.cli.replay import Clock
from streams.settings import Settings

HELP = """Explain one customer: what fired, on which touchpoints, and what came of it; what didn't, and how near it is.

The customer's state is read from the topics of a running installation, or made anew with --replay from JSON lines
(.gz too, - for standard input), plain or written by `telltale log dump`."""

STEP = 4_096
"""Lines after which the progress bar moves."""


def app() -> typer.Typer:
    app = new_app()
    app.command("explain", help=HELP)(flags("broker", "namespace", "wait")(explain))
    return app


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for. ``at``: epoch milliseconds; ``signals``: None for all."""

    customer: str
    explainer: Explainer
    signals: frozenset[str] | None
    at: int | None


def explain(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER")],
    library: Annotated[Path, typer.Option(metavar="DIR", exists=True, file_okay=False, help="the library's folder")],
    signal: Annotated[list[str] | None, typer.Option(metavar="NAME", help="only this signal; may be repeated")] = None,
    replay: Annotated[
        list[Path] | None, typer.Option("--replay", metavar="FILE", help="touchpoints to make the state of; repeatable")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="as of then, such as 2026-01-05T10:00:00Z")] = None,
    clock: Annotated[Clock, typer.Option(help="clock of the run; a plain file always has the log's own")] = Clock.wall,
    as_data: Annotated[bool, typer.Option("--json", help="print JSON instead of text")] = False,
    **given: object,
) -> None:
    _check(replay or [])
    explainer = Explainer(plan_at(library))
    asked = Asked(customer, explainer, _signals(explainer, signal), moment_of(at))
    explained = _replayed(asked, replay, clock) if replay else _live(asked, clock, given)
    if as_data:
        typer.echo(as_json(explained))
    else:
        typer.echo("\n".join(told(explained)))
    raise typer.Exit(WRONG_INPUT if explained.clock is None else 0)


def _check(files: list[Path]) -> None:
    for file in files:
        if str(file) != "-" and (not file.exists() or file.is_dir()):
            fail(f"--replay: found no file `{file}`; expected JSON lines, or - for standard input", WRONG_USAGE)


def _signals(explainer: Explainer, names: list[str] | None) -> frozenset[str] | None:
    known = [signal.name for signal in explainer.plan.library.signals]
    for name in names or []:
        if name not in known:
            near = nearest(name, known)
            fail(f"--signal: found no signal {name!r}" + (f"; write {near}" if near else ""), WRONG_USAGE)
    return frozenset(names) if names else None


def moment_of(text: str | None) -> int | None:
    """The moment of --at (epoch ms); ends the command where it can't be read."""
    try:
        return None if text is None else moment(text)
    except ValueError:
        fail(f"--at: found {text!r}; expected a time such as 2026-01-05T10:00:00Z", WRONG_USAGE)


def _replayed(asked: Asked, files: list[Path], clock: Clock) -> Explained:
    """From the customer's own touchpoints in files, which tell the nearest misses too."""
    misses = NearestMisses(asked.explainer, asked.signals)
    life = replayed_of(asked, files, clock, misses)
    _say_alias(asked.customer, life.customer)
    return asked.explainer.explain(life, signals=asked.signals, near=misses.found)


def replayed_of(asked: Asked, files: list[Path], clock: Clock, misses: NearestMisses | None = None) -> Life:
    """The customer's life by their own touchpoints in files; ends the command where they can't be read."""
    look = None if misses is None else misses.look
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="telltale-")))
            files = twice_readable(files, folder)
            lines = Lines(files)
            names = names_of(asked.customer, Lines(files))
            moving = _moving(lines, stack.enter_context(progress_bar("reading")))
            life = life_of(asked.explainer.plan, asked.customer, moving, clock.value, asked.at, look, names)
    except MixedLinesError as error:
        fail(f"{lines.place(error.line)}: {error}")
    except BrokenPipeError:
        raise
    except (OSError, EOFError) as error:
        fail(f"found {error}; expected files that can be read")
    if misses is not None and misses.exhausted:
        say("there is too much to look at: how near signals came is told of the beginning alone; ask with --signal")
    for unused in life.unused:
        say(f"{lines.place(unused.line)}: {unused.reason}: {unused.detail}")
    return life


def _say_alias(asked: str, customer: str) -> None:
    if asked != customer:
        say(f"{asked} is another id of {customer}")


def _moving(lines: Lines, progress: Progress) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        if number % STEP == 0:
            progress(lines.progress(), lines.size)
        yield line


def _live(asked: Asked, clock: Clock, given: Mapping[str, object]) -> Explained:
    """From the topics."""
    life = live_of(asked, clock, given)
    _say_alias(asked.customer, life.customer)
    return asked.explainer.explain(life, signals=asked.signals)


def live_of(asked: Asked, clock: Clock, given: Mapping[str, object]) -> Life:
    """The customer's life by the topics; as of now by the wall clock, or by the log's own."""
    customer, kept = _kept(settings_of(os.environ, given), asked)
    now = asked.at if asked.at is not None or clock is Clock.log else time.time_ns() // 1_000_000
    life = life_in(kept, asked.explainer.plan, customer, now)
    if life.now != now and asked.at is not None:
        found = f"a time before the customer's last touchpoint, {rfc3339(life.now)}"
        fail(f"--at: found {found}; expected a later one, or --replay with a dump of the log", WRONG_USAGE)
    return life


def _kept(settings: Settings, asked: Asked) -> tuple[str, Kept]:
    from aiokafka.errors import KafkaError  # noqa: PLC0415  # Kafka is loaded where it is used

    from streams.broker import BrokerAbsentError  # noqa: PLC0415
    from streams.customer import read_customer  # noqa: PLC0415
    from streams.feed import NoLogError  # noqa: PLC0415

    quiet_kafka()
    try:
        with progress_bar("reading") as progress:
            channels = asked.explainer.plan.channels
            return asyncio.run(read_customer(settings, asked.customer, channels, progress, say))
    except (BrokerAbsentError, NoLogError) as error:
        fail(str(error))
    except KafkaError as error:
        fail(f"broker {settings.broker}: found {error!r}; expected it to give its topics; see the broker's own log")
