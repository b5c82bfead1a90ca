"""The sections of a report, each with the question that it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rules import rfc3339
from streams.report.counting import BY, counted_by
from streams.report.store import Store
from streams.report.uplift import uplifts

__all__ = ["BY", "SECTIONS", "Asked", "Section", "Shown", "counted_by_section"]

DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for.

    ``end``: its end (epoch ms). ``signals``: those that run by the library, None where none was given. ``goals``: what
    each signal is for, as types of touchpoints. ``responses``: whether touchpoints were given. ``stale``, ``within``:
    ms. ``losing``: firings without one that went, from which on a signal loses. ``cycles``: triggers without an answer,
    from which on a customer doesn't respond.
    """

    end: int
    signals: Sequence[str] | None = None
    goals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    responses: bool = False
    stale: int = 30 * DAY
    within: int = 14 * DAY
    losing: int = 20
    cycles: int = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as it is shown: columns and rows; ``note``: what must be known to read it, or why it is empty."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    note: str = ""


Make = Callable[[Store, Asked], tuple[tuple[str, ...], list[tuple[Any, ...]], str]]


@dataclass(frozen=True, slots=True)
class Section:
    """One question to the decisions."""

    name: str
    title: str
    make: Make

    def shown(self, store: Store, asked: Asked) -> Shown:
        return Shown(self.name, self.title, *self.make(store, asked))


def counted_by_section(*names: str) -> Section:
    """What fired and what became of it, by one or more of `BY`."""
    return Section("by-" + "-".join(names), f"What fired, by {' and '.join(names)}", _counting(names))


def _counting(names: tuple[str, ...]) -> Make:
    def make(store: Store, asked: Asked) -> tuple[tuple[str, ...], list[tuple[Any, ...]], str]:
        return (*counted_by(store, names, asked.responses), "")

    return make


def _asking(query: str, note: str = "") -> Make:
    def make(store: Store, asked: Asked) -> tuple[tuple[str, ...], list[tuple[Any, ...]], str]:
        given = {"losing": asked.losing, "cycles": asked.cycles}
        used = {name: value for name, value in given.items() if f"${name}" in query}
        return (*store.ask(query, used), note)

    return make


_HELD: Final = """
select reason, count(*) as firings, round(100 * count(*) / sum(count(*)) over (), 1) as "share %",
    count(distinct customer) as customers, mode(signal) as "most often", mode(detail) as "mostly because",
from firings where outcome = 'held' group by reason order by firings desc, reason
"""
_LOSING: Final = """
select signal, count(*) as firings, mode(reason) as "held by",
    count(*) filter (reason = main) as "of them by that", mode(detail) as "mostly because",
from (select *, mode(reason) over (partition by signal) as main, bool_or(went) over (partition by signal) as any_went,
    from firings where coalesce(reason, '') not in ('status', 'if'))
where not any_went and channel is not null
group by signal having count(*) >= $losing order by firings desc, signal
"""
_COSTS: Final = """
select coalesce(channel, '-') as channel, count(*) as contacts, round(sum(cost), 2) as cost,
    round(avg(cost), 4) as "cost each", round(sum(firings.value), 2) as "declared value",
    round(avg(firings.value), 4) as "value each",
    round(sum(firings.value) / nullif(sum(cost), 0), 2) as "value per cost",
    count(*) filter (converted) as converted, round(sum(brought), 2) as brought,
from firings left join responses on responses."trigger" = firings.id
where went group by all order by contacts desc, channel
"""
_LOOPS: Final = """
select coalesce(loop, '-') as loop, count(*) as contacts,
    round(100 * count(*) / sum(count(*)) over (), 1) as "share %", count(distinct customer) as customers,
    round(sum(cost), 2) as cost, round(sum(value), 2) as "declared value",
from firings where went group by all order by contacts desc, loop
"""
_SILENT: Final = """
select channel, count(*) as customers, count(*) filter (answers = 0 and contacts >= $cycles) as "no answer",
    round(100 * count(*) filter (answers = 0 and contacts >= $cycles)
        / nullif(count(*) filter (contacts >= $cycles), 0), 1) as "of those asked enough %",
from (
    select channel, customer, count(*) as contacts, count(*) filter (answered) as answers,
    from firings left join responses on responses."trigger" = firings.id
    where went and channel is not null group by channel, customer
)
group by channel order by customers desc, channel
"""
_LAST: Final = "select signal, max(time) from decisions where time < $end group by signal"
_SENT_AT: Final = "strftime(make_timestamp_ms(sent_at), '%H:00')"
_MOMENTS: Final = f"""
select {_SENT_AT} as hour, channel, count(*) as contacts, count(*) filter (answered) as answered,
    round(100 * count(*) filter (answered) / count(*), 1) as "answered %",
from firings left join responses on responses."trigger" = firings.id
where went and channel is not null group by all order by hour, channel
"""  # noqa: S608  # SQL of ours


def _stale(store: Store, asked: Asked) -> tuple[tuple[str, ...], list[tuple[Any, ...]], str]:
    columns = ("signal", "last fired", "days ago")
    if asked.signals is None:
        return columns, [], "name the library with --library to see which of its signals don't fire"
    last = dict(store.ask(_LAST, {"end": asked.end}).rows)
    rows: list[tuple[Any, ...]] = []
    for signal in sorted(asked.signals, key=lambda one: (last.get(one, 0), one)):
        time = last.get(signal)
        if time is None:
            rows.append((signal, None, None))
        elif asked.end - time >= asked.stale:
            rows.append((signal, rfc3339(time), (asked.end - time) // DAY))
    return columns, rows, "those without a day have never fired in what was read"


_UPLIFT_COLUMNS: Final = (
    "signal",
    "reached",
    "reached converted %",
    "held out",
    "held out converted %",
    "uplift",
    "from",
    "to",
)


def _uplift(store: Store, asked: Asked) -> tuple[tuple[str, ...], list[tuple[Any, ...]], str]:
    if not asked.responses:
        return _UPLIFT_COLUMNS, [], "give the log with --touchpoints, or --broker alone, to see who converted"
    found = uplifts(store, asked.goals, asked.within, asked.end)
    rows: list[tuple[Any, ...]] = [
        (
            one.signal,
            one.reached,
            _percent(one.reached_converted, one.reached),
            one.held_out,
            _percent(one.held_out_converted, one.held_out),
            *(None if share is None else round(100 * share, 2) for share in (one.difference, one.low, one.high)),
        )
        for one in found
    ]
    return _UPLIFT_COLUMNS, rows, _uplift_note([one.signal for one in found], asked)


def _uplift_note(signals: Sequence[str], asked: Asked) -> str:
    aimless = [signal for signal in signals if not asked.goals.get(signal)]
    note = "in points of a hundred, with the interval of 95 % (Newcombe's); an interval across 0 says nothing yet"
    if aimless:
        note += f"; say what they are for, in their files as `goal: TYPE` or by --goal TYPE: {', '.join(aimless)}"
    return note


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


SECTIONS: Final[tuple[Section, ...]] = (
    counted_by_section("signal"),
    counted_by_section("channel"),
    Section("held", "What was held, and by what", _asking(_HELD)),
    Section("losing", "Signals that fire and never go", _asking(_LOSING)),
    Section("stale", "Signals that don't fire", _stale),
    Section("costs", "Cost of a contact against its value", _asking(_COSTS)),
    Section("loops", "Balance of the loops", _asking(_LOOPS)),
    Section("silent", "Customers who don't answer", _asking(_SILENT, "opened, clicked or converted is an answer")),
    Section("moments", "When contacts are answered", _asking(_MOMENTS, "hours of UTC at which they were sent")),
    Section("uplift", "What a signal brings, against its holdout", _uplift),
)
