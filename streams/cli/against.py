"""What a change of a library changes: a table of the signals, then samples of customers and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer

from rules import Clock, Comparison, Difference, Library, Until, compare, told_difference, zone_of
from streams.cli.beside import far_sides
from streams.cli.files import Lines
from streams.cli.output import counted, say
from streams.cli.progress import progress_bar
from streams.cli.table import aligned

COLUMNS = ("before", "after", "same", "gained", "lost", "moved", "decided_otherwise", "sent_before", "sent_after")

Which = Mapping[str, tuple[Library, Path]]
"""The two libraries and their folders, by ``before`` and ``after``."""


def told_apart(before: Library, after: Library, lines: Lines, clock: Clock, until: Until | None) -> Comparison:
    """Runs both over the lines, each on a processor of its own, with a progress bar."""
    with far_sides() as far_side, progress_bar("comparing") as progress:
        for comparison in compare(before, after, lines, clock, until, far_side):  # noqa: B007  the last one is the whole
            progress(lines.progress(), lines.size)
    return comparison


def show_differences(comparison: Comparison, which: Which) -> int:
    """Prints what differs; how many records couldn't be used."""
    for name, (library, folder) in which.items():
        typer.echo(f"{name}: {library.name}@{library.digest[:12]} ({folder})")
    differences = [one for one in comparison.differences if one.is_one]
    place = zone_of(which["after"][0].time_zone)
    if differences:
        typer.echo("")
        typer.echo("\n".join(_table(differences)))
    for difference in differences:
        typer.echo("")
        typer.echo("\n".join(told_difference(difference, place)))
    say(_summary(comparison, differences, which))
    if comparison.unread:
        say(f"{counted(comparison.unread, 'record')} that can't be used; replay without --against to see them")
    return comparison.unread


def _table(differences: Sequence[Difference]) -> Iterator[str]:
    rows = [[one.signal, *(f"{getattr(one, column):,}" for column in COLUMNS)] for one in differences]
    sums = [f"{sum(getattr(one, column) for one in differences):,}" for column in COLUMNS]
    yield from aligned([["signal", *(column.replace("_", " ") for column in COLUMNS)], *rows, ["all", *sums]], texts=1)


def _summary(comparison: Comparison, differences: Sequence[Difference], which: Which) -> str:
    names = {signal.name for library, _ in which.values() for signal in library.signals}
    differ = f"{len(differences):,} of {counted(len(names), 'signal')} fire otherwise"
    return f"{counted(comparison.touchpoints, 'touchpoint')}; {differ}"
