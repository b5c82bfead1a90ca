"""CloudEvents 1.0 to touchpoints, structured (one JSON object) and binary (attributes in ``ce_`` headers).

https://github.com/cloudevents/spec: bindings/kafka-protocol-binding.md says how they lie in a record. The customer is
``data.customer``, else the event's ``subject``, else the record's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules import rfc3339
from streams.codecs.body import as_object, json_object, shown, text_at, text_of
from streams.codecs.fields import GROUPS, NUMBERS, TEXTS
from streams.codecs.native import refuse_ours
from streams.codecs.record import Fields, SourceRecord, bad

FIELDS = frozenset({*TEXTS, *NUMBERS, *GROUPS} - {"id", "type", "customer"})
"""The fields of a touchpoint that ``data`` may hold by their names; the rest of it becomes properties."""

PREFIX = "ce_"


def decode(record: SourceRecord) -> Fields:
    """Decodes one CloudEvent. Raises BadRecord."""
    headers = dict(record.headers)
    if PREFIX + "specversion" in headers and not _is_structured(headers):
        return _touchpoint(_binary(headers), _data(record.value), record, "header " + PREFIX)
    event = json_object(record.value)
    return _touchpoint(event, _structured_data(event), record, "$.")


def _is_structured(headers: Mapping[str, bytes]) -> bool:
    return _header(headers, "content-type").startswith("application/cloudevents")


def _binary(headers: Mapping[str, bytes]) -> dict[str, Any]:
    return {n.removeprefix(PREFIX): text_of(v, f"header {n}") for n, v in headers.items() if n.startswith(PREFIX)}


def _header(headers: Mapping[str, bytes], name: str) -> str:
    return text_of(next((v for n, v in headers.items() if n.lower() == name), None), f"header {name}") or ""


def _data(value: bytes | None) -> dict[str, Any]:
    return json_object(value) if value else {}


def _structured_data(event: Mapping[str, Any]) -> dict[str, Any]:
    if "data_base64" in event:
        raise bad("not supported", "$.data_base64", "data in base64", "JSON in data")
    data = event.get("data")
    return {} if data is None else as_object(data, "$.data")


def _touchpoint(event: Mapping[str, Any], data: dict[str, Any], record: SourceRecord, where: str) -> Fields:
    if (version := _attribute(event, "specversion", where)) != "1.0":
        raise bad("not supported", f"{where}specversion", shown(version), '"1.0"')
    kind, source = _attribute(event, "type", where), _attribute(event, "source", where)
    refuse_ours(kind, f"{where}type")
    fields = {"source": source} | {name: value for name, value in data.items() if name in FIELDS}
    return fields | {
        "id": f"{source}#{_attribute(event, 'id', where)}",  # only source and id together are unique, says the spec
        "type": kind,
        "time": text_at(event, "time") or rfc3339(record.timestamp),
        "customer": _customer(event, data, record),
        "properties": _properties(data),
    }


def _attribute(event: Mapping[str, Any], name: str, where: str) -> str:
    value = text_at(event, name)
    if value is None:
        raise bad("missing field", where + name, "nothing", f"the attribute {name} of a CloudEvent")
    return value


def _customer(event: Mapping[str, Any], data: Mapping[str, Any], record: SourceRecord) -> str:
    customer = text_at(data, "customer", "$.data") or text_at(event, "subject") or text_of(record.key, "key")
    if customer is None:
        raise bad("missing field", "$.data.customer", "no customer, subject or key", "the customer's id in one of them")
    return customer


def _properties(data: Mapping[str, Any]) -> dict[str, Any]:
    own = data.get("properties")
    rest = {name: value for name, value in data.items() if name not in FIELDS and name != "customer"}
    return rest if own is None else rest | as_object(own, "$.data.properties")
