"""`telltale log dump`: the log to a file."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from streams.broker import BrokerAbsentError
from streams.cli.application import new_app
from streams.cli.files import writing
from streams.cli.flags import flags, settings_of
from streams.cli.output import counted, fail, quiet_kafka, say
from streams.cli.progress import progress_bar
from streams.feed import NoLogError
from streams.log_dump import LOG, dump
from streams.settings import Settings


def app() -> typer.Typer:
    app = new_app(no_args_is_help=True)
    app.command("dump", help=HELP)(flags("broker", "namespace", "wait")(dump_log))
    app.callback(help="What is in the log.")(lambda: None)
    return app


HELP = """Write the log as JSON lines, each with its partition, offset and append time; `telltale replay` reads them.

What is appended while it runs is left out. With --topic libraries it is the published libraries, for --libraries."""


def dump_log(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="file to write, .gz packed, - for output")] = None,
    topic: Annotated[str, typer.Option(metavar="NAME", help="another topic than the log, without namespace")] = LOG,
    **given: object,
) -> None:
    say(f"{counted(dump_to(out, settings_of(os.environ, given), topic), 'record')} dumped")


def dump_to(out: Path | None, settings: Settings, topic: str = LOG) -> int:
    """Dumps the log, or another topic; how many records. Ends the command where that can't be done."""
    quiet_kafka()
    try:
        with writing(out) as write, progress_bar("dumping") as progress:
            return asyncio.run(dump(settings, write, progress, say, topic))
    except (BrokerAbsentError, NoLogError) as error:
        fail(str(error))
    except KafkaError as error:
        fail(f"broker {settings.broker}: found {error!r}; expected it to give its log; see the broker's own log")
