"""`telltale topics`: creates or checks the topics of the catalogue."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from streams.broker import BrokerAbsentError, wait
from streams.cli.application import new_app
from streams.cli.flags import flags, settings_of
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, counted, fail, plan_at, quiet_kafka, say
from streams.settings import Settings
from streams.topics import Catalogue, Finding, check, create

HELP = "Check the topics that a library needs, or create those that are missing."
NAMES = (
    "broker",
    "namespace",
    "library",
    "partitions",
    "replication",
    "retention",
    "sources",
    "clock",
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
    app.command("topics", help=HELP)(flags(*NAMES)(topics))
    return app


def topics(
    create: Annotated[bool, typer.Option("--create", help="create what is missing")] = False,
    **given: object,
) -> None:
    settings = settings_of(os.environ, given)
    if settings.library is None:
        fail("found no library; expected the folder of one: give --library DIR or TELLTALE_LIBRARY", WRONG_USAGE)
    catalogue = Catalogue(settings, plan_at(settings.library).channels)
    quiet_kafka()
    try:
        findings = asyncio.run(_findings(settings, catalogue, create))
    except BrokerAbsentError as error:
        fail(str(error))
    except KafkaError as error:
        fail(
            f"broker {settings.broker}: found {error!r}; expected an answer about its topics; see the broker's own log"
        )
    _report(catalogue, findings)


async def _findings(settings: Settings, catalogue: Catalogue, make: bool) -> list[Finding]:
    await wait(settings, say)
    return await (create if make else check)(settings, catalogue)


def _report(catalogue: Catalogue, findings: list[Finding]) -> None:
    for finding in findings:
        typer.echo(str(finding))
    for topic in catalogue.all():
        if topic.name not in {finding.topic for finding in findings}:
            typer.echo(f"topic {topic.name}: good")
    if findings:
        typer.echo(counted(len(findings), "problem"))
        raise typer.Exit(WRONG_INPUT)
