"""`telltale customer ID`: who a customer is and how they stand; all that is kept of them; and that it goes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import typer

from streams.cli.application import new_app
from streams.cli.flags import flags, settings_of
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, counted, fail, quiet_kafka, say
from streams.cli.replay import Clock
from streams.settings import Settings

HELP = """Show one customer: who they are, how they stand, how they respond, what was sent and why, and what waits.

The customer's state is read from the topics of a running installation, or made anew with --replay from JSON lines. An
alias's page is that of the customer.

--export prints all that is kept of the customer, under every identity, as JSON. --erase removes it: the detector lets
the states go, and refuses what it was told of the time before; what stands in topics is ended by a record without a
value, and goes by retention. --check tells what is left where; it ends with 1 while a state is left."""

FLAGS: Final = (
    *("broker", "namespace", "wait", "retention"),
    *("security_protocol", "ssl_cafile", "ssl_certfile", "ssl_keyfile", "sasl_mechanism", "sasl_username"),
)

T = TypeVar("T")


def app() -> typer.Typer:
    app = new_app()
    app.command("customer", help=HELP)(flags(*FLAGS)(customer))
    return app


def customer(  # noqa: PLR0913, PLR0917  each is a flag
    customer: Annotated[str, typer.Argument(metavar="ID", help="the customer, by any identity")],
    library: Annotated[
        Path | None, typer.Option(metavar="DIR", exists=True, file_okay=False, help="the library's folder")
    ] = None,
    replay: Annotated[
        list[Path] | None, typer.Option("--replay", metavar="FILE", help="touchpoints to make the state of; repeatable")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="as of then, such as 2026-01-05T10:00:00Z")] = None,
    clock: Annotated[Clock, typer.Option(help="clock of the run; a plain file always has the log's own")] = Clock.wall,
    as_data: Annotated[bool, typer.Option("--json", help="print JSON instead of text")] = False,
    export: Annotated[bool, typer.Option("--export", help="print all that is kept, as JSON")] = False,
    erase: Annotated[bool, typer.Option("--erase", help="remove the customer")] = False,
    check: Annotated[bool, typer.Option("--check", help="tell what is left of the customer, and where")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="erase without asking")] = False,
    pseudonyms: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="with --erase: forget their pseudonyms too"),
    ] = None,
    **given: object,
) -> None:
    _check_usage(export, erase, check, yes, pseudonyms, replay or [])
    settings = settings_of(os.environ, given)
    if erase or check:
        _of_the_page_alone(replay, at, as_data)
        _erase(settings, customer, pseudonyms, asks=not yes, checks_only=check)
    if library is None:
        fail("found no --library; expected the library's folder, by which the state is read", WRONG_USAGE)
    if export:
        _of_the_page_alone(replay, at, as_data)
        _export(settings, customer, library)
    else:
        from streams.cli.customer_page import show  # noqa: PLC0415  # erasing needs none of it

        show(customer, library, replay or [], at, clock, as_data, given)


def _check_usage(
    export: bool, erase: bool, check: bool, yes: bool, pseudonyms: Path | None, replay: list[Path]
) -> None:
    if export and (erase or check):
        fail("found --export with --erase or --check; expected one of them: export first, then erase", WRONG_USAGE)
    if (yes or pseudonyms) and (not erase or check):
        found = "--yes" if yes else "--pseudonyms"
        fail(f"found {found} without --erase, or with --check; expected it with --erase alone", WRONG_USAGE)
    for file in replay:
        if str(file) != "-" and (not file.exists() or file.is_dir()):
            fail(f"--replay: found no file `{file}`; expected JSON lines, or - for standard input", WRONG_USAGE)


def _of_the_page_alone(replay: list[Path] | None, at: str | None, as_data: bool) -> None:
    given = {"--replay": replay, "--at": at, "--json": as_data}
    found = next((name for name, value in given.items() if value), None)
    if found:
        fail(
            f"found {found} with --export, --erase or --check; expected it without them: they read topics", WRONG_USAGE
        )


def _erase(settings: Settings, customer: str, pseudonyms: Path | None, *, asks: bool, checks_only: bool) -> NoReturn:
    from streams.erasing import Session, proof  # noqa: PLC0415  # Kafka is loaded where it is used

    async def run() -> int:
        async with Session(settings, say) as (customers, eraser):
            identities = await customers.identities(customer)
            if not checks_only:
                _ask(identities, asks)
                _forget(identities, pseudonyms)
                request = await eraser.ask(identities)
                if not await eraser.done(identities, request, settings.wait):
                    fail(
                        f"the log asks for it, but no detector has come to that within {settings.wait:.0f} s; "
                        f"start it, then run `telltale customer {customer} --erase` again"
                    )
                await eraser.close(identities)
            return _tell(await proof(settings, customers, identities))

    raise typer.Exit(_by_kafka(settings, run()))


def _ask(identities: Sequence[str], asks: bool) -> None:
    say(f"to erase: {', '.join(identities)}")
    if not asks:
        return
    if not sys.stdin.isatty():
        fail("found no terminal to ask on; expected --yes", WRONG_USAGE)
    if not typer.confirm("all that is kept under these identities goes for good; go on?", err=True):
        fail("nothing was erased")


def _forget(identities: Sequence[str], path: Path | None) -> None:
    if path is None:
        return
    from streams.pseudonyms import KeysError, Pseudonyms  # noqa: PLC0415

    try:
        with Pseudonyms(path) as known:
            count = known.forget(identities)
    except KeysError as error:
        fail(str(error))
    say(f"{counted(count, 'pseudonym')} forgotten")


def _tell(found: Any) -> int:
    """What is left where; the exit code."""
    typer.echo(f"{', '.join(found.identities)}: {counted(len(found.states), 'state')} in the table")
    for name in found.states:
        typer.echo(f"  a state under {name}")
    for left in found.left:
        until = "for ever: its retention.ms is -1" if left.until is None else f"until {_date(left.until)} at the latest"
        typer.echo(f"{left.topic}: {counted(left.records, 'record')}" + (f", {until}" if left.records else ""))
    return WRONG_INPUT if found.states else 0


def _date(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _export(settings: Settings, customer: str, library: Path) -> NoReturn:
    from rules import exported_state  # noqa: PLC0415
    from streams.cli.output import plan_at  # noqa: PLC0415
    from streams.erasing import Session  # noqa: PLC0415
    from streams.exporting import export  # noqa: PLC0415

    plan = plan_at(library)

    async def run() -> bytes:
        async with Session(settings, say) as (customers, _):
            identities = await customers.identities(customer)
            return await export(customers, identities, lambda raw: exported_state(plan, raw))

    sys.stdout.buffer.write(_by_kafka(settings, run()) + b"\n")
    raise typer.Exit


def _by_kafka(settings: Settings, running: Coroutine[Any, Any, T]) -> T:
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    from streams.broker import BrokerAbsentError  # noqa: PLC0415
    from streams.feed import NoLogError  # noqa: PLC0415

    quiet_kafka()
    try:
        return asyncio.run(running)
    except (BrokerAbsentError, NoLogError) as error:
        fail(str(error))
    except KafkaError as error:
        fail(f"broker {settings.broker}: found {error!r}; expected it to give its topics; see the broker's own log")
