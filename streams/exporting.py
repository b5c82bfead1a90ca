"""All that is kept of a customer as one JSON object, for the customer to have and for other programs to read."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from streams.customers import TABLE, Customers

FORMAT = 1


async def export(customers: Customers, identities: Sequence[str], named: Callable[[bytes], Mapping[str, Any]]) -> bytes:
    """Everything under these identities, the canonical one first. ``named`` makes plain values of an encoded state.

    ``states``: what the table keeps, by identity. ``topics``: records in the order in which they stand, each with its
    place, append time, key and value: JSON as it is, anything else in base64 as ``bytes``. Of dead letters the headers
    too.

    Raises KafkaError where the broker refuses.
    """
    states, topics = await customers.states(identities), await customers.records(identities)
    said = {
        "format": FORMAT,
        "customer": identities[0],
        "identities": list(identities),
        "at": time.time_ns() // 1_000_000,
        "states": {name: {"topic": TABLE, **named(state.value)} for name, state in states.items()},
        "topics": {name: [_record(one) for one in topic.records] for name, topic in topics.items()},
    }
    return orjson.dumps(said, option=orjson.OPT_INDENT_2)


def _record(record: Any) -> dict[str, Any]:
    place = {"partition": record.partition, "offset": record.offset, "time": record.timestamp}
    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers or ()}
    said = {**place, "key": record.key.decode("utf-8", "replace"), **_value(record.value)}
    return {**said, "headers": headers} if headers else said


def _value(value: bytes) -> dict[str, Any]:
    try:
        return {"value": orjson.loads(value)}
    except orjson.JSONDecodeError:
        return {"bytes": b64encode(value).decode()}
