"""The demo's live view on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.table import Table

from streams.demo.sightings import Sightings

BESIDE = 12
"""Rows that the view needs beside the signals' counts and the triggers, and one for the cursor."""

FEWEST = 3


def view(sightings: Sightings, height: int, now: float) -> Group:
    """All of the view, in so many rows of a terminal (a few triggers are shown even where there is no room)."""
    rows = max(height - BESIDE - len(sightings.signals), FEWEST)
    heading = Panel("\n".join(headline(sightings, now)), title="telltale demo", subtitle="Ctrl-C ends it")
    return Group(heading, _counts(sightings), "", _triggers(sightings, rows))


def headline(sightings: Sightings, now: float) -> tuple[str, str]:
    """How fast it goes and what has come, in two lines."""
    sent = f"{sightings.touchpoints:,} touchpoints, {sightings.rate(now):,.0f} a second"
    got = f"{sightings.triggers:,} triggers for {len(sightings.customers):,} customers"
    return f"shop's clock {at(sightings.event_time)}   {sent}", f"{got}   {latencies(sightings)}"


def latencies(sightings: Sightings) -> str:
    """The percentiles of the time from a touchpoint's sending to its trigger's arrival."""
    taken = [(f"p{share * 100:.0f}", sightings.latency(share)) for share in (0.5, 0.95, 0.99)]
    known = [f"{name} {seconds * 1000:.0f} ms" for name, seconds in taken if seconds is not None]
    return "latency " + (", ".join(known) or "not known before the first trigger")


def at(event_time: int) -> str:
    """An event time as people write it, to the minute, in UTC."""
    return f"{datetime.fromtimestamp(event_time / 1000, UTC):%Y-%m-%d %H:%M}"


def _counts(sightings: Sightings) -> Table:
    table = _table("triggers by signal")
    table.add_column("signal", style="bold")
    table.add_column("channel", style="cyan")
    table.add_column("triggers", justify="right")
    for (signal, channel), count in sorted(sightings.signals.items()):
        table.add_row(signal, channel, f"{count:,}")
    return table


def _triggers(sightings: Sightings, rows: int) -> Table:
    table = _table("last triggers", expand=True)
    table.add_column("shop's clock", no_wrap=True)
    table.add_column("customer", no_wrap=True)
    table.add_column("signal", style="bold", no_wrap=True)
    table.add_column("channel", style="cyan", no_wrap=True)
    table.add_column("reason", ratio=1, no_wrap=True, overflow="ellipsis")
    for one in list(sightings.last)[-1 : -rows - 1 : -1]:
        table.add_row(at(one.time), one.customer, one.signal, one.channel, one.reason)
    return table


def _table(title: str, *, expand: bool = False) -> Table:
    return Table(box=box.SIMPLE_HEAD, show_edge=False, title=title, title_justify="left", expand=expand)
