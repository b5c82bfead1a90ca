"""What the demo has sent and seen: counts, latencies, the last triggers."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Final

import orjson

from streams.cli.moments import moment

LAST: Final = 200
"""As many triggers are kept to be shown."""

SPAN: Final = 5.0
"""Seconds over which the rate is taken."""


CANCELLED = "telltale.trigger.cancelled"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A trigger that arrived. ``latency``: seconds since what caused it was sent."""

    time: int
    customer: str
    signal: str
    channel: str
    reason: str
    latency: float


class Sightings:
    """Gathers what is sent and what comes back. Clock times are seconds of one monotonic clock, event times ms."""

    def __init__(self) -> None:
        self.touchpoints = 0
        self.signals: Counter[tuple[str, str]] = Counter()
        self.last: deque[Sighting] = deque(maxlen=LAST)
        self.customers: set[str] = set()
        self.event_time = 0
        self._steps: list[int] = []
        self._sent_at: list[float] = []
        self._latencies: list[float] = []
        self._recent: deque[tuple[float, int]] = deque()

    @property
    def triggers(self) -> int:
        return self.signals.total()

    def sent(self, event_time: int, touchpoints: int, now: float) -> None:
        """Notes that the traffic up to an event time is sent, a tick of that time behind it."""
        self.touchpoints += touchpoints
        self.event_time = event_time
        self._steps.append(event_time)
        self._sent_at.append(now)
        self._recent.append((now, touchpoints))
        while self._recent[0][0] < now - SPAN:
            self._recent.popleft()

    def seen(self, value: bytes, now: float) -> Sighting:
        """Notes a trigger that arrived."""
        event: dict[str, Any] = orjson.loads(value)
        data, time = event["data"], moment(event["time"])
        latency = max(0.0, now - self._cause(moment(data.get("at") or event["time"]), now))
        why = data["reason"] or ""
        taken_back = event["type"] == CANCELLED
        reason = f"taken back: {why}" if taken_back else why
        sighting = Sighting(time, data["customer"], data["signal"], data["channel"], reason, latency)
        self.customers.add(sighting.customer)
        self.last.append(sighting)
        if not taken_back:
            self.signals[sighting.signal, sighting.channel] += 1
            insort(self._latencies, latency)
        return sighting

    def _cause(self, time: int, now: float) -> float:
        """When the first step was sent that could make a signal fire at this event time."""
        step = bisect_left(self._steps, time)
        return self._sent_at[step] if step < len(self._steps) else now

    def rate(self, now: float) -> float:
        """Touchpoints a second, lately."""
        if not self._recent:
            return 0.0
        return sum(count for _, count in self._recent) / max(now - self._recent[0][0], 1.0)

    def latency(self, share: float) -> float | None:
        """The latency in seconds that this share (0..1) of the triggers keeps below; None before the first."""
        if not self._latencies:
            return None
        return self._latencies[min(int(len(self._latencies) * share), len(self._latencies) - 1)]
