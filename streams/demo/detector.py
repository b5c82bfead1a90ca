"""The detector as a child process of the demo, as `telltale run` starts it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from streams.demo.children import Child, child
from streams.metrics import DECISIONS, PREFIX, RECORDS
from streams.settings import Settings

PAUSE = 0.1
"""Seconds between two looks at how it is."""


def command(settings: Settings) -> list[str]:
    """The command line that starts a detector of these settings on the embedded broker."""
    return [
        *(sys.executable, "-m", "streams.cli", "run"),
        *("--broker", settings.broker, "--library", str(settings.library), "--clock", "log"),
        *("--data-dir", str(settings.data_dir), "--web-host", settings.web_host, "--web-port", str(settings.web_port)),
        *("--rebalance-timeout", str(settings.rebalance_timeout), "--partitions", str(settings.partitions)),
        "--no-idempotent",
    ]


@asynccontextmanager
async def detector(settings: Settings, folder: Path, environ: Mapping[str, str]) -> AsyncIterator[Child]:
    """A detector for as long as the block runs."""
    async with child("detector", command(settings), folder, environ) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Done:
    """How far a detector has got: records of the log it has handled, triggers it has sent."""

    records: int
    triggers: int


class Probe:
    """Asks a detector how it is, by its web port."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"

    async def ready(self, running: Child) -> None:
        """Returns when the detector reads the log. Raises ChildFailedError when it ends instead."""
        while await self._get("/ready") is None:
            if not running.running:
                raise running.failure("ended before it was ready")
            await asyncio.sleep(PAUSE)

    async def done(self) -> Done:
        """How far it has got, by its own metrics; nowhere where it doesn't answer."""
        families = {one.name: one for one in text_string_to_metric_families(await self._get("/metrics") or "")}
        return Done(
            _sum(families.get(PREFIX + RECORDS.name)), _sum(families.get(PREFIX + DECISIONS.name), outcome="sent")
        )

    async def _get(self, path: str) -> str | None:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
                session.get(self._address + path) as answer,
            ):
                return await answer.text() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None


def _sum(family: Metric | None, **labels: str) -> int:
    """All samples of a counter that have these labels."""
    samples = () if family is None else family.samples
    counted = (one for one in samples if one.name.endswith("_total") and labels.items() <= one.labels.items())
    return int(sum(one.value for one in counted))
