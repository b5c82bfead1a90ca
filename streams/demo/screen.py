"""Where the demo is shown: live on a terminal, as lines elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live

from streams.demo.sightings import Sighting, Sightings
from streams.demo.view import at, latencies, view

FRAME: Final = 0.2
"""Seconds from one frame to the next."""

STATUS: Final = 5.0
"""Seconds between two lines about rate and latency."""


class Screen:
    """A live view on a terminal. It is drawn in the event loop, so that nothing changes while it is drawn."""

    def __init__(self, sightings: Sightings) -> None:
        self._sightings = sightings
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, get_renderable=self._frame)

    async def __aenter__(self) -> Self:
        self._live.start()
        self._drawing = asyncio.create_task(self._draw())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._drawing.cancel()
        self._live.stop()

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False)

    def trigger(self, sighting: Sighting) -> None:
        """Nothing: the next frame shows it."""

    async def _draw(self) -> None:
        while True:
            self._live.refresh()
            await asyncio.sleep(FRAME)

    def _frame(self) -> Group:
        return view(self._sightings, self._console.size.height, time.monotonic())


class Lines:
    """A line for every trigger, and one about rate and latency every few seconds."""

    def __init__(self, sightings: Sightings) -> None:
        self._sightings = sightings
        self._next = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def say(self, text: str) -> None:
        print(text, flush=True)  # noqa: T201

    def trigger(self, one: Sighting) -> None:
        self.say(f"{at(one.time)}  {one.customer}  {one.signal} -> {one.channel}: {one.reason}")
        now = time.monotonic()
        if now >= self._next:
            self._next = now + STATUS
            self.say(f"-- {self._sightings.rate(now):,.0f} touchpoints a second, {latencies(self._sightings)}")


def summary(sightings: Sightings) -> Iterable[str]:
    """What was seen, in a few lines."""
    yield (
        f"sent {sightings.touchpoints:,} touchpoints, got {sightings.triggers:,} triggers for "
        f"{len(sightings.customers):,} customers; {latencies(sightings)}"
    )
    for (signal, channel), count in sorted(sightings.signals.items()):
        yield f"  {signal} -> {channel}: {count:,}"
