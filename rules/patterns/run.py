"""A run: how far the steps of a follow have happened. Pure: times in, a new run or a completion out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from rules.declaration import Follow, Silence, Step, Types, Without


class Seen(NamedTuple):
    """What a follow keeps of a touchpoint: which steps and silences it speaks to (bits), the fields that must be
    the same (as text; None where one is missing), and its id."""

    time: int
    mask: int
    same: list[str | None]
    id: str


class Run(NamedTuple):
    """``at``: the awaited node. ``since``: when the node before was done (ms; for `times` of the first step: its
    first). ``done``: how often the awaited step was fulfilled. ``ids``: touchpoints that fulfilled steps."""

    at: int
    since: int
    done: int
    same: list[str | None]
    ids: list[str]


def run_of(raw: Any) -> Run:
    """A run as state gives it back."""
    return raw if type(raw) is Run else Run(*raw)


class Completion(NamedTuple):
    """``time``: when the last step was done or the last silence ended (ms)."""

    time: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A step or a silence. ``fulfils``: the bit of touchpoints that fulfil it (0 for a silence); ``breaks``: bits of
    those that break the run while it is awaited; ``wait``: `within` of a step, the duration of a silence and the
    latency of its types (ms); ``same``: which of the compared fields must be as in the run's first touchpoint;
    ``latency``: how long before the end of the wait nothing breaks it any more (ms)."""

    fulfils: int
    breaks: int
    wait: int
    times: int = 1
    same: tuple[int, ...] = ()
    latency: int = 0

    def breaks_off(self, run: Run, seen: Seen) -> bool:
        if not self.breaks & seen.mask:
            return False
        return not self.latency or seen.time < run.since + self.wait - self.latency

    def accepts(self, run: Run, seen: Seen) -> bool:
        if not self.fulfils & seen.mask:
            return False
        return not self.same or all(seen.same[at] is not None and seen.same[at] == run.same[at] for at in self.same)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The compiled steps of a follow. ``quiet``: for each node, how long the silences from it on take (ms); None where
    a touchpoint is still awaited. ``begins``: the bit of touchpoints that may begin a run."""

    nodes: tuple[Node, ...]
    latest: bool
    quiet: tuple[int | None, ...]
    begins: int

    def settle(self, run: Run, until: int) -> Run | Completion:
        """The run after the silences that end at or before ``until``."""
        while not (node := self.nodes[run.at]).fulfils:
            end = run.since + node.wait
            if end > until:
                return run
            if run.at + 1 == len(self.nodes):
                return Completion(end, tuple(run.ids))
            run = run._replace(at=run.at + 1, since=end, done=0)
        return run

    def due(self, run: Run) -> int | None:
        """When time alone will complete the run; None where a touchpoint is awaited."""
        quiet = self.quiet[run.at]
        return None if quiet is None else run.since + quiet

    def feed(self, run: Run | None, seen: Seen) -> Run | Completion | None:
        """The run after a touchpoint; silences up to it are settled before, by the caller.

        In this order: is `within` over; is the awaited step fulfilled; is the run broken; does it begin anew. What
        breaks a run or comes too late may begin a new one.
        """
        if run is None:
            return self._begin(seen)
        node = self.nodes[run.at]
        if node.fulfils and seen.time > run.since + node.wait:
            return self._begin(seen)
        if node.accepts(run, seen):
            return self._fulfil(run, node, seen)
        if node.breaks_off(run, seen):
            return self._begin(seen)
        if self.latest:
            return self._begin(seen) or run
        return run

    def _begin(self, seen: Seen) -> Run | Completion | None:
        if not seen.mask & self.begins or None in seen.same:
            return None
        return self._fulfil(Run(0, seen.time, 0, seen.same, []), self.nodes[0], seen)

    def _fulfil(self, run: Run, node: Node, seen: Seen) -> Run | Completion:
        ids = [*run.ids, seen.id]
        if run.done + 1 < node.times:
            return run._replace(done=run.done + 1, ids=ids)
        if run.at + 1 == len(self.nodes):
            return Completion(seen.time, tuple(ids))
        return Run(run.at + 1, seen.time, 0, run.same, ids)


def compared_fields(pattern: Follow) -> tuple[str, ...]:
    """The fields that any step wants the same, in order."""
    fields = [field for step in pattern.steps if isinstance(step, Step) for field in step.same]
    return tuple(dict.fromkeys(fields))


def compile_nodes(pattern: Follow, latency_of: Callable[[Types], int]) -> Nodes:
    """The nodes of a follow; the n-th step speaks by the bit 1 << n.

    A `without` between two steps becomes what breaks the run before the next one.
    """
    fields = compared_fields(pattern)
    nodes: list[Node] = []
    breaks = 0
    for at, step in enumerate(pattern.steps):
        bit = 1 << at
        match step:
            case Without():
                breaks |= bit
                continue
            case Silence():
                latency = latency_of(step.types)
                nodes.append(Node(0, breaks | bit, step.duration + latency, latency=latency))
            case Step():
                same = tuple(fields.index(field) for field in step.same)
                nodes.append(Node(bit, breaks, step.within, step.times, same))
        breaks = 0
    return Nodes(tuple(nodes), pattern.restart == "latest", _quiet(nodes), nodes[0].fulfils)


def _quiet(nodes: list[Node]) -> tuple[int | None, ...]:
    quiet: list[int | None] = []
    total: int | None = 0
    for node in reversed(nodes):
        total = None if total is None or node.fulfils else total + node.wait
        quiet.append(total)
    return tuple(reversed(quiet))
