"""What a run on Kafka came to: the rate and the CPU between the 10th and the 99th percentile of the triggers' append
times, and whether the triggers are the right ones."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from tests.bench.handwritten import HandWritten
from tests.bench.sampling import Sampler
from tests.bench.workload import EXPECTED, FULL, HOUR, Record, log

FROM: Final = 0.10
TO: Final = 0.99
FEW: Final = 20


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger as it stands in its topic. `moment`: of the firing, `appended`: by the broker, both in ms."""

    id: str
    partition: int
    appended: int

    @property
    def moment(self) -> int:
        return int(self.id.rpartition(":")[2])

    @property
    def signal(self) -> str:
        return self.id.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Measured:
    """`rate`: touchpoints a second; `cpu`, `broker_cpu`: microseconds a touchpoint."""

    touchpoints: int
    rate: float
    cpu: float
    broker_cpu: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Workload:
    """A log and what must come of it: the ids of the triggers, found by hand."""

    parts: Sequence[Sequence[Record]]
    expected: Counter[str]
    touchpoints: int


def workload(touchpoints: int) -> Workload:
    """W1 with so many touchpoints."""
    parts = log(touchpoints)
    triggers = [one for records in parts for one in HandWritten("", encoded=False).evaluate(records).triggers]
    return Workload(parts, Counter(_id(value) for _, value in triggers), touchpoints)


def triggers_of(records: Sequence[Any]) -> list[Trigger]:
    """The triggers that these records of a topic are."""
    return [Trigger(_id(one.value), one.partition, one.timestamp) for one in records]


def _id(trigger: bytes) -> str:
    found: str = orjson.loads(trigger)["id"]
    return found


def measure(given: Workload, triggers: Sequence[Trigger], sampler: Sampler) -> Measured:
    """Puts together what the triggers and the CPU times tell. Raises RuntimeError where there are too few triggers."""
    appended = sorted(one.appended for one in triggers)
    if len(appended) < FEW:
        raise RuntimeError(
            f"found {len(appended)} triggers, expected {given.expected.total():,}; too few to measure by"
        )
    start, end = (appended[int(share * (len(appended) - 1))] for share in (FROM, TO))
    between = _evaluated(given, triggers, end) - _evaluated(given, triggers, start)
    seconds = max(end - start, 1) / 1000
    each = 1e6 / max(between, 1)
    return Measured(
        touchpoints=given.touchpoints,
        rate=between / seconds,
        cpu=sampler.cpu("it", start, end) * each,
        broker_cpu=sampler.cpu("broker", start, end) * each,
        verdict=_verdict(given, triggers),
    )


def _evaluated(given: Workload, triggers: Sequence[Trigger], until: int) -> int:
    """How many touchpoints had been evaluated by then: those up to the latest trigger of their partition."""
    reached = [0] * len(given.parts)
    for one in triggers:
        if one.appended <= until:
            reached[one.partition] = max(reached[one.partition], one.moment)
    return sum(_touchpoints(records, time) for records, time in zip(given.parts, reached, strict=True))


def _touchpoints(records: Sequence[Record], until: int) -> int:
    found = bisect_right(records, until, key=lambda one: one.timestamp)
    return sum(one.key is not None for one in records[:found])


def _verdict(given: Workload, triggers: Sequence[Trigger]) -> str:
    found = Counter(one.id for one in triggers)
    missing, extra = (given.expected - found).total(), (found - given.expected).total()
    if missing or extra:
        return f"WRONG: {missing:,} missing, {extra:,} too many of {given.expected.total():,}"
    return f"all {given.expected.total():,} right"


def counted(given: Workload, triggers: Sequence[Trigger]) -> str:
    """The triggers up to an hour before the end, by signal, against what the full workload must give."""
    end = max(records[-1].timestamp for records in given.parts) - HOUR
    return verdict_on(Counter(one.signal for one in triggers if one.moment <= end), given.touchpoints)


def verdict_on(found: Counter[str], touchpoints: int) -> str:
    """A sentence on the triggers by signal, up to an hour before the end."""
    said = ", ".join(f"{found[name]:,} {name}" for name in EXPECTED)
    text = f"Triggers up to an hour before the end: {found.total():,} ({said})"
    if touchpoints != FULL:
        return text + "."
    return text + (": as they must be." if dict(found) == EXPECTED else f": WRONG, expected {EXPECTED}.")
