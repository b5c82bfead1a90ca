"""Two libraries over the same touchpoints in one pass: what changes from one to the other, and why, by samples.

Only the signals that can change are run, by both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rules.comparing.concerned import concerned, reduced
from rules.comparing.difference import Compared, Difference, Kind, Made, Sample
from rules.comparing.pairing import Lonely, Pairing
from rules.comparing.side import Side
from rules.declaration import Library
from rules.log_lines import Record
from rules.partition import Clock
from rules.replaying import WHOLE, Batches, Share, Until

TRIES: Final = 24  # samples of a signal that are explained: what turns out to have moved makes room for others


def compare(
    before: Library,
    after: Library,
    lines: Iterable[bytes],
    clock: Clock = "wall",
    until: Until | None = None,
    share: Share = WHOLE,
) -> Iterator[Comparison]:
    """Runs lines through two libraries at once; gives the same growing comparison behind each batch.

    The arguments are those of `replay`; there is always one, and the last is whole.

    Raises:
        MixedLinesError: when plain and dumped lines are mixed.
        LinkedError: as `replay`.
    """
    batches = Batches(lines, clock, until, share=share)
    comparison: Comparison | None = None
    for batch in batches:
        comparison = comparison or Comparison(before, after, batches.clock, share)
        for records in batch:
            comparison.add(records)
        yield comparison
    comparison = comparison or Comparison(before, after, clock, share)
    comparison.finish()
    yield comparison


class Comparison:
    """What has been found so far."""

    def __init__(self, before: Library, after: Library, clock: Clock, share: Share = WHOLE) -> None:
        names = concerned(before, after)
        self.before, self.after = (Side(reduced(one, names), clock, share) for one in (before, after))
        self._differences = {name: Difference(name) for name in sorted(names)}
        self._pairing = Pairing()
        self._tries: dict[str, int] = {}
        self._touchpoints = self._unread = 0

    @property
    def found(self) -> Compared:
        """It all, by itself."""
        return Compared(self._touchpoints, self._unread, tuple(self._differences.values()))

    def add(self, records: Sequence[Record]) -> None:
        """Evaluates records of one partition by both."""
        old, new = self.before.made(records), self.after.made(records)
        self._touchpoints += self.after.touchpoints
        self._unread += self.after.unread
        for identity in sorted(old.keys() | new.keys()):
            self._count(old.get(identity), new.get(identity))
        for made, is_after in _apart(old, new):
            self._alone(made, is_after)

    def finish(self) -> None:
        """Settles what waits for its like, as none can come any more."""
        for lonely in self._pairing.left():
            self._settle(lonely)

    def _count(self, old: Made | None, new: Made | None) -> None:
        difference = self._differences[(old or new).signal]  # type: ignore[union-attr]
        difference.before += old is not None
        difference.after += new is not None
        difference.sent_before += old is not None and old.outcome == "sent"
        difference.sent_after += new is not None and new.outcome == "sent"
        if old is None or new is None:
            return
        if (old.outcome, old.channel) == (new.outcome, new.channel):
            difference.same += 1
        else:
            difference.decided_otherwise += 1
            self._keep_otherwise(difference, old, new)

    def _keep_otherwise(self, difference: Difference, old: Made, new: Made) -> None:
        if difference.wants("decided otherwise", new):
            side = self.before if new.outcome == "sent" else self.after
            why = side.explain(new.signal, new.customer, new.at)
            difference.keep(Sample("decided otherwise", old, new, why))

    def _alone(self, made: Made, is_after: bool) -> None:
        """A firing that the other library didn't make at that moment."""
        partner = self._pairing.partner(made, is_after)
        if partner is not None:
            self._moved(made, partner, is_after)
            return
        sample = self._sample(made, is_after)
        for given_up in self._pairing.add(Lonely(made, is_after, sample)):
            self._settle(given_up)

    def _moved(self, made: Made, partner: Lonely, is_after: bool) -> None:
        difference = self._differences[made.signal]
        difference.moved += 1
        old, new = (partner.made, made) if is_after else (made, partner.made)
        difference.keep(Sample("moved", old, new, partner.sample.why if partner.sample else None))

    def _settle(self, lonely: Lonely) -> None:
        difference = self._differences[lonely.made.signal]
        if lonely.is_after:
            difference.gained += 1
        else:
            difference.lost += 1
        if lonely.sample is not None:
            difference.keep(lonely.sample)

    def _sample(self, made: Made, is_after: bool) -> Sample | None:
        """What the library that didn't make a firing says of that moment."""
        if self._tries.get(made.signal, 0) >= TRIES:
            return None
        self._tries[made.signal] = self._tries.get(made.signal, 0) + 1
        other = self.before if is_after else self.after
        kind: Kind = "gained" if is_after else "lost"
        why = other.explain(made.signal, made.customer, made.at)
        return Sample(kind, None if is_after else made, made if is_after else None, why)


def _apart(old: Mapping[str, Made], new: Mapping[str, Made]) -> Iterator[tuple[Made, bool]]:
    """What only one of the libraries made, in order of time; whether it is the one after the change."""
    only = [(made, False) for identity, made in old.items() if identity not in new]
    only += [(made, True) for identity, made in new.items() if identity not in old]
    return iter(sorted(only, key=lambda one: (one[0].at, one[0].signal, one[0].customer, one[0].per or "", one[1])))
