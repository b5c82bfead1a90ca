"""`telltale run`: the detector."""

from __future__ import annotations

import os

import typer

from streams.cli.application import new_app
from streams.cli.flags import flags, settings_of
from streams.cli.output import WRONG_USAGE, fail
from streams.run import run_detector
from streams.settings import OPTIONS

HELP = """Run the detector: touchpoints in, triggers out.

The newest published library decides (`telltale publish`); --library is published where there is none yet.
One process; start as many as the log has partitions. Every setting is a flag here or TELLTALE_NAME in the environment;
secrets (TELLTALE_SASL_PASSWORD, TELLTALE_SSL_PASSWORD) have no flag."""


def app() -> typer.Typer:
    app = new_app()
    app.command("run", help=HELP)(flags(*(option.name for option in OPTIONS if not option.secret))(run))
    return app


def run(**given: object) -> None:
    settings = settings_of(os.environ, given)
    if settings.publish and settings.library is None:
        fail("found --publish and no library; expected the folder to publish: give --library DIR", WRONG_USAGE)
    raise typer.Exit(run_detector(settings))
