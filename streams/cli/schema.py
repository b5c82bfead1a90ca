"""`telltale schema`: the JSON Schema of each kind of file in a library, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rules import json_schemas, nearest, one_of
from streams.cli.application import new_app
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, fail

HELP = """Print the JSON Schema of one kind of file in a library, or write those of all kinds to a folder.

In an editor that knows the YAML language server, put at the top of a file, for example:

# yaml-language-server: $schema=../schemas/signal.schema.json"""
_KINDS = "library, interactions, channels, features, segments, story, signal or timelines"


def app() -> typer.Typer:
    app = new_app()
    app.command("schema", help=HELP)(schema)
    return app


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help=_KINDS),
    ] = None,
    every: Annotated[
        Path | None, typer.Option("--all", metavar="DIR", help="write each to KIND.schema.json in this folder")
    ] = None,
) -> None:
    schemas = {name.removesuffix(".yaml"): schema for name, schema in json_schemas().items()}
    if (kind is None) == (every is None):
        fail("expected either a KIND or --all DIR; write, for example, `telltale schema signal`", WRONG_USAGE)
    if every is not None:
        _write(every, {f"{name}.schema.json": _text(schema) for name, schema in schemas.items()})
    elif kind in schemas:
        typer.echo(_text(schemas[kind]), nl=False)
    else:
        near = nearest(kind or "", schemas)
        instead = f"write `{near}`" if near else "write one of these"
        fail(f"found the kind `{kind}`; expected {one_of(schemas)}; {instead}", WRONG_USAGE)


def _write(directory: Path, files: dict[str, str]) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (directory / name).write_text(text, "utf-8")
    except OSError as error:
        fail(f"{directory}: can't be written ({error.strerror})", WRONG_INPUT)
    typer.echo(f"{directory}: {', '.join(sorted(files))}")


def _text(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
