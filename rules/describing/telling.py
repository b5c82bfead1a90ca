"""Text of a customer who was described, line under line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from rules.describing.described import Described, FeatureNow, ResponseNow
from rules.explaining import At, Clock, told_outcome
from rules.explaining.moments import span
from rules.explaining.writing import value_text
from rules.wall_time import zone_of

_INDENT: Final = "  "
_SECOND: Final = 1_000  # ms
_SPANS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (_SECOND, "s"))


def told_customer(said: Described) -> Iterator[str]:
    """All of it, as lines; times are in the library's time zone, those of the same day without the day."""
    clock = Clock(zone_of(said.time_zone), said.at)
    seen = "nothing is kept" if said.clock is None else f"last heard of {clock.full(said.clock)}"
    yield f"{said.customer} at {clock.full(said.at)} ({said.time_zone}), {seen}, {said.library}"
    for title, lines in _sections(said, clock):
        yield from ("", title, *(f"{_INDENT}{line}" for line in lines))


def _sections(said: Described, clock: Clock) -> Iterator[tuple[str, Sequence[str]]]:
    yield "Identities", list(_identities(said, clock))
    found = {
        "Profile": _columns(
            [(one.name, value_text(one.value), f"for {_age(said.at - one.since)}") for one in said.profile]
        ),
        "Related": [f"{relation}: {', '.join(ids)}" for relation, ids in said.related.items()],
        "Stages": [f"{one.story}: {one.stage}" for one in said.stages],
        "Features": list(_features(said, clock)),
        "Response": list(_responses(said, clock)),
        "Value beside engagement": list(_value(said)),
        "Waits": _columns(
            [
                (f"{one.signal}{_per(one.per)}", f"to {one.channel}", f"until {clock.short(one.goes)}")
                for one in said.waiting
            ]
        ),
        "Last firings": _columns(
            [(clock.short(one.at), f"{one.signal}{_per(one.per)}", told_outcome(one)) for one in reversed(said.recent)]
        ),
    }
    yield from ((title, lines) for title, lines in found.items() if lines)


def _identities(said: Described, clock: Clock) -> Iterator[str]:
    if said.asked is not None:
        yield f"{said.asked} is another id of {said.customer}"
    yield f"{said.customer} (canonical)"
    yield from said.identities
    if said.erased is not None:
        yield f"was erased; what is told of the time before is refused until {clock.full(said.erased)}"


def _features(said: Described, clock: Clock) -> Iterator[str]:
    """Those that have a value; of the others only how many they are."""
    known = [one for one in said.features if any(one.values.values())]
    yield from _columns([row for one in known for row in _feature(one, clock)])
    if len(known) < len(said.features):
        yield f"{len(said.features) - len(known)} others have no value yet, or 0"


def _feature(one: FeatureNow, clock: Clock) -> Iterator[tuple[str, str, str]]:
    for key, value in one.values.items():
        name = one.name if one.per is None else f"{one.name}[{key!r}]"
        yield name, clock.full(value) if isinstance(value, At) else value_text(value), one.words
    if one.more:
        yield "", f"and {one.more} more", ""


def _responses(said: Described, clock: Clock) -> Iterator[str]:
    yield from _columns([_response(one, clock) for one in said.responses])
    if said.channel is not None:
        yield f"prefers {said.channel}" + ("" if said.hour is None else f", around {said.hour}")


def _response(one: ResponseNow, clock: Clock) -> tuple[str, str, str]:
    share = "" if one.share is None else f" ({one.share:.0%})"
    row = f", {one.unanswered} in a row unanswered" if one.unanswered else ""
    last = f", last {clock.short(one.last)}" if one.last is not None else ""
    return one.by, one.name, f"{one.answered:g} of {one.sent:g} answered{share}{row}{last}"


def _value(said: Described) -> Iterator[str]:
    value = said.value
    if value.brought:
        yield "brought: " + _listed(value.brought)
    if value.engaged:
        yield "engaged: " + _listed(value.engaged)
    if value.sent:
        answered = "" if value.answered is None else f", {value.answered:.0%} answered"
        yield f"triggers: {value.sent} sent, worth {value.worth:g} by their signals{answered}"


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value_text(value)}" for name, value in values.items())


def _per(per: str | None) -> str:
    return "" if per is None else f" for {per}"


def _age(millis: int) -> str:
    """A duration by its largest unit alone."""
    for length, unit in _SPANS:
        if millis >= length:
            return f"{millis // length}{unit}"
    return span(max(millis, 0))


def _columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
