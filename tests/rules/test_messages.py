"""The schemas of the records on the wire: what the engine makes of the packs' timelines is right by them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from rules import (
    BadRecord,
    CancelEvent,
    Outgoing,
    TriggerEvent,
    compile_plan,
    decode_event,
    load_library,
    message_schemas,
    replay,
)
from rules.declaration import Timeline

PACKS = sorted(path.parent for path in (Path(__file__).parents[2] / "rules" / "library").glob("*/library.yaml"))
SCHEMAS = message_schemas()
DAY = 86_400_000
CANCEL = {
    "specversion": "1.0",
    "type": "telltale.trigger.cancelled",
    "id": "s:c:1:cancel",
    "source": "telltale/shop",
    "subject": "c",
    "time": "2026-01-05T10:00:00.000Z",
    "datacontenttype": "application/json",
    "data": {
        "trigger": "s:c:1",
        "signal": "s",
        "customer": "c",
        "channel": "email",
        "reason": "cancel_on",
        "touchpoints": ["t1"],
        "library": "shop@1",
    },
}
OUTCOME = {
    "id": "s:c:1:delivered",
    "type": "trigger.delivered",
    "time": "2026-01-05T10:00:00.000Z",
    "customer": "c",
    "channel": "email",
    "properties": {"trigger": "s:c:1", "signal": "s"},
}


def closed(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator that also refuses keys that the schema doesn't know."""
    strict = copy.deepcopy(schema)
    for one in strict["$defs"].values():
        one["additionalProperties"] = False
    return Draft202012Validator(strict, format_checker=FormatChecker())


@cache
def replayed(pack: Path) -> tuple[list[Outgoing], list[Outgoing]]:
    """Triggers and decisions of the pack's timelines, each timeline a customer of one log."""
    library = load_library(pack)
    told = sorted(line for number, one in enumerate(library.timelines) for line in lived(f"c{number}", one))
    runs = [
        one.slice
        for one in replay(compile_plan(library), [line for _, line in told], until=lambda last: last + 90 * DAY)
    ]
    return [one for run in runs for one in run.triggers], [one for run in runs for one in run.decisions]


def lived(customer: str, timeline: Timeline) -> Iterator[tuple[int, bytes]]:
    """The touchpoints of a timeline with their times, before them the profile."""
    steps = [(step.time, {"type": step.type, **dict(step.fields)}) for step in timeline.steps]
    first = (steps[0][0] - 1, {"type": "profile.updated", "properties": dict(timeline.profile)})
    for number, (at, fields) in enumerate([first, *steps]):
        yield at, orjson.dumps({**fields, "id": str(number), "time": at, "customer": customer})


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_what_the_engine_sends_and_decides_is_right_by_them(pack: Path) -> None:
    trigger, cancel, decision = (closed(SCHEMAS[name]) for name in ("trigger", "cancel", "decision"))
    triggers, decisions = replayed(pack)
    assert triggers
    for one in triggers:
        event = decode_event(one.value)
        (trigger if isinstance(event, TriggerEvent) else cancel).validate(orjson.loads(one.value))
        assert (event.data.customer.encode(), event.data.channel) == (one.key, one.channel)
    for one in decisions:
        decision.validate(orjson.loads(one.value))


@pytest.mark.parametrize("name", ["trigger", "decision"])
def test_a_key_that_is_missing_or_unknown_is_found(name: str) -> None:
    triggers, decisions = replayed(PACKS[-1])
    good = orjson.loads((triggers if name == "trigger" else decisions)[0].value)
    for key in SCHEMAS[name]["$defs"][{"trigger": "TriggerEvent", "decision": "DecisionRecord"}[name]]["required"]:
        assert not closed(SCHEMAS[name]).is_valid({other: value for other, value in good.items() if other != key})
    assert not closed(SCHEMAS[name]).is_valid({**good, "surprise": 1})


def test_a_cancel_and_an_outcome_are_right_by_theirs() -> None:
    closed(SCHEMAS["cancel"]).validate(CANCEL)
    closed(SCHEMAS["outcome"]).validate(OUTCOME)
    closed(SCHEMAS["touchpoint"]).validate(OUTCOME)
    event = decode_event(orjson.dumps(CANCEL))
    assert isinstance(event, CancelEvent)
    assert event.data.trigger == "s:c:1"


@pytest.mark.parametrize(
    ("raw", "reason", "place"),
    [
        (None, "not json", ""),
        (b"{", "not json", ""),
        (b"[]", "wrong type", "$"),
        (b'{"type": "telltale.greeting"}', "wrong type", "$.type"),
        (orjson.dumps({**CANCEL, "time": "2026-01-05T10:00:00"}), "wrong type", "$.time"),
        (orjson.dumps({**CANCEL, "data": {}}), "wrong type", "$.data"),
        (orjson.dumps({**CANCEL, "id": ""}), "wrong type", "$.id"),
    ],
)
def test_what_is_no_event_says_where_it_is_wrong(raw: bytes | None, reason: str, place: str) -> None:
    with pytest.raises(BadRecord) as raised:
        decode_event(raw)
    assert (raised.value.reason, raised.value.place) == (reason, place)
