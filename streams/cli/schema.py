"""`telltale schema`: JSON Schemas of a library's files and of the records on the wire, and the AsyncAPI document."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from rules import json_schemas, message_schemas, nearest, one_of
from streams.asyncapi import asyncapi
from streams.cli.application import new_app
from streams.cli.flags import flags, settings_of
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, fail, plan_at

HELP = """Print the JSON Schema of one kind of file in a library, or of one kind of record on Kafka (touchpoint,
outcome, trigger, cancel, decision); or write those of all kinds to a folder.

--asyncapi prints the AsyncAPI document of the topics; with --library its channels are those of that library.

In an editor that knows the YAML language server, put at the top of a file, for example:

# yaml-language-server: $schema=../schemas/signal.schema.json"""
_KINDS = "library, interactions, channels, features, segments, story, signal or timelines"


def app() -> typer.Typer:
    app = new_app()
    app.command("schema", help=HELP)(flags("library", "namespace")(schema))
    return app


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help=f"{_KINDS}; touchpoint, outcome, trigger, cancel or decision",
        ),
    ] = None,
    every: Annotated[
        Path | None, typer.Option("--all", metavar="DIR", help="write each to KIND.schema.json in this folder")
    ] = None,
    document: Annotated[bool, typer.Option("--asyncapi", help="print the AsyncAPI document of the topics")] = False,
    **given: object,
) -> None:
    schemas = {name.removesuffix(".yaml"): schema for name, schema in json_schemas().items()} | message_schemas()
    if [kind is not None, every is not None, document].count(True) != 1:
        fail(
            "expected either a KIND, --all DIR or --asyncapi; write, for example, `telltale schema signal`", WRONG_USAGE
        )
    if document:
        typer.echo(_text(_topics(given)), nl=False)
    elif every is not None:
        _write(every, {f"{name}.schema.json": _text(schema) for name, schema in schemas.items()})
    elif kind in schemas:
        typer.echo(_text(schemas[kind]), nl=False)
    else:
        near = nearest(kind or "", schemas)
        instead = f"write `{near}`" if near else "write one of these"
        fail(f"found the kind `{kind}`; expected {one_of(schemas)}; {instead}", WRONG_USAGE)


def _topics(given: dict[str, object]) -> object:
    """The AsyncAPI document: of a library, or of any."""
    settings = settings_of(os.environ, given)
    if settings.library is None:
        return asyncapi(settings, "Telltale", version("telltale-streams"), ())
    plan = plan_at(settings.library)
    return asyncapi(settings, f"Telltale: {plan.library.name}", plan.version, plan.channels)


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
