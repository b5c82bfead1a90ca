"""Turns what came of a slice into metrics: cheaply, by the slice wherever that can be."""

import time
from collections import Counter
from collections.abc import Sequence

from rules import TOO_MANY, Decided, Slice
from streams.metrics import Metrics

LIVE = 60_000
"""A touchpoint younger than this at its append, in ms, comes from a live source; older ones were kept back."""


class Observer:
    """Counts slices of one worker."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def delivered(self, done: Slice, evaluated: float, fetched: float, sent: float) -> None:
        """Counts a slice that is durable now.

        `evaluated`: seconds that took; `fetched`: monotonic time of its fetch, in seconds; `sent`: when its triggers
        were durable (epoch ms).
        """
        metrics = self._metrics
        metrics.batches.inc()
        metrics.records.inc(done.consumed)
        metrics.batch_seconds.observe(evaluated)
        metrics.in_detector.observe(time.monotonic() - fetched)
        self._stats(done)
        self._states(done)
        if done.firings:
            self._firings(done.firings, sent)

    def _stats(self, done: Slice) -> None:
        metrics, stats = self._metrics, done.stats
        for name, count in stats.touchpoints.items():
            metrics.touchpoints.labels(metrics.bounded_type(name)).inc(count)
        metrics.duplicates.inc(stats.duplicates)
        metrics.late.inc(stats.late)
        metrics.too_late.inc(stats.too_late)
        metrics.evicted.inc(stats.evicted)
        metrics.forgotten.inc(stats.forgotten)
        metrics.too_large.inc(stats.too_large)
        if stats.erased or stats.refused or stats.deletions:
            self._erasures(done)
        if done.forwards or stats.repeated:
            self._identities(done)
        if stats.set_back:
            metrics.clock_skew.inc(stats.set_back)
            metrics.clock_skew_seconds.set(stats.largest_skew / 1000)
        if stats.timers:
            metrics.timers.inc(stats.timers)
            metrics.timer_lateness.observe(max(stats.timer_lateness, 0) / 1000)

    def _erasures(self, done: Slice) -> None:
        metrics, stats = self._metrics, done.stats
        metrics.erased.inc(stats.erased)
        metrics.refused.inc(stats.refused)
        metrics.deletions.inc(stats.deletions)

    def _identities(self, done: Slice) -> None:
        metrics, stats = self._metrics, done.stats
        metrics.forwards.inc(len(done.forwards))
        metrics.forwards_repeated.inc(stats.repeated)
        metrics.identities_linked.inc(stats.united)
        metrics.identities_split.inc(stats.split)

    def _states(self, done: Slice) -> None:
        sizes = [len(value) for _, value in done.changes if value is not None]
        if sizes:
            self._metrics.states_written.inc(len(sizes))
            self._metrics.state_bytes.inc(sum(sizes))
            self._metrics.largest_state.set(max(sizes))

    def _firings(self, firings: Sequence[Decided], sent_at: float) -> None:
        metrics = self._metrics
        for signal, count in Counter(one.signal for one in firings if one.first and one.reason != TOO_MANY).items():
            metrics.firings.labels(signal).inc(count)
        kinds = Counter((one.signal, one.channel or "", one.outcome, one.reason or "") for one in firings)
        for (signal, channel, outcome, reason), count in kinds.items():
            if reason == TOO_MANY:
                metrics.links_refused.inc(count)
                continue
            metrics.decisions.labels(signal, channel, outcome, reason).inc(count)
        # A slice's firings share few append times; those of a tick share one.
        at_once = [one for one in firings if one.outcome == "sent" and one.first]
        sent = Counter((one.signal, one.channel or "", one.append_time) for one in at_once)
        for (signal, channel, appended), count in sent.items():
            metrics.event_to_trigger.observe(max(sent_at - appended, 0) / 1000, (signal, channel), count)
        for one in at_once:
            if one.by_touchpoint and one.append_time - one.event_time < LIVE:
                seconds = max(sent_at - one.event_time, 0) / 1000
                metrics.touchpoint_to_trigger.observe(seconds, (one.signal, one.channel or ""))
