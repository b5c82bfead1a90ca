"""`telltale connect`: a channel's triggers to an endpoint by HTTP, or to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from streams.cli.application import new_app
from streams.cli.flags import flags, settings_of
from streams.cli.output import WRONG_USAGE, fail, say
from streams.connectors import (
    Connection,
    File,
    FileTakenError,
    LinesFile,
    SecretError,
    Webhook,
    read_secrets,
    run_connector,
)
from streams.settings import Settings

HELP = """Deliver the triggers of a channel, each at least once, and report what came of them into the log.

A member of a consumer group of its own: start as many as the channel's topic has partitions."""

WEBHOOK = """Post each event to a URL, as a CloudEvent signed by Standard Webhooks; the header webhook-id is the event's
id, by which an endpoint skips what it has had.

2xx delivers. 408, 425, 429, 5xx and no answer are tried again, later and later, and after what Retry-After says, until
the trigger expires. Other answers refuse it. A JSON body {"outcome": "delivered|failed|refused", "reason": ...} says
it in the endpoint's own words."""

FILE = """Append each event to a file, a line of JSON; it is delivered when it is on the disk."""

NAMES = (
    "broker",
    "namespace",
    "wait",
    "clock",
    "web_host",
    "web_port",
    "fetch_wait",
    "idempotent",
    "session_timeout",
    "rebalance_timeout",
    "security_protocol",
    "ssl_cafile",
    "ssl_certfile",
    "ssl_keyfile",
    "sasl_mechanism",
    "sasl_username",
    "log_level",
)

WEBHOOK_SLOTS = 16
FILE_SLOTS = 500
MEGABYTE = 1024 * 1024
HOUR = 3_600.0

Channel = Annotated[
    str, typer.Option(envvar="TELLTALE_CHANNEL", metavar="NAME", help="the channel, as the library names it")
]
Group = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="consumer group; give each its own where two deliver the same channel"),
]
Attempts = Annotated[
    int, typer.Option(min=1, max=1_000, help="tries of one event, while the endpoint answers others, until it fails")
]
Outcomes = Annotated[bool, typer.Option("--outcomes/--no-outcomes", help="report what came of triggers into the log")]


def app() -> typer.Typer:
    app = new_app(no_args_is_help=True)
    app.callback(help=HELP)(lambda: None)
    app.command("webhook", help=WEBHOOK)(flags(*NAMES)(webhook))
    app.command("file", help=FILE)(flags(*NAMES)(file))
    return app


def webhook(
    channel: Channel,
    url: Annotated[str, typer.Option(envvar="TELLTALE_URL", metavar="URL", help="where events are posted")],
    secret_file: Annotated[
        Path | None,
        typer.Option(envvar="TELLTALE_SECRET_FILE", metavar="FILE", help="secrets to sign with, one whsec_... a line"),
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, max=30, help="seconds that an attempt may take")] = 10,
    concurrency: Annotated[int, typer.Option(min=1, max=1_000, help="attempts at a time")] = WEBHOOK_SLOTS,
    attempts: Attempts = 20,
    group: Group = None,
    outcomes: Outcomes = True,
    **given: object,
) -> None:
    settings = settings_of(os.environ, given)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        fail(f"--url: found {url!r}, expected http://... or https://...", WRONG_USAGE)
    try:
        secrets = read_secrets(secret_file) if secret_file else ()
    except SecretError as error:
        fail(str(error))
    connection = Connection(channel, _group(settings, group, "webhook", channel), concurrency, attempts, outcomes)
    _told(settings, connection, f"{parts.scheme}://{parts.hostname}{parts.path}", signed=bool(secrets))
    opening = Webhook.open(url, secrets, limit=timeout, slots=concurrency)
    raise typer.Exit(run_connector(settings, connection, opening))


def file(
    channel: Channel,
    out: Annotated[Path, typer.Option(envvar="TELLTALE_OUT", metavar="FILE", help="file that lines are appended to")],
    rotate_size: Annotated[
        int | None, typer.Option(min=1, metavar="MB", help="size at which the file is put aside and a new one begun")
    ] = None,
    rotate_hours: Annotated[
        float | None, typer.Option(min=0.001, metavar="HOURS", help="age at which it is, when the next line comes")
    ] = None,
    group: Group = None,
    outcomes: Outcomes = True,
    **given: object,
) -> None:
    settings = settings_of(os.environ, given)
    try:
        lines = LinesFile(out, rotate_size and rotate_size * MEGABYTE, rotate_hours and rotate_hours * HOUR)
    except FileTakenError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{out}: can't be written ({error.strerror})")
    connection = Connection(channel, _group(settings, group, "file", channel), FILE_SLOTS, outcomes=outcomes)
    _told(settings, connection, str(out), signed=None)
    raise typer.Exit(run_connector(settings, connection, File.open(lines)))


def _group(settings: Settings, given: str | None, kind: str, channel: str) -> str:
    return settings.name(given or f"telltale-{kind}-{channel}")


def _told(settings: Settings, connection: Connection, where: str, *, signed: bool | None) -> None:
    """Says what runs, without secrets."""
    topic = settings.name(f"triggers.{connection.channel}")
    kind = "" if signed is None else ", signed" if signed else ", not signed (no --secret-file)"
    said = "" if connection.outcomes else ", outcomes not reported"
    say(f"{topic} at {settings.broker}, as group {connection.group}, to {where}{kind}{said}")
