"""The metrics of one connector, in a registry of their own; what each means stands in streams/metrics.py."""

from prometheus_client import CollectorRegistry, Counter, Gauge, PlatformCollector, ProcessCollector

from streams.connectors.orders import Order, Result
from streams.metrics import (
    CONNECTOR_ATTEMPT_SECONDS,
    CONNECTOR_CANCELS,
    CONNECTOR_CIRCUIT_OPEN,
    CONNECTOR_DELIVERY_SECONDS,
    CONNECTOR_DUPLICATES,
    CONNECTOR_LAG,
    CONNECTOR_OLDEST,
    CONNECTOR_OUTCOMES,
    CONNECTOR_READY,
    CONNECTOR_RETRIES,
    DEAD_LETTERS,
    DEAD_LETTERS_LEFT_OUT,
    PREFIX,
    Bounded,
    Histogram,
    Spec,
)

COMMON = (
    ("delivered", ""),
    ("failed", "expired"),
    ("failed", "cancelled"),
    ("failed", "attempts"),
    ("refused", "status"),
)


class ConnectorMetrics:
    """The metrics of a channel's connector; beside them those of the process."""

    def __init__(self, channel: str, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._channel = channel
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.dead_letters = self._counter(DEAD_LETTERS)
        self.dead_letters_left_out = self._counter(DEAD_LETTERS_LEFT_OUT)
        self._outcomes = self._counter(CONNECTOR_OUTCOMES)
        self._cancels = self._counter(CONNECTOR_CANCELS)
        self._retries = self._counter(CONNECTOR_RETRIES)
        self._duplicates = self._counter(CONNECTOR_DUPLICATES).labels(channel)
        self._attempts = Histogram(CONNECTOR_ATTEMPT_SECONDS, self.registry)
        self._deliveries = Histogram(CONNECTOR_DELIVERY_SECONDS, self.registry)
        self._lag = self._gauge(CONNECTOR_LAG)
        self._oldest = self._gauge(CONNECTOR_OLDEST).labels(channel)
        self._circuit_open = self._gauge(CONNECTOR_CIRCUIT_OPEN).labels(channel)
        self._ready = self._gauge(CONNECTOR_READY).labels(channel)
        self._bounded = Bounded()
        for outcome, cause in COMMON:
            self._outcomes.labels(channel, outcome, cause)  # so that the first one is a rise from zero

    def settled(self, order: Order, result: Result, now: int) -> None:
        """Counts the result of an event; `now` in epoch ms."""
        if order.trigger is None:
            self._cancels.labels(self._channel, result.outcome).inc()
            return
        self._outcomes.labels(self._channel, result.outcome, result.cause).inc()
        if result.outcome == "delivered":
            self._deliveries.observe(max(0.0, (now - order.appended) / 1000), (self._channel,))

    def duplicate(self) -> None:
        """Counts an event that came before."""
        self._duplicates.inc()

    def retry(self, cause: str) -> None:
        """Counts an attempt that is to be made again."""
        self._retries.labels(self._channel, self._bounded(cause)).inc()

    def attempted(self, seconds: float, *, circuit_open: bool) -> None:
        """Counts an attempt that took so long."""
        self._attempts.observe(seconds, (self._channel,))
        self._circuit_open.set(circuit_open)

    def measured(self, lags: dict[int, int], oldest: float, *, ready: bool) -> None:
        """Tells how far behind it is: records by partition, the age of the oldest that isn't done in seconds."""
        self._lag.clear()  # partitions that went to another worker are told by that one
        for partition, lag in lags.items():
            self._lag.labels(self._channel, str(partition)).set(lag)
        self._oldest.set(oldest)
        self._ready.set(ready)

    def _counter(self, spec: Spec) -> Counter:
        return Counter(PREFIX + spec.name, spec.meaning, spec.labels, registry=self.registry)

    def _gauge(self, spec: Spec) -> Gauge:
        return Gauge(PREFIX + spec.name, spec.meaning, spec.labels, registry=self.registry)
