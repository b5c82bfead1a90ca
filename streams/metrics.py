"""Every metric of the runtime, with what it means and what to do when it is off.

The documentation, the alert rules and the boards are checked against SPECS. Labels have a bounded number of values: the
library bounds signals and channels, and types of touchpoints beyond the first hundred are counted as "other".
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, PlatformCollector, ProcessCollector
from prometheus_client.core import HistogramMetricFamily

PREFIX = "telltale_"
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of latency buckets, in seconds."""

MOST_VALUES = 100
REASONS = ("record", "library")
"""Why a record of the topic `libraries` is passed over."""
OTHER = "other"

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Spec:
    """A metric: its name without prefix (counters without `_total`), what it means, what to do when it is off."""

    name: str
    kind: Kind
    meaning: str
    remedy: str
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name as Prometheus sees it."""
        return PREFIX + self.name + ("_total" if self.kind == "counter" else "")


EVENT_TO_TRIGGER = Spec(
    "event_to_trigger_seconds",
    "histogram",
    "Time from the append of the record that caused a trigger to the trigger being durable in its topic.",
    "High with low in_detector_seconds: records wait in the log, so add workers or look at the lag. Both high: the "
    "broker is slow to acknowledge, or the library costs too much (see batch_seconds).",
    ("signal", "channel"),
)
TOUCHPOINT_TO_TRIGGER = Spec(
    "touchpoint_to_trigger_seconds",
    "histogram",
    "Time from a touchpoint's own time to the trigger it caused being durable; only what is younger than a minute.",
    "High with low event_to_trigger_seconds: publishers deliver late or their clocks are wrong (see clock_skew).",
    ("signal", "channel"),
)
IN_DETECTOR = Spec(
    "in_detector_seconds",
    "histogram",
    "Time from the fetch of a batch to its triggers and states being durable, one value for each slice.",
    "High: look at batch_seconds, at the CPU of the worker and at the broker's request latency.",
)
BATCH_SECONDS = Spec(
    "batch_seconds",
    "histogram",
    "Time that evaluating a slice takes, without sending.",
    "High: the library costs too much for a touchpoint, or the machine's CPU is taken; fewer records at once (--poll).",
)
TOUCHPOINTS = Spec(
    "touchpoints",
    "counter",
    "Touchpoints evaluated, by type.",
    "A type that stops: ask its publisher. Only 'other' grows: publishers make up types; give them properties instead.",
    ("type",),
)
BATCHES = Spec(
    "batches",
    "counter",
    "Slices of the log evaluated and delivered.",
    "No growth while lag grows: the worker hangs; /health says so and the process ends after `stall` seconds.",
)
RECORDS = Spec(
    "records",
    "counter",
    "Records of the log handled, ticks and dead letters included.",
    "No growth while lag grows: see batches.",
)
FIRINGS = Spec(
    "firings",
    "counter",
    "Firings of signals, before policy.",
    "A sudden rise: look at the signal's source of touchpoints. None for long: replay recent traffic.",
    ("signal",),
)
DECISIONS = Spec(
    "decisions",
    "counter",
    "Decisions about firings, by outcome (sent, deferred, held, cancelled) and reason. One that was deferred is "
    "decided once more as it goes, and one that is cancelled as it is.",
    "Many held as expired: the detector runs behind, or history is being filled in. Many held as 'if', 'status', "
    "'consent', 'unless', 'holdout', 'arbitration', 'cap', 'content', 'quiet' or 'no channel': as the library says. A "
    "sudden rise of 'cap': look at what fires so often. Many cancelled as 'opted out': ask the customers.",
    ("signal", "channel", "outcome", "reason"),
)
DEAD_LETTERS = Spec(
    "dead_letters",
    "counter",
    "Records that could not be read or evaluated and went to dead-letters, by reason.",
    "Read the topic dead-letters: the headers tell topic, partition, offset, place and reason. Ask the publisher.",
    ("topic", "reason"),
)
DEAD_LETTERS_LEFT_OUT = Spec(
    "dead_letters_left_out",
    "counter",
    "Dead letters beyond the rate limit: counted, not written.",
    "A publisher floods the log with bad records: stop it. The records stay in their own topic as long as that keeps.",
    ("topic", "reason"),
)
DUPLICATES = Spec(
    "duplicates",
    "counter",
    "Touchpoints passed over because the customer's last 64 hold the same id.",
    "A few are retries. Many: a publisher sends all twice, or gives different touchpoints one id.",
)
LATE = Spec(
    "late_touchpoints",
    "counter",
    "Touchpoints older than their customer's clock but within late_by.",
    "Many: publishers buffer, or several publishers of one customer are apart; raise late_by in the library.",
)
TOO_LATE = Spec(
    "too_late_touchpoints",
    "counter",
    "Touchpoints older than late_by allows: no pattern sees them.",
    "Many: raise late_by in the library, or have the publisher deliver sooner.",
)
CLOCK_SKEW = Spec(
    "clock_skew",
    "counter",
    "Touchpoints with a time after their append, set back to it.",
    "A publisher's clock is ahead: set it (clock_skew_seconds tells by how much).",
)
CLOCK_SKEW_SECONDS = Spec(
    "clock_skew_seconds",
    "gauge",
    "The largest time in the future, in seconds, among the touchpoints of the last slice that had one.",
    "Set the publisher's clock.",
)
LAG = Spec(
    "lag_records",
    "gauge",
    "Records of the log behind the last one wholly handled, by partition that this worker has.",
    "Growing: add workers up to the number of partitions; at that number, look at batch_seconds and the broker.",
    ("partition",),
)
TIMERS = Spec(
    "timers",
    "counter",
    "Moments at which ticks found a customer's timers due.",
    "None for long where signals wait for silence: look at ticks and at the log's lag.",
)
TIMER_LATENESS = Spec(
    "timer_lateness_seconds",
    "histogram",
    "How long after its due time the latest timer of a slice fired (the append of its tick), in seconds.",
    "Above `settle` plus a second: the log is behind (lag_records), the partition has no owner, or an ingest source "
    "holds ticks back (ticks_held_back_seconds).",
)
TIMERS_WAITING = Spec(
    "timers_waiting",
    "gauge",
    "Customers with a timer, if only that for being forgotten, by partition that this worker has.",
    "Only to know: memory is about 150 bytes for each.",
    ("partition",),
)
TICKS = Spec(
    "ticks",
    "counter",
    "Ticks appended to the log by this worker.",
    "None while timers_waiting is above zero and timers are due: see timer_lateness_seconds.",
)
TICKS_HELD_BACK = Spec(
    "ticks_held_back_seconds",
    "gauge",
    "How far ticks are held back behind the clock by records an ingest source has not forwarded yet, in seconds.",
    "Above a minute: the ingest agents are behind; at 15 minutes ticks no longer wait for them. Look at the lag of the "
    "source topics.",
)
RECOVERY_REMAINING = Spec(
    "recovery_remaining_records",
    "gauge",
    "Records of the changelog still to be read before this worker starts.",
    "Not falling for minutes: restart the worker; with --store rocksdb remove its data folder first.",
)
RECOVERY_SECONDS = Spec(
    "recovery_seconds",
    "gauge",
    "How long the last recovery took, in seconds.",
    "Long: use --store rocksdb or standbys, and see that the changelog is compacted.",
)
STATES = Spec(
    "states",
    "gauge",
    "Customers with a state, by partition that this worker has.",
    "Uneven: keys are not customers. Growing without end: see forget_after of the library.",
    ("partition",),
)
STATE_BYTES = Spec(
    "state_bytes",
    "counter",
    "Bytes of states written; with states_written this gives their mean size.",
    "Mean above 1 KB: windows keep many touchpoints, or `per` has many values; see the library's features.",
)
STATES_WRITTEN = Spec("states_written", "counter", "States written to the changelog.", "See state_bytes.")
LARGEST_STATE = Spec(
    "largest_state_bytes",
    "gauge",
    "The largest state of the last slice, in bytes.",
    "Near 64 KB: a bot or a shared account writes under one customer; block it at the publisher.",
)
EVICTED = Spec(
    "evicted",
    "counter",
    "Values of `per` forgotten because a customer had more than a hundred of them, and names of a profile beyond 256.",
    "Many: choose a field with fewer values for `per`; see what writes profiles.",
)
TOO_LARGE = Spec(
    "values_too_large",
    "counter",
    "Values of profiles and of the context that were not kept, as their JSON has more than 1,024 characters.",
    "Any: a publisher sends lists or texts that belong elsewhere; the field counts as removed.",
)
FORGOTTEN = Spec(
    "forgotten",
    "counter",
    "Customers forgotten, as nothing had come of them for `forget_after` of the library.",
    "Many at once: a publisher went silent, or a new library has a shorter `forget_after`.",
)
ERASED = Spec(
    "erased",
    "counter",
    "Identities of which all was removed, as `telltale customer --erase` or another publisher of `customer.erased` "
    "asked for it.",
    "Many at once: see who may write to the log.",
)
REFUSED = Spec(
    "refused",
    "counter",
    "Records that were not applied, as what they tell happened before their customer was erased.",
    "Rising for long: a publisher goes on sending the past of customers who were erased there.",
)
DELETIONS = Spec(
    "deletions",
    "counter",
    "Records of the log with a key and no value: they stand there for those who keep tables of it.",
    "More than were erased: a publisher sends touchpoints without a value.",
)
IDENTITIES_LINKED = Spec(
    "identities_linked",
    "counter",
    "Identities that became part of a customer: their state was moved, their records are forwarded.",
    "Far above the number of new visitors: a publisher links the same ids anew after splitting them off.",
)
IDENTITIES_SPLIT = Spec(
    "identities_split",
    "counter",
    "Identities that stand by themselves again.",
    "Rising with identities_linked: two publishers don't agree on who is who.",
)
LINKS_REFUSED = Spec(
    "links_refused",
    "counter",
    "Links that were not made because the customer would have had too many identities.",
    "A device or an account that many share: don't link it (the decisions with the reason `identities` name the "
    "customer), split it off by identity.unlinked, or raise identities.limit in library.yaml.",
)
FORWARDS = Spec(
    "forwards",
    "counter",
    "Records that were forwarded through the log to the customer they belong to.",
    "Near the number of touchpoints: publishers go on writing under an alias; let them use the known id.",
)
FORWARDS_REPEATED = Spec(
    "forwards_repeated",
    "counter",
    "Forwarded records that came again after a crash, and were skipped.",
    "Rising without restarts: see the log for workers that are taken for dead.",
)
LIBRARY = Spec(
    "library_info",
    "gauge",
    "1 for each library that decides a partition of this worker now; the label tells its version.",
    "More than one for long: partitions have not switched; see library_sequence, switches_refused, library_waiting.",
    ("version",),
)
LIBRARY_SEQUENCE = Spec(
    "library_sequence",
    "gauge",
    "The sequence (offset in the topic libraries) of the library that decides, by partition that this worker has.",
    "Below library_newest for long: see switches_refused and library_waiting; a warm start may still be under way.",
    ("partition",),
)
LIBRARY_NEWEST = Spec(
    "library_newest",
    "gauge",
    "The sequence of the newest library that this worker knows and can use; -1 before the first.",
    "Workers that differ for long: one doesn't read the topic libraries, or can't use its newest record (see "
    "libraries_refused); look at its output.",
)
LIBRARY_WAITING = Spec(
    "library_waiting",
    "gauge",
    "1 while a partition waits before a switch for its library, or for what is computed of it, else 0.",
    "For minutes: nothing of the partition is decided. The worker's output tells the digest: publish that library "
    "again, or create the topic that it misses.",
    ("partition",),
)
LIBRARIES_REFUSED = Spec(
    "libraries_refused",
    "counter",
    "Records of the topic libraries that were passed over: no library at all (record), or one that isn't what its "
    "digest says or has errors (library).",
    "Somebody else than `telltale publish` writes to the topic, or a worker is too old for the library: the worker's "
    "output tells offset and reason. Publish again.",
    ("reason",),
)
SWITCHES = Spec(
    "switches",
    "counter",
    "Records library.switched appended to the log by this worker.",
    "None after `telltale publish` where this worker has partitions: see switches_refused and libraries_refused.",
)
SWITCHES_REFUSED = Spec(
    "switches_refused",
    "counter",
    "Looks at a newer library that was not switched to, as a channel of it has no topic.",
    "Create the topic that the worker's output names: `telltale topics --create`; the switch follows within seconds.",
)
WARMING_RECORDS = Spec(
    "warming_records",
    "gauge",
    "Records of the log that a new library's parts are still to read before its switch, by partition; 0 when none is "
    "warmed.",
    "Not falling: see warming_failures and the worker's CPU; the process reads some 50,000 records a second.",
    ("partition",),
)
WARMING_FAILURES = Spec(
    "warming_failures",
    "counter",
    "Processes that computed a new library's parts beside the live ones and ended before they were done.",
    "The worker's output tells why. Killed for memory: it holds the states of all of the worker's customers a second "
    "time, so give the machine more, or publish without --warm-from.",
)
PARTITIONS = Spec(
    "partitions",
    "gauge",
    "Partitions of the log that this worker decides.",
    "Zero for long while others have several: more workers than partitions, or it can't join the group.",
)
READY = Spec(
    "ready",
    "gauge",
    "1 while this worker reads the log, 0 while it starts, recovers or partitions move.",
    "0 for minutes: see recovery_remaining_records and the worker's output.",
)
FORWARDED = Spec(
    "forwarded",
    "counter",
    "Records of a source topic forwarded to the log, by topic.",
    "None while the source gets records: look at dead_letters of that topic and at the worker's output.",
    ("topic",),
)

CONNECTOR_OUTCOMES = Spec(
    "connector_outcomes",
    "counter",
    "Triggers that a connector is done with: delivered, failed (expired, cancelled, attempts) or refused (status); the "
    "reason answer: the endpoint named the outcome itself.",
    "Many expired: the connector or its endpoint is behind, see connector_oldest_seconds. Many refused: the endpoint "
    "doesn't take what it gets; the outcomes in the log tell its answers.",
    ("channel", "outcome", "reason"),
)
CONNECTOR_CANCELS = Spec(
    "connector_cancels",
    "counter",
    "Cancels that a connector is done with, by outcome.",
    "Many failed or refused: the endpoint may act on triggers that were taken back; see that it takes cancels.",
    ("channel", "outcome"),
)
CONNECTOR_RETRIES = Spec(
    "connector_retries",
    "counter",
    "Attempts that are made again, by cause: the status of the answer, timeout, connection or disk.",
    "Many: the endpoint is slow or down, or sheds load (429, 503); fewer at a time (--concurrency).",
    ("channel", "cause"),
)
CONNECTOR_DUPLICATES = Spec(
    "connector_duplicates",
    "counter",
    "Events passed over because their id was seen before.",
    "Some after a crash of the detector. Many at other times: somebody else writes to the topic.",
    ("channel",),
)
CONNECTOR_ATTEMPT_SECONDS = Spec(
    "connector_attempt_seconds",
    "histogram",
    "Time that an attempt takes, answered or not.",
    "High: the endpoint is slow; more at a time (--concurrency) where it can take them, else ask its owner.",
    ("channel",),
)
CONNECTOR_DELIVERY_SECONDS = Spec(
    "connector_delivery_seconds",
    "histogram",
    "Time from the append of a trigger to its delivery.",
    "High with a low connector_attempt_seconds: triggers wait for attempts; more at a time (--concurrency), or more "
    "connectors, up to the topic's partitions.",
    ("channel",),
)
CONNECTOR_LAG = Spec(
    "connector_lag_records",
    "gauge",
    "Records of the channel's topic behind the first one that isn't done, by partition that this connector has.",
    "Growing: see connector_circuit_open and connector_attempt_seconds.",
    ("channel", "partition"),
)
CONNECTOR_OLDEST = Spec(
    "connector_oldest_seconds",
    "gauge",
    "Age of the oldest trigger that was read and isn't done, in seconds; 0 where all are.",
    "Above minutes: the endpoint is down (connector_circuit_open), or refuses that one for the time being "
    "(connector_retries).",
    ("channel",),
)
CONNECTOR_CIRCUIT_OPEN = Spec(
    "connector_circuit_open",
    "gauge",
    "1 while the endpoint answers nobody, and only one attempt at a time is made, else 0.",
    "Look at the endpoint. Nothing is lost meanwhile but triggers that expire.",
    ("channel",),
)
CONNECTOR_READY = Spec(
    "connector_ready",
    "gauge",
    "1 while the connector reads its topic, 0 while it starts or partitions move.",
    "0 for minutes: see the connector's output, and whether others of its group come and go.",
    ("channel",),
)

SPECS: tuple[Spec, ...] = (
    EVENT_TO_TRIGGER,
    TOUCHPOINT_TO_TRIGGER,
    IN_DETECTOR,
    BATCH_SECONDS,
    TOUCHPOINTS,
    BATCHES,
    RECORDS,
    FIRINGS,
    DECISIONS,
    DEAD_LETTERS,
    DEAD_LETTERS_LEFT_OUT,
    DUPLICATES,
    LATE,
    TOO_LATE,
    CLOCK_SKEW,
    CLOCK_SKEW_SECONDS,
    LAG,
    TIMERS,
    TIMER_LATENESS,
    TIMERS_WAITING,
    TICKS,
    TICKS_HELD_BACK,
    RECOVERY_REMAINING,
    RECOVERY_SECONDS,
    STATES,
    STATE_BYTES,
    STATES_WRITTEN,
    LARGEST_STATE,
    EVICTED,
    FORGOTTEN,
    ERASED,
    REFUSED,
    DELETIONS,
    TOO_LARGE,
    IDENTITIES_LINKED,
    IDENTITIES_SPLIT,
    LINKS_REFUSED,
    FORWARDS,
    FORWARDS_REPEATED,
    LIBRARY,
    LIBRARY_SEQUENCE,
    LIBRARY_NEWEST,
    LIBRARY_WAITING,
    LIBRARIES_REFUSED,
    SWITCHES,
    SWITCHES_REFUSED,
    WARMING_RECORDS,
    WARMING_FAILURES,
    PARTITIONS,
    READY,
    FORWARDED,
    CONNECTOR_OUTCOMES,
    CONNECTOR_CANCELS,
    CONNECTOR_RETRIES,
    CONNECTOR_DUPLICATES,
    CONNECTOR_ATTEMPT_SECONDS,
    CONNECTOR_DELIVERY_SECONDS,
    CONNECTOR_LAG,
    CONNECTOR_OLDEST,
    CONNECTOR_CIRCUIT_OPEN,
    CONNECTOR_READY,
)


class Histogram:
    """A histogram that takes many equal values at the price of one: a tick's triggers have one latency."""

    def __init__(self, spec: Spec, registry: CollectorRegistry) -> None:
        self._spec = spec
        self._series: dict[tuple[str, ...], list[float]] = {}
        registry.register(self)

    def observe(self, seconds: float, labels: tuple[str, ...] = (), count: int = 1) -> None:
        """Adds a value, `count` times."""
        series = self._series.get(labels)
        if series is None:
            series = self._series[labels] = [0.0] * (len(SECONDS) + 2)
        series[bisect_left(SECONDS, seconds)] += count
        series[-1] += seconds * count

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """What Prometheus asks for."""
        family = HistogramMetricFamily(PREFIX + self._spec.name, self._spec.meaning, labels=self._spec.labels)
        for labels, series in list(self._series.items()):
            family.add_metric(labels, _cumulative(series[:-1]), sum_value=series[-1])
        yield family


def _cumulative(counts: list[float]) -> list[tuple[str, float]]:
    total = 0.0
    buckets = []
    for bound, count in zip([*map(str, SECONDS), "+Inf"], counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets


class Bounded:
    """Lets the first hundred values of a label through and calls the others "other"."""

    def __init__(self, most: int = MOST_VALUES) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, value: str) -> str:
        if value in self._known:
            return value
        if len(self._known) >= self._most:
            return OTHER
        self._known.add(value)
        return value


class Metrics:
    """The metrics of one worker, each an attribute, in a registry of their own; beside them those of the process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.event_to_trigger = self._histogram(EVENT_TO_TRIGGER)
        self.touchpoint_to_trigger = self._histogram(TOUCHPOINT_TO_TRIGGER)
        self.in_detector = self._histogram(IN_DETECTOR)
        self.batch_seconds = self._histogram(BATCH_SECONDS)
        self.timer_lateness = self._histogram(TIMER_LATENESS)
        self.touchpoints = self._counter(TOUCHPOINTS)
        self.batches = self._counter(BATCHES)
        self.records = self._counter(RECORDS)
        self.firings = self._counter(FIRINGS)
        self.decisions = self._counter(DECISIONS)
        self.dead_letters = self._counter(DEAD_LETTERS)
        self.dead_letters_left_out = self._counter(DEAD_LETTERS_LEFT_OUT)
        self.duplicates = self._counter(DUPLICATES)
        self.late = self._counter(LATE)
        self.too_late = self._counter(TOO_LATE)
        self.clock_skew = self._counter(CLOCK_SKEW)
        self.timers = self._counter(TIMERS)
        self.ticks = self._counter(TICKS)
        self.state_bytes = self._counter(STATE_BYTES)
        self.states_written = self._counter(STATES_WRITTEN)
        self.evicted = self._counter(EVICTED)
        self.forgotten = self._counter(FORGOTTEN)
        self._count_erasures()
        self.too_large = self._counter(TOO_LARGE)
        self.forwarded = self._counter(FORWARDED)
        self._count_identities()
        self.libraries_refused = self._counter(LIBRARIES_REFUSED)
        for reason in REASONS:
            self.libraries_refused.labels(reason)  # so that the first one is a rise from zero
        self.switches = self._counter(SWITCHES)
        self.switches_refused = self._counter(SWITCHES_REFUSED)
        self.warming_records = self._gauge(WARMING_RECORDS)
        self.warming_failures = self._counter(WARMING_FAILURES)
        self.clock_skew_seconds = self._gauge(CLOCK_SKEW_SECONDS)
        self.lag = self._gauge(LAG)
        self.timers_waiting = self._gauge(TIMERS_WAITING)
        self.ticks_held_back = self._gauge(TICKS_HELD_BACK)
        self.recovery_remaining = self._gauge(RECOVERY_REMAINING)
        self.recovery_seconds = self._gauge(RECOVERY_SECONDS)
        self.states = self._gauge(STATES)
        self.largest_state = self._gauge(LARGEST_STATE)
        self.library = self._gauge(LIBRARY)
        self.library_sequence = self._gauge(LIBRARY_SEQUENCE)
        self.library_newest = self._gauge(LIBRARY_NEWEST)
        self.library_waiting = self._gauge(LIBRARY_WAITING)
        self.partitions = self._gauge(PARTITIONS)
        self.ready = self._gauge(READY)
        self.bounded_type = Bounded()

    def _count_erasures(self) -> None:
        self.erased = self._counter(ERASED)
        self.refused = self._counter(REFUSED)
        self.deletions = self._counter(DELETIONS)

    def _count_identities(self) -> None:
        self.identities_linked = self._counter(IDENTITIES_LINKED)
        self.identities_split = self._counter(IDENTITIES_SPLIT)
        self.links_refused = self._counter(LINKS_REFUSED)
        self.forwards = self._counter(FORWARDS)
        self.forwards_repeated = self._counter(FORWARDS_REPEATED)

    def _histogram(self, spec: Spec) -> Histogram:
        return Histogram(spec, self.registry)

    def _counter(self, spec: Spec) -> Counter:
        return Counter(PREFIX + spec.name, spec.meaning, spec.labels, registry=self.registry)

    def _gauge(self, spec: Spec) -> Gauge:
        return Gauge(PREFIX + spec.name, spec.meaning, spec.labels, registry=self.registry)
