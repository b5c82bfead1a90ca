"""Each forward of a tick has a number of its own, however the tick is cut into slices, and over restarts."""

from __future__ import annotations

import json

import pytest

import rules.evaluation
import rules.partition
from rules import Partition
from rules.evaluation import Evaluation
from rules.firing import Moment
from rules.state import State
from tests.rules.driving import Record, plan_of

PLAN = plan_of(
    {
        "library": {"name": "shop", "format": 1},
        "signals": [{"signal": "s", "owner": "me", "reason": "r", "status": "live", "silent": "1s", "of": "view"}],
    }
)


class Forwarding(Evaluation):
    """Forwards something at each firing."""

    def _done(self, state: State, at: Moment) -> None:
        self.forward("ann", {"id": str(at.now)})


@pytest.mark.parametrize("restarts", [False, True])
def test_numbers_go_on(monkeypatch: pytest.MonkeyPatch, restarts: bool) -> None:
    monkeypatch.setattr(rules.partition, "Evaluation", Forwarding)
    monkeypatch.setattr(rules.evaluation, "MAX_TIMERS", 2)
    states: dict[bytes, bytes] = {}
    records = [
        Record(n, 0, b"c%d" % n, json.dumps({"id": "1", "type": "view", "time": 0, "customer": f"c{n}"}).encode())
        for n in range(5)
    ]
    for offset in (5, 6):
        tick = {"type": "clock.tick", "time": 1_000 * offset}
        records.append(Record(offset, 0, None, json.dumps(tick).encode()))
    places, slices = list[str](), 0
    partition = Partition(PLAN, states, number=3, log="log", clock="log")
    while left := records[partition.offset + 1 :]:
        done = partition.evaluate(left)
        places += [json.loads(one.value)["from"] for one in done.forwards]
        partition.commit(done)
        slices += 1
        if restarts:
            partition = Partition(PLAN, states, number=3, log="log", clock="log")
    assert slices > 2
    assert places == ["3:5", "3:5:1", "3:5:2", "3:5:3", "3:5:4"]
