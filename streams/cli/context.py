"""`telltale context NAME=VALUE...`: what is so for everybody from now on, into every partition of the log."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from time import time_ns
from typing import Annotated, Any

import orjson
import typer
from aiokafka.errors import KafkaError

from rules import BadRecord, decode_control, encode_context, read_context
from streams.broker import BrokerAbsentError
from streams.cli.application import new_app
from streams.cli.flags import flags, settings_of
from streams.cli.output import WRONG_USAGE, counted, fail, quiet_kafka, say
from streams.feed import NoLogError, publish_context

HELP = """Say what is so for everybody from now on, such as the weather: expressions read it as `context.NAME`.

VALUE is JSON, or else the text itself; null removes. NAME.ENTRY=VALUE changes one entry of a mapping alone:
telltale context sales=true weather.Ghent=rain"""
NAMES = (
    "broker",
    "namespace",
    "wait",
    "security_protocol",
    "ssl_cafile",
    "ssl_certfile",
    "ssl_keyfile",
    "sasl_mechanism",
    "sasl_username",
)


def app() -> typer.Typer:
    app = new_app()
    app.command("context", help=HELP)(flags(*NAMES)(change_context))
    return app


def change_context(
    changes: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="what changes")], **given: object
) -> None:
    settings = settings_of(os.environ, given)
    properties, now = properties_of(changes), time_ns() // 1_000_000
    try:
        read_context(decode_control(encode_context(properties, now)))
    except (BadRecord, TypeError) as error:
        fail(str(error), WRONG_USAGE)
    quiet_kafka()
    try:
        count = asyncio.run(publish_context(settings, properties, now, say))
    except (BrokerAbsentError, NoLogError) as error:
        fail(str(error))
    except KafkaError as error:
        fail(f"broker {settings.broker}: found {error!r}; expected it to take the context; see the broker's own log")
    say(f"{counted(len(changes), 'change')} of the context in {counted(count, 'partition')} of the log")


def properties_of(changes: Sequence[str]) -> dict[str, Any]:
    """The changes as the record says them; ends the command where one can't be read."""
    properties: dict[str, Any] = {}
    for change in changes:
        path, equals, text = change.partition("=")
        name, dot, entry = path.partition(".")
        if not equals or not name or (dot and not entry):
            fail(f"found {change!r}; expected NAME=VALUE or NAME.ENTRY=VALUE, such as weather.Ghent=rain", WRONG_USAGE)
        if not dot:
            properties[name] = _value(text)
        elif isinstance(known := properties.setdefault(name, {}), dict):
            known[entry] = _value(text)
        else:
            fail(f"found {change!r} behind a value of {name!r} as a whole; expected one of the two", WRONG_USAGE)
    return properties


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
