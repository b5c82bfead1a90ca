"""W1's three signals written by hand: what an engineer would write who never needs a fourth.

It keeps to what the engine promises (a touchpoint's id counts once, timers fire at their due time, the same triggers
and decisions byte for byte, a compact encoded state) and leaves out what W1 doesn't need: late touchpoints, dead
letters, policy. States are encoded at the end of a slice, as the engine does; with `encoded=False` they stay as they
are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from math import exp2
from typing import Any, Final

import msgspec
import orjson
from msgspec import Struct
from xxhash import xxh3_64_digest

from tests.bench.workload import HOUR

NEVER: Final = 1 << 62
HALF_LIFE: Final = 24 * HOUR
SILENCE: Final = HOUR // 2
EXPIRES: Final = 48 * HOUR
WEIGHTS: Final = {"page_view": 1.0, "product_view": 2.0, "email_open": 3.0, "add_to_cart": 5.0}
REASON: Final = "The workload W1 asks for it."
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Output = tuple[bytes, bytes]
"""Key and value of a record to send."""


class Touchpoint(Struct, gc=False):
    """As much of a touchpoint as the signals read."""

    id: str
    type: str
    customer: str
    time: int


class Tick(Struct, gc=False):
    """The passing of time."""

    time: int


class State(Struct, array_like=True, gc=False):
    """One customer. `due`: when the basket counts as abandoned; `basket`: the id of its touchpoint."""

    due: int = NEVER
    ids: bytes = b""
    views: list[int] = []
    heat: float = 0.0
    heat_at: int = 0
    basket: str = ""


class Slice(Struct):
    """What came of some records."""

    triggers: list[Output]
    decisions: list[Output]
    changes: list[Output]


decode = msgspec.json.Decoder(Touchpoint).decode
decode_tick = msgspec.json.Decoder(Tick).decode
decode_state = msgspec.msgpack.Decoder(State).decode
encode_state = msgspec.msgpack.Encoder().encode


class HandWritten:
    """One partition. `version` is the library's, as triggers show it."""

    def __init__(self, version: str, *, encoded: bool = True) -> None:
        self.version, self.encoded = version, encoded
        self.states: dict[bytes, bytes] = {}
        self.staged: dict[bytes, State] = {}
        self.dues: list[tuple[int, bytes]] = []
        self.triggers: list[Output] = []
        self.decisions: list[Output] = []

    def evaluate(self, records: Iterable[Any]) -> Slice:
        """Takes records of the log in order; what is to be sent and to be kept."""
        self.triggers, self.decisions = [], []
        for record in records:
            if record.key is None:
                self._tick(decode_tick(record.value).time)
            else:
                self._touchpoint(record.key, decode(record.value))
        changes: list[Output] = []
        if self.encoded:
            changes = [(key, encode_state(state)) for key, state in self.staged.items()]
            self.states.update(changes)
            self.staged = {}
        return Slice(self.triggers, self.decisions, changes)

    def _state(self, key: bytes) -> State:
        state = self.staged.get(key)
        if state is None:
            raw = self.states.get(key)
            state = self.staged[key] = State() if raw is None else decode_state(raw)
        return state

    def _touchpoint(self, key: bytes, touchpoint: Touchpoint) -> None:
        state, time, kind = self._state(key), touchpoint.time, touchpoint.type
        digest = xxh3_64_digest(touchpoint.id.encode())
        at = state.ids.find(digest)
        while at > 0 and at % 8:
            at = state.ids.find(digest, at + 1)
        if at >= 0:
            return
        state.ids = state.ids[-504:] + digest
        if state.due <= time:
            self._abandoned(key, state)
        weight = WEIGHTS.get(kind)
        if weight is not None:
            before = state.heat * exp2((state.heat_at - time) / HALF_LIFE)
            state.heat, state.heat_at = before + weight, time
            if round(state.heat, 9) >= 20 > round(before, 9):
                self._fire("hot", key, time, touchpoint.id)
        if kind == "product_view":
            edge = time - HOUR
            state.views = [view for view in state.views if view > edge]
            state.views.append(time)
            if len(state.views) == 5:
                self._fire("keen", key, time, touchpoint.id)
        elif kind == "add_to_cart":
            state.due, state.basket = time + SILENCE, touchpoint.id
            heappush(self.dues, (state.due, key))
        elif kind == "purchase":
            state.due = NEVER

    def _tick(self, time: int) -> None:
        dues = self.dues
        while dues and dues[0][0] <= time:
            due, key = heappop(dues)
            state = self._state(key)
            if state.due == due:
                self._abandoned(key, state)

    def _abandoned(self, key: bytes, state: State) -> None:
        self._fire("abandoned", key, state.due, state.basket)
        state.due = NEVER

    def _fire(self, signal: str, key: bytes, time: int, touchpoint: str) -> None:
        customer = key.decode()
        identifier, at = f"{signal}:{customer}:{time}", rfc3339(time)
        self.decisions.append((key, self._decision(signal, customer, identifier, at)))
        self.triggers.append((key, self._trigger(signal, customer, identifier, at, time, touchpoint)))

    def _decision(self, signal: str, customer: str, identifier: str, at: str) -> bytes:
        return orjson.dumps(
            {
                "id": identifier,
                "signal": signal,
                "customer": customer,
                "per": None,
                "time": at,
                "outcome": "sent",
                "reason": None,
                "detail": None,
                "channel": "email",
                "late": False,
                "library": self.version,
            }
        )

    def _trigger(self, signal: str, customer: str, identifier: str, at: str, time: int, touchpoint: str) -> bytes:
        data: dict[str, Any] = {
            "signal": signal,
            "reason": REASON,
            "library": self.version,
            "customer": customer,
            "per": None,
            "channel": "email",
            "content": signal,
            "value": 1.0,
            "expires": rfc3339(time + EXPIRES),
            "late": False,
            "touchpoints": [touchpoint],
            "carry": {},
        }
        return orjson.dumps(
            {
                "specversion": "1.0",
                "id": identifier,
                "source": "telltale/w1",
                "type": "telltale.trigger",
                "subject": customer,
                "time": at,
                "datacontenttype": "application/json",
                "data": data,
            }
        )


def rfc3339(millis: int) -> str:
    """A moment as RFC 3339 in UTC with milliseconds."""
    return (EPOCH + timedelta(milliseconds=millis)).isoformat(timespec="milliseconds")[:-6] + "Z"
