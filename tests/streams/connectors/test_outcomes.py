"""Outcomes as touchpoints: right by the schema, read by the engine, the same id each time."""

from __future__ import annotations

import orjson
from jsonschema import Draft202012Validator, FormatChecker

from rules import TriggerEvent, decode_event, decode_touchpoint, message_schemas
from streams.connectors.orders import Result
from streams.connectors.outcomes import outcome
from tests.events import trigger

AT = 1_767_607_200_123


def made(customer: str = "zoë") -> TriggerEvent:
    event = decode_event(orjson.dumps(trigger(customer)))
    assert isinstance(event, TriggerEvent)
    return event


def test_it_is_a_touchpoint_of_the_trigger() -> None:
    key, value, *_ = outcome(made(), Result("refused", "answer", "unsubscribed", "push"), AT)
    assert key == "zoë".encode()
    Draft202012Validator(message_schemas()["outcome"], format_checker=FormatChecker()).validate(
        orjson.loads(value or b"")
    )
    touchpoint = decode_touchpoint(value or b"")
    assert (touchpoint.id, touchpoint.type, touchpoint.time) == ("basket:zoë:1:refused", "trigger.refused", AT)
    assert (touchpoint.customer, touchpoint.channel, touchpoint.content) == ("zoë", "email", "basket-reminder")
    assert touchpoint.properties == {
        "trigger": "basket:zoë:1",
        "signal": "basket",
        "reason": "unsubscribed",
        "format": "push",
    }


def test_what_is_not_known_is_left_out() -> None:
    _, value, *_ = outcome(made(), Result("delivered"), AT)
    assert orjson.loads(value or b"")["properties"] == {"trigger": "basket:zoë:1", "signal": "basket"}


def test_an_id_that_would_be_too_long_is_digested_and_still_the_same_each_time() -> None:
    long = made("c" * 250)
    told = [decode_touchpoint(outcome(long, Result("delivered"), at)[1] or b"") for at in (AT, AT + 5)]
    assert told[0].id == told[1].id
    assert told[0].id.endswith(":delivered")
    assert told[0].properties is not None
    assert told[0].properties["trigger"] == long.id
    assert decode_touchpoint(outcome(made("d" * 250), Result("delivered"), AT)[1] or b"").id != told[0].id
