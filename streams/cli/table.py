"""The table at the end of a replay: signal by channel by outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rules import Decided, Replayed, switch_in
from streams.cli.output import counted

NO_CHANNEL = "no channel"
DECISION_ONLY = "decision only"
LISTED = 20
"""Bad records that are listed one by one; more are only counted."""


@dataclass(slots=True)
class Tally:
    """What came of a replay. ``outcomes``: by signal, channel and outcome; ``bad``: the first of the bad records, each
    by the number of its line, with what is to be said of it. ``switched``: whether the log switches its library."""

    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    touchpoints: int = 0
    duplicates: int = 0
    late: int = 0
    too_late: int = 0
    unread: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    switched: bool = False

    def add(self, replayed: Replayed, place: Callable[[int], str]) -> None:
        """Counts a slice in. ``place`` says where the line of a number was read."""
        slice_ = replayed.slice
        stats = slice_.stats
        self.touchpoints += sum(stats.touchpoints.values())
        self.duplicates += stats.duplicates
        self.late += stats.late
        self.too_late += stats.too_late
        self.outcomes.update((d.signal, d.channel or "-", outcome(d)) for d in slice_.firings)
        self.unread += len(slice_.dead_letters)
        for letter in slice_.dead_letters[: LISTED - len(self.bad)]:
            spot = f" at {letter.place}" if letter.place else ""
            number = replayed.lines[letter.offset]
            self.bad.append((number, f"{place(number)}: {letter.reason}{spot}: {letter.detail}"))
        self.switched = self.switched or any(record.key is None and switch_in(record) for record in replayed.records)

    def join(self, other: Tally) -> None:
        """Counts in what came of other customers."""
        self.outcomes.update(other.outcomes)
        self.touchpoints += other.touchpoints
        self.duplicates += other.duplicates
        self.late += other.late
        self.too_late += other.too_late
        self.unread += other.unread
        self.bad = sorted([*self.bad, *other.bad])[:LISTED]
        self.switched = self.switched or other.switched


def outcome(decided: Decided) -> str:
    """``sent``, ``went later`` where it had waited, ``OUTCOME: REASON``, or `DECISION_ONLY` where nothing was to be
    sent."""
    if decided.outcome == "sent":
        return "sent" if decided.first else "went later"
    if decided.reason == NO_CHANNEL and decided.channel is None:
        return DECISION_ONLY
    return f"{decided.outcome}: {decided.reason}"


def table(tally: Tally) -> Iterable[str]:
    """The table's lines."""
    columns = sorted({outcome for _, _, outcome in tally.outcomes}, key=lambda name: (name != "sent", name))
    rows = sorted({(signal, channel) for signal, channel, _ in tally.outcomes})
    cells = [
        [signal, channel, *(f"{tally.outcomes[signal, channel, name]:,}" for name in columns)]
        for signal, channel in rows
    ]
    sums = [f"{sum(n for (_, _, o), n in tally.outcomes.items() if o == name):,}" for name in columns]
    yield from aligned([["signal", "channel", *columns], *cells, ["all", "", *sums]], texts=2)
    if DECISION_ONLY in columns:
        yield f"{DECISION_ONLY}: the signal names no channel, so nothing is to be sent; others can read its firings"


def aligned(rows: Sequence[Sequence[str]], texts: int) -> Iterable[str]:
    """Rows as lines, columns under each other: the first ``texts`` of them to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (c.ljust(w) if i < texts else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        yield "  ".join(cells).rstrip()


def summary(tally: Tally) -> Iterable[str]:
    """The lines that say what was read."""
    counts = {"duplicate": tally.duplicates, "late one": tally.late, "too late": tally.too_late}
    notes = [f"{n:,} too late" if what == "too late" else counted(n, what) for what, n in counts.items() if n]
    yield ", ".join([counted(tally.touchpoints, "touchpoint"), *notes])
    yield from (said for _, said in tally.bad)
    if tally.unread > len(tally.bad):
        yield f"... and {tally.unread - len(tally.bad):,} more"
    if tally.unread:
        yield f"{counted(tally.unread, 'record')} that can't be used"
