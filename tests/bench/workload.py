"""W1: the workload that every system is measured with, the same bytes each time.

24 hours of touchpoints in event-time order, of customers some of which are much busier than others. Its three signals
stand in tests/testdata/w1/library: `keen` (the product_views of an hour go from 4 to 5), `abandoned` (an add_to_cart,
then 30 minutes without a purchase or a further add_to_cart) and `hot` (a score that halves in 24 h rises to 20).

    python -m tests.bench.workload N [CUSTOMERS] > w1.jsonl
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from aiokafka.partitioner import DefaultPartitioner

LIBRARY: Final = Path(__file__).parents[1] / "testdata" / "w1" / "library"
FULL: Final = 600_000
CUSTOMERS: Final = 20_000
PARTITIONS: Final = 4
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
START: Final = 1_760_000_000_000
SPAN: Final = 24 * HOUR
EXPECTED: Final = {"abandoned": 39_647, "hot": 19_673, "keen": 619}
"""Triggers of the full workload up to an hour before its end, by signal."""

TYPES: Final = ["page_view"] * 70 + ["product_view"] * 15 + ["email_open"] * 5 + ["add_to_cart"] * 8 + ["purchase"] * 2


class Touchpoint(NamedTuple):
    """A line of the workload. `time` in ms."""

    customer: bytes
    time: int
    line: bytes


class Record(NamedTuple):
    """A record of the log, as Kafka clients give it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes


def touchpoints(count: int, customers: int = CUSTOMERS) -> Iterator[Touchpoint]:
    """The workload; the order of the draws is part of it."""
    draw = random.Random(84)
    time: float = START
    step = SPAN / count
    for number in range(count):
        time += step * draw.random() * 2
        customer, kind = int(customers * draw.random() ** 2), TYPES[draw.randrange(100)]
        line = (
            '{"id":"e%d","customer":"c%d","type":"%s","channel":"%s","product":"p%d","time":%d,"attention":%.2f,"dwell":%d}'  # noqa: UP031  as it is defined
            % (
                number,
                customer,
                kind,
                "email" if kind == "email_open" else "web",
                draw.randrange(200),
                int(time),
                draw.random(),
                draw.randrange(120),
            )
        )
        yield Touchpoint(b"c%d" % customer, int(time), line.encode())


def log(count: int, partitions: int = PARTITIONS) -> list[list[Record]]:
    """The workload as the partitions of a log: by customer, a tick for each minute between the touchpoints.

    Fewer touchpoints than the full ones come from fewer customers, with ticks further apart: so a customer, and a tick,
    have as many touchpoints as in the full workload.
    """
    share = min(1.0, count / FULL)
    parts: list[list[Record]] = [[] for _ in range(partitions)]
    every = round(MINUTE / share)
    next_tick = START + every
    place = Placer(partitions)
    for customer, time, line in touchpoints(count, max(1, round(CUSTOMERS * share))):
        while time > next_tick:
            for part in parts:
                part.append(Record(len(part), next_tick, None, b'{"type":"clock.tick","time":%d}' % next_tick))
            next_tick += every
        part = parts[place(customer)]
        part.append(Record(len(part), time, customer, line))
    return parts


class Placer:
    """The partition that every Kafka client takes for a key."""

    def __init__(self, partitions: int) -> None:
        self._all = list(range(partitions))
        self._partitioner = DefaultPartitioner()
        self._known: dict[bytes, int] = {}

    def __call__(self, key: bytes) -> int:
        if key not in self._known:
            self._known[key] = self._partitioner(key, self._all, self._all)
        return self._known[key]


def main(arguments: Sequence[str]) -> None:
    for touchpoint in touchpoints(*map(int, arguments)):
        sys.stdout.write(touchpoint.line.decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
