"""The firings that timelines expect: on a channel and for an instance that the signal has, at a time that comes."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rules.check.parts import Parts, PlacedTimeline
from rules.check.written import check_time, moments_of
from rules.names import nearest, one_of
from rules.problem import Problem
from rules.schema import FiringEntry
from rules.wall_time import UnclearTime, moment_of


def check_firings(timeline: PlacedTimeline, parts: Parts, place: ZoneInfo) -> Iterator[Problem]:
    """What is wrong with the firings of a timeline."""
    for at, firing in enumerate(timeline.entry.model.fires):
        yield from check_time(timeline.entry, ("fires", at, "at"), firing.at, place)
        yield from _check_channel(timeline, at, firing.channel, parts)
        yield from _check_per(timeline, at, firing)
        yield from _check_outcome(timeline, at, firing)
        yield from _check_carry(timeline, at, firing)
        for key, moment in (("goes", firing.goes), ("cancelled", firing.cancelled)):
            if moment is not None:
                yield from check_time(timeline.entry, ("fires", at, key), moment, place)
    yield from _check_times(timeline, place)


def _check_channel(timeline: PlacedTimeline, at: int, channel: str | None, parts: Parts) -> Iterator[Problem]:
    named, channels = timeline.signal.model.then.channel, parts.channels
    if channel is None or channels is None or timeline.signal.is_mended_below(("then", "channel")):
        return
    names = sorted(channels) if named == "best" else [named] if isinstance(named, str) else list(named or ())
    if channel in names:
        return
    if named is None:
        found, expected = f"the channel `{channel}` of a signal that names none", "no channel"
        instead = "leave it out, or give the signal a channel"
    elif channel in channels:
        found, expected = f"the channel `{channel}`, to which the signal doesn't send", one_of(names)
        instead = f"write `{names[0]}`"
    else:
        found, expected = f"the unknown channel `{channel}`", one_of(sorted(channels))
        instead = f"write `{nearest(channel, channels) or names[0]}`"
    yield from timeline.entry.problem(("fires", at, "channel"), found, expected, instead)


def _check_per(timeline: PlacedTimeline, at: int, firing: FiringEntry) -> Iterator[Problem]:
    signal = timeline.signal
    if firing.per is None or signal.model.per is not None or signal.is_mended(("per",)):
        return
    found = f"`per` on a firing of `{signal.model.signal}`, which isn't kept per a field"
    path = ("fires", at, "per")
    yield from timeline.entry.problem(path, found, "a signal with `per`", "leave it out", at_key=True)


def _check_outcome(timeline: PlacedTimeline, at: int, firing: FiringEntry) -> Iterator[Problem]:
    """What can't be true together of what becomes of a firing."""
    entry, path = timeline.entry, ("fires", at)
    if firing.reason is not None and firing.outcome == "sent":
        found, expected = "`reason` of a firing that is sent", "`outcome: held` or `deferred`"
        yield from entry.problem((*path, "reason"), found, expected, "leave it out", at_key=True)
    for key in ("goes", "cancelled", "channel", "carry"):
        if entry.has(*path, key) and firing.outcome == "held":
            found, expected = f"`{key}` of a firing that is held", "one that is sent or deferred"
            yield from entry.problem((*path, key), found, expected, "leave it out", at_key=True)


def _check_carry(timeline: PlacedTimeline, at: int, firing: FiringEntry) -> Iterator[Problem]:
    """What is expected to be taken along is among what the signal says."""
    signal = timeline.signal
    if signal.is_mended_below(("then",)):
        return
    known = sorted(signal.model.then.carry or ())
    for name in firing.carry or ():
        if name not in known:
            found = f"`{name}`, which the triggers of `{signal.model.signal}` don't take along"
            near = nearest(name, known)
            instead = f"write `{near}`" if near else "add it to `carry` of `then`, or leave it out"
            expected = one_of(known) if known else "a signal with `carry`"
            yield from timeline.entry.problem(("fires", at, "carry", name), found, expected, instead, at_key=True)


def _check_times(timeline: PlacedTimeline, place: ZoneInfo) -> Iterator[Problem]:
    """A firing that is expected before the first touchpoint or after the end can't be."""
    entry = timeline.entry
    moments = moments_of(entry, place)
    if moments is None or entry.is_mended(("until",)):
        return
    end = max(moments) + (entry.model.until or 0)
    for at, firing in enumerate(entry.model.fires):
        moment = _moment(firing, place)
        if moment is not None and moment < min(moments):
            found, instead = "a firing before the first touchpoint", "write a later time"
            yield from entry.problem(("fires", at, "at"), found, "one at or after it", instead)
        elif moment is not None and moment > end:
            found, instead = "a firing after the end of the timeline", "add `until`, or make it longer"
            yield from entry.problem(("fires", at, "at"), found, "one before it ends", instead)


def _moment(firing: FiringEntry, place: ZoneInfo) -> int | None:
    try:
        return moment_of(firing.at, place)
    except UnclearTime:
        return None
