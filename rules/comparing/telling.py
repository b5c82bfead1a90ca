"""Text of what a change changes for single customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from rules.comparing.difference import Difference, Made, Sample
from rules.explaining import Clock, Explained, told_condition, told_signal

_INDENT: Final = "  "


def told_difference(difference: Difference, place: ZoneInfo) -> Iterator[str]:
    """The samples of a signal, each with how the library stood that didn't fire then."""
    yield difference.signal
    for sample in sorted(difference.samples, key=_order):
        for line in _sample(sample, place):
            yield f"{_INDENT}{line}"


def _order(sample: Sample) -> tuple[str, int]:
    made = sample.before or sample.after
    return sample.kind, made.at if made else 0


def _sample(sample: Sample, place: ZoneInfo) -> Iterator[str]:
    old, new = sample.before, sample.after
    made = old or new
    if made is None:
        return
    clock = Clock(place, made.at)
    if old is not None and new is not None:
        yield f"{sample.kind}: {_whose(made)}, before {_outcome(old, clock)}, after {_outcome(new, clock)}"
    else:
        yield f"{sample.kind}: {_whose(made)}, {_outcome(made, clock)}"
    if sample.kind == "decided otherwise":
        yield from _refusal(sample.why, made, clock)
    else:
        yield from _why(sample.why, place, _other(sample))


def _refusal(why: Explained | None, made: Made, clock: Clock) -> Iterator[str]:
    """The `if` of the library that didn't send a firing, where it was false."""
    instances = [one for signal in why.signals for one in signal.instances if one.per == made.per] if why else []
    for condition in (one.condition for one in instances if one.condition and not one.condition.met):
        for line in told_condition(condition, clock):
            yield f"{_INDENT}{line}"


def _other(sample: Sample) -> str:
    """Which library the explanation is of: the one that didn't fire at the moment of the other's firing."""
    if sample.before is None:
        return "before"
    if sample.after is None or sample.before.at < sample.after.at:
        return "after"
    return "before"


def _why(why: Explained | None, place: ZoneInfo, which: str) -> Iterator[str]:
    if why is None:
        yield f"{_INDENT}{which} the change there is no such signal"
        return
    clock = Clock(place, why.at)
    yield f"{_INDENT}{which} the change, {clock.full(why.at)}:"
    for signal in why.signals:
        for line in list(told_signal(signal, clock))[1:]:
            yield f"{_INDENT}{line}"


def _whose(made: Made) -> str:
    return made.customer if made.per is None else f"{made.customer} for {made.per}"


def _outcome(made: Made, clock: Clock) -> str:
    to = f" to {made.channel}" if made.outcome == "sent" and made.channel else ""
    return f"{clock.full(made.at)} {made.outcome}{to}"
