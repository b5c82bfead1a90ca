"""Lines of JSON, checked one by one, as the tables of a report take them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
import orjson

from rules import BadRecord, decode_touchpoint, matches_any, to_millis

LISTED: Final = 20
"""Bad lines that are told one by one; more are only counted."""

OUTCOMES: Final = "trigger."
"""What the types of the touchpoints begin with by which connectors tell what became of a trigger."""

_TRIGGER: Final = OUTCOMES.encode()

Place = Callable[[int], str]
"""``FILE:LINE`` of the line that is the n-th of all, from 1."""


class Decision(msgspec.Struct, gc=False):
    """A decision, as far as reports read it."""

    id: str
    signal: str
    customer: str
    time: datetime
    outcome: str
    reason: str | None = None
    detail: str | None = None
    channel: str | None = None
    content: str | None = None
    group: str | None = None
    loop: str | None = None
    value: float | None = None
    cost: float | None = None
    late: bool = False
    library: str | None = None
    at: datetime | None = None
    segments: list[str] | None = None
    stages: dict[str, str] | None = None


_decode_decision = msgspec.json.Decoder(Decision).decode


@dataclass(slots=True)
class Unread:
    """Lines that can't be used: how many, and what is wrong with the first."""

    count: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, place: str, found: str) -> None:
        self.count += 1
        if self.count <= LISTED:
            self.told.append(f"{place}: {found}")


def decision_rows(lines: Iterable[bytes], place: Place, unread: Unread) -> Iterator[bytes]:
    """Each decision as a row of JSON; a blank line is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = _decode_decision(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            unread.add(place(number), f"found {error}; expected a decision, as the topic `decisions` holds them")
            continue
        yield orjson.dumps(_decision_row(one, number))


def _decision_row(one: Decision, number: int) -> dict[str, Any]:
    row = msgspec.structs.asdict(one)
    moment = to_millis(one.time)
    stages = [f"{story}: {stage}" for story, stage in sorted((one.stages or {}).items())]
    decided = moment if one.at is None else to_millis(one.at)
    return {**row, "time": moment, "at": decided, "stages": stages, "place": number}


def touchpoint_rows(lines: Iterable[bytes], place: Place, unread: Unread, types: Collection[str]) -> Iterator[bytes]:
    """The touchpoints by which connectors tell of triggers, and those of the types, or wildcards, asked for, as rows of
    JSON."""
    wanted = [_TRIGGER, *(name.removesuffix("*").encode() for name in types)]
    for number, line in enumerate(lines, 1):
        if not any(name in line for name in wanted):
            continue
        try:
            one = decode_touchpoint(line)
        except BadRecord as bad:
            unread.add(place(number), str(bad))
            continue
        if one.type.startswith(OUTCOMES) or matches_any(types, one.type):
            said = one.properties or {}
            yield orjson.dumps(
                {
                    "id": one.id,
                    "type": one.type,
                    "time": one.time,
                    "customer": one.customer,
                    "channel": one.channel,
                    "value": one.value,
                    "trigger": _text(said.get("trigger")),
                    "format": _text(said.get("format")),
                }
            )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
