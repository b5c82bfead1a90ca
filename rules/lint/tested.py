"""What the timelines of signals should show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted


class NoFiringTimeline(Check):
    """A live signal without a timeline in which it fires."""

    name = "no-firing-timeline"
    reason = "A signal that has never been seen to fire may never fire."
    fix = "write one into the `.test.yaml` beside it"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        firing = {timeline.signal for timeline in linted.library.timelines if timeline.fires}
        for signal in linted.live:
            if signal.name not in firing:
                spot = linted.places.of("signal", signal.name)
                found = f"the live signal `{signal.name}` without a timeline in which it fires"
                yield self.found(spot, found, "one at least")


class NoQuietTimeline(Check):
    """A live signal without a timeline in which it doesn't fire."""

    name = "no-quiet-timeline"
    reason = "A signal that fires too often costs the trust of customers; only a test in which it must not shows that."
    fix = "write one with `fires: []` into the `.test.yaml` beside it"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        quiet = {timeline.signal for timeline in linted.library.timelines if not timeline.fires}
        for signal in linted.live:
            if signal.name not in quiet:
                spot = linted.places.of("signal", signal.name)
                found = f"the live signal `{signal.name}` without a timeline in which it doesn't fire"
                yield self.found(spot, found, "one at least")


class FiresTogether(Check):
    """Signals that fire at the same moments in all timelines of the library."""

    name = "fires-together"
    severity = "hint"
    reason = "Two signals that always fire together are one signal, and customers are told the same twice."
    fix = "make them one, or add a timeline in which only one of them fires"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        alike = defaultdict[object, list[str]](list)
        for name, moments in sorted(linted.fired.items()):
            if len(moments) > 1:  # once may be by chance
                alike[moments].append(name)
        for first, *others in alike.values():
            for other in others:
                spot = linted.places.of("signal", other)
                found = f"`{other}`, which fires whenever `{first}` does and never else, in all timelines"
                yield self.found(spot, found, "signals that differ")
