"""`telltale log dump`: the log to a file."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from streams.broker import BrokerAbsentError
from streams.cli.application import new_app
from streams.cli.files import writing
from streams.cli.flags import flags, settings_of
from streams.cli.output import WRONG_USAGE, counted, fail, quiet_kafka, say
from streams.cli.progress import progress_bar
from streams.feed import NoLogError
from streams.log_dump import LOG, AsLine, dump, line, pseudonymous_line
from streams.pseudonyms import KeysError, Pseudonymiser, Pseudonyms
from streams.settings import Settings


def app() -> typer.Typer:
    app = new_app(no_args_is_help=True)
    app.command("dump", help=HELP)(flags("broker", "namespace", "wait")(dump_log))
    app.command("forget", help=FORGET)(forget)
    app.callback(help="What is in the log.")(lambda: None)
    return app


HELP = """Write the log as JSON lines, each with its partition, offset and append time; `telltale replay` reads them.

What is appended while it runs is left out. With --topic libraries it is the published libraries, for --libraries.

With --pseudonyms the lines name nobody, so that they may be kept for longer than the log: customers and identities get
pseudonyms that only FILE knows, ids are marked, and of properties only those of --keep stay. `telltale log forget`
forgets one person; destroying FILE forgets all."""


FORGET = """Forget who these customers were: their pseudonyms in dumps of the log stand for nobody any more.

Name all identities of a person: each has a pseudonym of its own."""


def dump_log(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="file to write, .gz packed, - for output")] = None,
    topic: Annotated[str, typer.Option(metavar="NAME", help="another topic than the log, without namespace")] = LOG,
    pseudonyms: Annotated[Path | None, typer.Option(metavar="FILE", help="the file that knows who is who")] = None,
    keep: Annotated[list[str] | None, typer.Option(metavar="NAME", help="a property that stays; repeatable")] = None,
    **given: object,
) -> None:
    if topic != LOG and pseudonyms:
        fail(f"found --pseudonyms with --topic {topic}; expected it with the log alone", WRONG_USAGE)
    settings = settings_of(os.environ, given)
    if pseudonyms is None:
        count = dump_to(out, settings, topic)
    else:
        with _keys(pseudonyms) as known:
            naming = Pseudonymiser(known, keep or [])
            count = dump_to(out, settings, topic, partial(pseudonymous_line, naming=naming))
    say(f"{counted(count, 'record')} dumped")


def forget(
    customer: Annotated[list[str], typer.Argument(metavar="CUSTOMER...")],
    pseudonyms: Annotated[
        Path, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="the file that knows who is who")
    ],
) -> None:
    with _keys(pseudonyms) as known:
        count = known.forget(customer)
    say(f"{counted(count, 'pseudonym')} forgotten")


def _keys(path: Path) -> Pseudonyms:
    try:
        return Pseudonyms(path)
    except KeysError as error:
        fail(str(error))


def dump_to(out: Path | None, settings: Settings, topic: str = LOG, as_line: AsLine = line) -> int:
    """Dumps the log, or another topic; how many records. Ends the command where that can't be done."""
    quiet_kafka()
    try:
        with writing(out) as write, progress_bar("dumping") as progress:
            return asyncio.run(dump(settings, write, progress, say, topic, as_line))
    except (BrokerAbsentError, NoLogError) as error:
        fail(str(error))
    except KafkaError as error:
        fail(f"broker {settings.broker}: found {error!r}; expected it to give its log; see the broker's own log")
