"""`silent`: so long after the last one."""

from __future__ import annotations

from tests.oracle.features import Record
from tests.oracle.library import Signal
from tests.oracle.matcher import Matcher, Moment, View
from tests.oracle.types import matches
from tests.oracle.values import duration


class Silent(Matcher):
    """Keeps the one touchpoint with the largest time, and whether the silence after it has been."""

    def __init__(self, signal: Signal, per: str | None, view: View) -> None:
        super().__init__(signal, per, view)
        self.types = signal.body["of"]
        self.length = duration(signal.body["silent"])
        self.last: Record | None = None
        self.spent = False

    def names(self, kind: str) -> bool:
        return matches(self.types, kind)

    def end(self) -> int:
        assert self.last is not None
        return self.last.time + self.length

    def waits(self) -> bool:
        return self.last is not None and not self.spent

    def ids(self) -> list[str]:
        assert self.last is not None
        return [self.last.touchpoint["id"]]

    def due(self, clock: int, limit: int) -> list[Moment]:
        return [(self.end(), self.ids())] if self.waits() and clock < self.end() <= limit else []

    def settle(self, clock: int, now: int) -> None:
        self.spent = self.spent or (self.last is not None and self.end() <= now)

    def after(self, record: Record, now: int) -> list[str] | None:
        touchpoint = record.touchpoint
        if record.too_late or not self.names(touchpoint["type"]) or not self.is_own(touchpoint):
            return None
        if self.last is None or record.time > self.last.time:
            self.last, self.spent = record, False
        elif record.time == self.last.time and not self.spent:
            self.last = record
        return self.pass_now(now)

    def pass_now(self, now: int) -> list[str] | None:
        if not self.waits() or self.end() > now:
            return None
        self.spent = True
        return self.ids()
