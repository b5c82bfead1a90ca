"""What came of a log, live or by replay: the records that were sent, what was put aside, the states that are left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from rules import Plan
from rules.partition import Clock
from rules.replaying import History, replay
from rules.state import State, decode_state
from rules.wire import ASIDE

Record = tuple[bytes | None, bytes | None]
Place = tuple[str, int]
"""A topic, without its namespace, and a partition of it."""


DECISIONS: Final = "decisions"
WARMING: Final = "decisions while warming"
"""They are among the decisions, but written by a process of their own: their order to the others isn't settled."""


@dataclass(slots=True)
class Outcome:
    """Records by topic and partition, in order; states by customer; offset, reason and place of dead letters."""

    sent: dict[Place, list[Record]] = field(default_factory=dict)
    states: dict[bytes, State] = field(default_factory=dict)
    dead: dict[int, list[tuple[int, str, str]]] = field(default_factory=dict)

    def add(self, topic: str, partition: int, record: Record) -> None:
        """Notes a record that was sent."""
        if topic == DECISIONS and b'"reason":"warming"' in (record[1] or b""):
            topic = WARMING
        self.sent.setdefault((topic, partition), []).append(record)

    def keep(self, key: bytes, value: bytes | None) -> None:
        """Notes a customer's encoded state, or that nothing is kept any more."""
        if value is None:
            self.states.pop(key, None)
            return
        # `weight` is a guess that depends on how often the state was weighed, so on the slices.
        self.states[key] = msgspec.structs.replace(decode_state(value), weight=0)

    def ids(self, topic: str = "") -> list[str]:
        """The ids of what was sent to the topics that begin so, by topic and partition in order."""
        return [
            json.loads(value or b"")["id"]
            for (found, _), records in sorted(self.sent.items())
            if found.startswith(topic)
            for _, value in records
        ]

    @property
    def triggers(self) -> int:
        """How many triggers were sent."""
        return len(self.ids("triggers."))


def replayed(plan: Plan | History, lines: Iterable[bytes], clock: Clock) -> Outcome:
    """What the replay of a dumped log gives."""
    outcome = Outcome()
    for done in replay(plan, lines, clock):
        for one in done.slice.triggers:
            outcome.add(f"triggers.{one.channel}", done.partition, (one.key, one.value))
        for one in done.slice.decisions:
            outcome.add(DECISIONS, done.partition, (one.key, one.value))
        for letter in done.slice.dead_letters:
            outcome.dead.setdefault(done.partition, []).append((letter.offset, letter.reason, letter.place))
        for key, value in done.slice.changes:
            if key not in ASIDE:
                outcome.keep(key, value)
    return outcome


def compare(live: Outcome, expected: Outcome) -> list[str]:
    """Holds a live run against the replay of its log; the ids of what was sent more than once.

    Topic by topic and partition by partition the bytes must be equal, in the same order, but for repeats: a repeat is
    the very same record. The states must be the same, and what was put aside.
    """
    places = sorted({*live.sent, *expected.sent})
    assert places == sorted(expected.sent), "records where replay has none"
    repeats: list[str] = []
    for place in places:
        once, again = _once(live.sent.get(place, []))
        assert once == expected.sent[place], _difference(place, once, expected.sent[place])
        repeats += again
    assert live.states == expected.states
    for partition, letters in {**live.dead, **expected.dead}.items():
        assert sorted(set(letters)) == sorted(expected.dead.get(partition, [])), f"dead letters of {partition}"
    return repeats


def _once(records: Iterable[Record]) -> tuple[list[Record], list[str]]:
    seen: dict[str, Record] = {}
    repeats = []
    for key, value in records:
        said = json.loads(value or b"")
        identifier = " ".join(filter(None, (said["id"], said.get("outcome"))))  # a firing may be decided more than once
        if identifier not in seen:
            seen[identifier] = (key, value)
        else:
            assert seen[identifier] == (key, value), f"{identifier} was sent with two contents"
            repeats.append(said["id"])
    return list(seen.values()), repeats


def _difference(place: Place, found: list[Record], expected: list[Record]) -> str:
    missing = [record for record in expected if record not in set(found)]
    extra = [record for record in found if record not in set(expected)]
    first = next((at for at, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), None)
    lines: Iterator[str] = iter(
        [
            f"{place[0]}/{place[1]}: {len(found)} records, replay has {len(expected)}; differ from number {first}",
            f"{len(missing)} missing: {missing[:3]}",
            f"{len(extra)} not in replay: {extra[:3]}",
        ]
    )
    return "\n".join(lines)
