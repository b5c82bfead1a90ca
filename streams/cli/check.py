"""`telltale check DIR`: all that is wrong with a library, or what is in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from rules import Library, LibraryError, compile_plan, load_library
from streams.cli.application import new_app
from streams.cli.output import WRONG_INPUT, counted


def app() -> typer.Typer:
    app = new_app()
    app.command("check", help="Check a library of signals: print all its problems, or what is in it.")(check)
    return app


def check(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="the library's folder")
    ],
) -> None:
    try:
        library = load_library(directory)
        compile_plan(library)
    except LibraryError as error:
        for problem in error.problems:
            typer.echo(str(problem))
        typer.echo(counted(len(error.problems), "problem"))
        raise typer.Exit(WRONG_INPUT) from None
    typer.echo(f"{directory}: {summary(library)}; good")


def summary(library: Library) -> str:
    """What is in a library, in a line."""
    counts = Counter(signal.status for signal in library.signals)
    statuses = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    parts = [
        f"library {library.name}",
        counted(len(library.signals), "signal") + (f" ({statuses})" if statuses else ""),
        counted(len(library.features), "feature"),
        counted(len(library.channels), "channel"),
    ]
    return ", ".join(parts + ([counted(len(library.interactions), "touchpoint type")] if library.has_catalogue else []))
