"""`telltale docs DIR --out SITE`: a static site of a library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rules import library_site
from streams.cli.application import new_app
from streams.cli.output import counted, fail, placed_at
from streams.cli.site_folder import FolderError, SiteFolder

HELP = """Make a static site of a library, for those who use it and those who must approve it.

A page for each signal: what it does in plain words, its timelines drawn, what it reads; indexes; the reference of the
language; schemas for editors. It needs no server: open SITE/index.html. Pages that are no longer made are removed."""


def app() -> typer.Typer:
    app = new_app()
    app.command("docs", help=HELP)(docs)
    return app


def docs(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="the library's folder")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="SITE", help="the site's folder: new, empty, or made by this command")
    ],
) -> None:
    placed = placed_at(directory)
    folder = SiteFolder(out)
    files = library_site(placed, directory)
    try:
        changed, removed = folder.write(files)
    except FolderError as error:
        fail(str(error))
    library = placed.library
    parts = [counted(len(files), "file"), f"{changed:,} written", *([f"{removed:,} removed"] if removed else [])]
    typer.echo(f"{out / 'index.html'}: {library.name}@{library.digest[:12]}, {', '.join(parts)}")
