"""What a change of a library changes: a table of the signals, then samples of customers and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from rules import Clock, Compared, Difference, Library, Share, Until, compare, told_difference, zone_of
from streams.cli.files import Lines
from streams.cli.output import counted, say
from streams.cli.progress import Progress
from streams.cli.table import aligned

COLUMNS = ("before", "after", "same", "gained", "lost", "moved", "decided_otherwise", "sent_before", "sent_after")


@dataclass(frozen=True, slots=True)
class Comparing:
    """The work of holding two libraries, each with its folder, against each other."""

    before: tuple[Library, Path]
    after: tuple[Library, Path]
    clock: Clock
    until: Until | None

    def __call__(self, lines: Lines, share: Share, progress: Progress) -> Compared:
        """What they make of the lines' customers of a share; raises as `rules.compare`."""
        for comparison in compare(self.before[0], self.after[0], lines, self.clock, self.until, share):  # noqa: B007  the last one is the whole
            progress(lines.progress(), lines.size)
        return comparison.found


def show_differences(work: Comparing, comparison: Compared) -> int:
    """Prints what differs; how many records couldn't be used."""
    which = {"before": work.before, "after": work.after}
    for name, (library, folder) in which.items():
        typer.echo(f"{name}: {library.name}@{library.digest[:12]} ({folder})")
    differences = [one for one in comparison.differences if one.is_one]
    place = zone_of(work.after[0].time_zone)
    if differences:
        typer.echo("")
        typer.echo("\n".join(_table(differences)))
    for difference in differences:
        typer.echo("")
        typer.echo("\n".join(told_difference(difference, place)))
    say(_summary(work, comparison, differences))
    if comparison.unread:
        say(f"{counted(comparison.unread, 'record')} that can't be used; replay without --against to see them")
    return comparison.unread


def _table(differences: Sequence[Difference]) -> Iterator[str]:
    rows = [[one.signal, *(f"{getattr(one, column):,}" for column in COLUMNS)] for one in differences]
    sums = [f"{sum(getattr(one, column) for one in differences):,}" for column in COLUMNS]
    yield from aligned([["signal", *(column.replace("_", " ") for column in COLUMNS)], *rows, ["all", *sums]], texts=1)


def _summary(work: Comparing, comparison: Compared, differences: Sequence[Difference]) -> str:
    names = {signal.name for library, _ in (work.before, work.after) for signal in library.signals}
    differ = f"{len(differences):,} of {counted(len(names), 'signal')} fire otherwise"
    return f"{counted(comparison.touchpoints, 'touchpoint')}; {differ}"
