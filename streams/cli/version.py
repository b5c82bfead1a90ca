"""`telltale version`."""

from __future__ import annotations

import platform
from importlib import metadata

import typer

from streams.cli.application import new_app


def app() -> typer.Typer:
    app = new_app()
    app.command("version", help="Print the version of Telltale and of what it runs on.")(version)
    return app


def version() -> None:
    typer.echo(f"telltale {_installed('telltale-streams')}")
    for name in ("faust-streaming", "mode-streaming", "aiokafka"):
        typer.echo(f"{name} {_installed(name)}")
    typer.echo(f"python {platform.python_version()}")


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(run from its source, not installed)"
