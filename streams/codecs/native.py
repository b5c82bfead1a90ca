"""The log's own JSON format on a source topic: passed on as it is, with the id and the customer filled in."""

from __future__ import annotations

from streams.codecs.body import json_object, text_at, text_of
from streams.codecs.record import Fields, SourceRecord, bad, position

OURS = frozenset(
    {"clock.tick", "library.switched", "signal.fired", "signal.addressed", "state.moved", "context.updated"}
)
"""Types that only the detector itself writes: from outside they would move time or switch the library."""

CONTEXT = "context.updated"
_OF_CONTEXT = ("type", "time", "properties")


def decode(record: SourceRecord) -> Fields:
    """Decodes a record in the log's format; without an id it gets its position, without a customer its key.

    What changes the context is of no customer.
    """
    fields = json_object(record.value)
    if text_at(fields, "type") == CONTEXT:
        return {"time": record.timestamp, **{name: fields[name] for name in _OF_CONTEXT if name in fields}}
    refuse_ours(text_at(fields, "type"), "$.type")
    fields["id"] = text_at(fields, "id") or position(record)
    fields["customer"] = customer_of(fields, record)
    fields.pop("from", None)  # the detector's own: a record that seems to have come before is skipped
    return fields


def customer_of(fields: Fields, record: SourceRecord) -> str:
    """The field ``customer``, else the record's key."""
    customer = text_at(fields, "customer") or text_of(record.key, "key")
    if customer is None:
        raise bad("missing field", "$.customer", "nothing, and a record without a key", "the customer's id")
    return customer


def refuse_ours(kind: str | None, place: str) -> None:
    """Refuses a type that is the detector's own."""
    if kind in OURS:
        raise bad("not supported", place, f'"{kind}"', "a type that customers make; this one is the detector's own")
