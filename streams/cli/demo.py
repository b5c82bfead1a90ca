"""`telltale demo`: the detector on recorded traffic of a real shop, with a broker of its own."""

from __future__ import annotations

import asyncio
import sys
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from streams.broker import BrokerAbsentError
from streams.cli.application import new_app
from streams.cli.output import WRONG_USAGE, fail, plan_at, quiet_kafka
from streams.demo.broker import NoBrokerError
from streams.demo.children import ChildFailedError
from streams.demo.run import Demo, run_demo
from streams.demo.screen import Lines, Screen, summary
from streams.demo.sightings import Sightings

HELP = """See it work: an embedded broker, the detector, half a year of a web shop's traffic, and triggers as they come.

Nothing has to be installed or running. Ctrl-C ends all of it; nothing is left behind."""


def app() -> typer.Typer:
    app = new_app()
    app.command("demo", help=HELP)(demo)
    return app


def demo(
    speed: Annotated[float, typer.Option(min=1, max=1e9, help="touchpoints a second")] = 200,
    library: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="signals of your own; default: a shop's"),
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=1, help="end after so many; default: when all is sent")] = None,
) -> None:
    folder = library or Path(str(resources.files("rules") / "library" / "shop"))
    plan = plan_at(folder)
    quiet_kafka()
    sightings = Sightings()
    wanted = Demo(folder, plan.channels, speed, seconds)
    try:
        asyncio.run(_shown(wanted, sightings))
    except NoBrokerError as error:
        fail(str(error), WRONG_USAGE)
    except (BrokerAbsentError, ChildFailedError) as error:
        fail(str(error))
    except KafkaError as error:
        fail(f"embedded broker: found {error!r}; expected it to work; try again, and tell us if it stays so")
    for line in summary(sightings):
        typer.echo(line)


async def _shown(wanted: Demo, sightings: Sightings) -> None:
    shown = Screen(sightings) if sys.stdout.isatty() else Lines(sightings)
    async with shown:
        await run_demo(wanted, sightings, shown.trigger, shown.say)
