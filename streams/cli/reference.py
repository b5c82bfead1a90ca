"""`telltale reference`: the reference of the signal language."""

from __future__ import annotations

import typer

from rules import language_reference
from streams.cli.application import new_app


def app() -> typer.Typer:
    app = new_app()
    app.command("reference", help="Print the reference of the signal language, as Markdown.")(print_reference)
    return app


def print_reference() -> None:
    typer.echo(language_reference(), nl=False)
