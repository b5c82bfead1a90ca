"""A timeline run step by step: what its signal waited for meanwhile, from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import orjson

from rules.declaration import Timeline
from rules.explaining import At, Explainer, Life
from rules.explaining.explained import Asked, DateNow, FollowNow, Instance, PatternNow, SilentNow, WhenNow
from rules.partition import Partition
from rules.plan import Plan
from rules.state import State, decode_state
from rules.timeline.run import CUSTOMER, Record, records_of, states_of

Wait = Literal["silence", "true", "hold", "window", "rest"]
Ended = Literal["reached", "broken", "renewed", "open"]

MOST_TURNS: Final = 200  # of a condition between two touchpoints


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted from ``begins`` to ``ends`` (epoch ms).

    ``what`` silence of a follow it is counts its steps from 0; ``reached``: it lasted as long as it had to;
    ``broken``: something ended it; ``renewed``: a touchpoint ended it and began it anew; ``open``: the timeline ended
    before it.
    """

    wait: Wait
    what: int
    per: str | None
    begins: int
    ends: int
    ended: Ended


class _Open(NamedTuple):
    """A wait that has begun, by which it is known again."""

    wait: Wait
    what: int
    per: str | None
    begins: int


def watched(plan: Plan, timeline: Timeline) -> tuple[Span, ...]:
    """What the timeline's signal waited for, in the order in which it began."""
    spans = (span for span in _Watching(plan, timeline).spans() if span.wait == "silence" or span.ends > span.begins)
    return tuple(sorted(spans, key=lambda span: (span.begins, span.what, span.per or "")))


class _Watching:
    def __init__(self, plan: Plan, timeline: Timeline) -> None:
        self._explainer = Explainer(plan)
        self._timeline = timeline
        self._partition = Partition(plan, states_of(timeline), number=0, log="timeline", clock="log")
        self._now = min(step.time for step in timeline.steps) - 1
        self._offset = 0
        self._open: dict[_Open, int | None] = {}
        self._instances: tuple[Instance, ...] = ()

    def spans(self) -> Iterator[Span]:
        for record in records_of(self._timeline):
            yield from self._run_on(record.timestamp)
            yield from self._evaluate(record, record.timestamp)
        for one in self._open:
            yield Span(*one, ends=max(self._timeline.end, one.begins), ended="open")

    def _run_on(self, until: int) -> Iterator[Span]:
        """Lets time run on to each moment at which a wait is over by time alone, up to one of the next record."""
        for _ in range(MOST_TURNS):
            due = min((due for due in self._open.values() if due is not None and due > self._now), default=None)
            turn = self._next_turn()
            moment = min((one for one in (due, turn) if one is not None), default=None)
            if moment is None or moment > until:
                return
            tick = Record(0, moment, None, orjson.dumps({"type": "clock.tick", "time": moment}))
            yield from self._evaluate(tick, moment)

    def _evaluate(self, record: Record, moment: int) -> Iterator[Span]:
        records = [record._replace(offset=self._offset)]
        self._offset += 1
        while records:
            done = self._partition.evaluate(records)
            self._partition.commit(done)
            records = records[done.consumed :]
        self._now = max(self._now, moment)
        self._instances = self._explained()
        yield from self._compare(moment)

    def _compare(self, moment: int) -> Iterator[Span]:
        """Ends what is no longer waited for; a late touchpoint ends it at its own time."""
        waits = dict(self._waits())
        for one in [one for one in self._open if one not in waits]:
            due = self._open.pop(one)
            if due is not None and due <= moment:
                yield Span(*one, ends=due, ended="reached")
            else:
                anew = any(other[:3] == one[:3] and other not in self._open for other in waits)
                yield Span(*one, ends=max(moment, one.begins), ended="renewed" if anew else "broken")
        for one, due in waits.items():
            self._open[one] = due

    def _waits(self) -> Iterator[tuple[_Open, int | None]]:
        for instance in self._instances:
            yield from self._of_instance(instance)

    def _of_instance(self, instance: Instance) -> Iterator[tuple[_Open, int | None]]:
        """What an instance waits for, and when that is over by time alone, where that is known."""
        match instance.now:
            case FollowNow(begun=True, since=At() as since) as follow:
                at = next(at for at, step in enumerate(follow.steps) if step.progress == "awaited")
                if not follow.steps[at].times:
                    yield _Open("silence", at, instance.per, since), follow.until
            case SilentNow(last=last, wait=wait, waits=True) if last is not None and last.at is not None:
                yield _Open("silence", 0, instance.per, last.at), last.at + wait
            case WhenNow(since=At() as since, hold=int() as hold):
                yield _Open("hold", 0, instance.per, since), since + hold
            case WhenNow(asked=Asked(met=True)):
                began = self._began("true", instance.per)
                yield _Open("true", 0, instance.per, began), None
            case DateNow(inside=True, begins_at=At() as begins, ends_at=ends):
                yield _Open("window", 0, None, max(begins, self._first)), ends

    @property
    def _first(self) -> int:
        return min(step.time for step in self._timeline.steps)

    def _began(self, wait: Wait, per: str | None) -> int:
        """Since when a condition has been true: as long as it is open already, else from now."""
        known = [one.begins for one in self._open if (one.wait, one.per) == (wait, per)]
        return known[0] if known else max(self._now, self._first)

    def _next_turn(self) -> int | None:
        """When time alone may next turn a condition, or a window next begins."""
        moments = (moment for instance in self._instances for moment in _turns(instance.now))
        return min((moment for moment in moments if moment > self._now), default=None)

    def _explained(self) -> tuple[Instance, ...]:
        state = self._state()
        if state is None:
            return ()
        life = Life(CUSTOMER, self._now, state)
        (signal,) = self._explainer.explain(life, signals=[self._timeline.signal]).signals
        return signal.instances

    def _state(self) -> State | None:
        raw = self._partition.states.get(CUSTOMER.encode())
        return None if raw is None else decode_state(raw)


def _turns(now: PatternNow) -> Iterator[int]:
    match now:
        case WhenNow(asked=asked):
            yield from _turns_of(asked)
        case DateNow(begins_at=At() as begins):
            yield begins


def _turns_of(asked: Asked) -> Iterator[int]:
    """The moments at which time may turn a part of a condition."""
    yield from (moment for moment in (asked.turns_at, *(value.leaves_at for value in asked.values)) if moment)
    for part in asked.parts:
        yield from _turns_of(part)
