"""count and distinct."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from rules.features.accumulator import Reader, Standing
from rules.features.buckets import EXACT, SWEEP
from rules.features.times import Timed, Times
from rules.state import Parts

SAMPLE: Final = 512  # values beyond the newest

Latest = dict[int, int]
Part = dict[int, int] | list[Any]


class CountEver(Standing):
    """A count without a window. Part: the number."""

    empty = 0

    def add(self, part: int | None, value: Any, time: int, now: int) -> int:
        return (part or 0) + 1

    def read(self, part: int, now: int) -> int:
        return part

    def unite(self, part: int, other: int, now: int) -> int:
        return part + other


class CountOver(Timed):
    """A count in a window. Part: its times."""

    empty = 0

    def read(self, part: Times, now: int) -> int:
        return self.later(part, now - self.kept)

    def reader(self, key: int) -> Reader:
        later, over = self.later, self.kept

        def read_count(parts: Parts, now: int, per: str | None) -> int:
            part = parts.get(key)
            return later(part, now - over) if part else 0

        return read_count

    def changes(self, part: Times, now: int) -> Iterable[int]:
        return [moment for time in self.moments(part) if (moment := time + self.kept) > now]


class Distinct(Standing):
    """How many different values. Part: the latest time of each value, by the value's hash, the latest touched last.

    Exact to 1,024 values. Beyond, part: [level, sample, newest]: of the values older than the newest 1,024 only those
    are kept whose hash ends in ``level`` zero bits, at most 512, and each counts for 2 ** level values. A sample of
    more than 256 has a standard error of less than a 16th; once values have left the window, that is of how many
    older ones there were at the most, until none is left.
    """

    empty = 0
    replaces = False

    def __init__(self, over: int | None) -> None:
        self.over = over

    def add(self, part: Part | None, key: int, time: int, now: int) -> Part:
        """The part with the digest of one more value."""
        level, sample, newest = _sampled(part)
        newest[key] = max(time, newest.pop(key, time), sample.pop(key, time) if sample else time)
        if self.over is not None:
            _forget_expired(newest, now - self.over)
            if sample:
                _forget_expired(sample, now - self.over)
        if len(newest) > EXACT and len(newest) % SWEEP == 0:
            newest = self._unexpired(newest, now)
            return _thinned(level, sample, newest, EXACT, SAMPLE)
        return _part(level, sample, newest)

    def copy(self, part: Part) -> Part:
        level, sample, newest = _sampled(part)
        return _part(level, sample.copy(), newest.copy())

    def reader(self, key: int) -> Reader:
        count, read = self._count, self.read

        def read_distinct(parts: Parts, now: int, per: str | None) -> int:
            part = parts.get(key)
            if not part:
                return 0
            return count(part, now) if type(part) is dict else read(part, now)

        return read_distinct

    def halve(self, part: Part) -> Part | None:
        level, sample, newest = _sampled(part)
        entries = len(sample) + len(newest)
        return _thinned(level, sample, newest, len(newest) // 4, entries // 4) if entries > 1 else None

    def unite(self, part: Part, other: Part, now: int) -> Part:
        level, sample, newest = _sampled(part)
        their_level, their_sample, theirs = _sampled(other)
        newest = _by_time(self._unexpired(_latest(newest, theirs), now))
        level = max(level, their_level)
        older = {key: time for key, time in _latest(sample, their_sample).items() if key not in newest}
        sample = _of_level(self._unexpired(older, now), level)
        exact = min(EXACT, len(newest))
        return _thinned(level, _by_time(sample), newest, exact, SAMPLE) if sample or len(newest) > EXACT else newest

    def read(self, part: Part, now: int) -> int:
        level, sample, newest = _sampled(part)
        if not sample:
            return self._count(newest, now)
        return (self._count(sample, now) << level) + self._count(newest, now)

    def changes(self, part: Part, now: int) -> Iterable[int]:
        if self.over is None:
            return ()
        over, (_, sample, newest) = self.over, _sampled(part)
        return [time + over for latest in (sample, newest) for time in latest.values() if time + over > now]

    def _count(self, latest: Latest, now: int) -> int:
        if self.over is None:
            return len(latest)
        edge = now - self.over
        return sum([time > edge for time in latest.values()])

    def _unexpired(self, latest: Latest, now: int) -> Latest:
        if self.over is None:
            return latest
        edge = now - self.over
        return {key: time for key, time in latest.items() if time > edge}


def _latest(one: Latest, other: Latest) -> Latest:
    return {**one, **{key: max(time, one.get(key, time)) for key, time in other.items()}}


def _by_time(latest: Latest) -> Latest:
    return dict(sorted(latest.items(), key=lambda entry: entry[1]))


def _sampled(part: Part | None) -> tuple[int, Latest, Latest]:
    if not part:
        return 0, {}, {}
    return (0, {}, part) if isinstance(part, dict) else (part[0], part[1], part[2])


def _part(level: int, sample: Latest, newest: Latest) -> Part:
    return [level, sample, newest] if sample else newest


def _thinned(level: int, sample: Latest, newest: Latest, exact: int, most: int) -> Part:
    """All but the ``exact`` newest in a sample of ``most`` at most."""
    ordered = sorted(newest, key=newest.__getitem__)
    at = len(ordered) - exact
    older = dict.fromkeys(ordered[:at])
    sample = _of_level({**sample, **{key: newest[key] for key in older}}, level)
    while len(sample) > most:
        level += 1
        sample = _of_level(sample, level)
    return _part(level, sample, {key: time for key, time in newest.items() if key not in older})


def _of_level(latest: Latest, level: int) -> Latest:
    ends_in = (1 << level) - 1
    return {key: time for key, time in latest.items() if not key & ends_in}


def _forget_expired(latest: Latest, edge: int) -> None:
    while latest and latest[oldest := next(iter(latest))] <= edge:
        del latest[oldest]
