"""The watchdog: lag and readiness in metrics, a standstill that ends the process."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from streams.metrics import Metrics
from streams.watchdog import StallError, Watchdog

STALL = 10.0


@dataclass
class FakeRuntime:
    """One partition at `offset` of a log that ends at `end`."""

    offset: int = 4
    end: int = 5
    failures: list[BaseException] = field(default_factory=list)
    ours: bool = True
    awaiting: object = None

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.catalogue = SimpleNamespace(touchpoints=SimpleNamespace(name="log"))
        recovery = SimpleNamespace(in_recovery=False, active_remaining_total=lambda: 0)
        tables = SimpleNamespace(actives_ready=True, recovery=recovery)
        self.app = SimpleNamespace(tables=tables, rebalancing=False, rebalancing_count=1)
        self.failed = SimpleNamespace(done=lambda: bool(self.failures))
        self.consumer = SimpleNamespace(highwaters=self._highwaters)
        self.fail = self.failures.append

    async def _highwaters(self, *tps: TP) -> dict[TP, int]:
        return dict.fromkeys(tps, self.end)

    @property
    def detector(self) -> list[Any]:
        plan = SimpleNamespace(version="shop@1")
        partition = SimpleNamespace(number=2, offset=self.offset, customers_waiting=7, plan=plan, library=3)
        one = SimpleNamespace(partition=partition, states={b"a": b"1"}, awaiting=self.awaiting)
        return [one] if self.ours else []


class Stage:
    def __init__(self) -> None:
        self.runtime = FakeRuntime()
        runtime: Any = self.runtime
        self.watchdog = Watchdog(runtime, STALL)

    async def look(self, now: float) -> None:
        await self.watchdog._measure()
        self.watchdog._look(now)

    def value(self, name: str, **labels: str) -> float | None:
        return self.runtime.metrics.registry.get_sample_value("telltale_" + name, labels)


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_what_it_measures(stage: Stage) -> None:
    stage.runtime.end = 15
    await stage.look(0)
    assert stage.value("lag_records", partition="2") == 10
    assert stage.value("timers_waiting", partition="2") == 7
    assert stage.value("states", partition="2") == 1
    assert (stage.value("partitions"), stage.value("ready")) == (1, 1)


async def test_the_library_that_decides(stage: Stage) -> None:
    await stage.look(0)
    assert stage.value("library_info", version="shop@1") == 1
    assert stage.value("library_sequence", partition="2") == 3
    assert stage.value("library_waiting", partition="2") == 0


async def test_a_wait_for_a_library_is_not_ready_but_no_standstill(stage: Stage) -> None:
    stage.runtime.end, stage.runtime.awaiting = 15, object()
    for now in (0, STALL, STALL + 1, 100 * STALL):
        await stage.look(now)
    assert stage.runtime.failures == []
    assert not stage.watchdog.ready
    assert (stage.value("ready"), stage.value("library_waiting", partition="2")) == (0, 1)
    assert stage.value("lag_records", partition="2") == 10


async def test_a_standstill_before_unread_records_ends_the_process(stage: Stage) -> None:
    stage.runtime.end = 15
    await stage.look(0)
    await stage.look(STALL)
    assert stage.runtime.failures == []
    await stage.look(STALL + 1)
    assert isinstance(stage.runtime.failures[0], StallError)
    assert not stage.watchdog.healthy


async def test_progress_starts_the_time_anew(stage: Stage) -> None:
    stage.runtime.end = 15
    await stage.look(0)
    stage.runtime.offset += 1
    await stage.look(STALL)
    await stage.look(2 * STALL)
    assert stage.runtime.failures == []


async def test_nothing_to_read_is_no_standstill(stage: Stage) -> None:
    for now in (0, STALL, 5 * STALL):
        await stage.look(now)
    assert stage.runtime.failures == []


async def test_a_recovery_that_stands_still_ends_the_process_too(stage: Stage) -> None:
    stage.runtime.app.tables.actives_ready = False
    await stage.look(0)
    assert not stage.watchdog.ready
    await stage.look(STALL + 1)
    assert stage.runtime.failures


async def test_a_recovery_that_goes_on_does_not(stage: Stage) -> None:
    stage.runtime.app.tables.actives_ready = False
    left = [3, 2, 1]
    stage.runtime.app.tables.recovery.active_remaining_total = left.pop
    for now in (0, STALL, 2 * STALL):
        await stage.look(now)
    assert stage.runtime.failures == []


async def test_partitions_of_others_are_not_told_any_more(stage: Stage) -> None:
    await stage.look(0)
    stage.runtime.ours = False
    await stage.look(1)
    assert stage.value("lag_records", partition="2") is None
