"""Stable keys: the same definition has the same key on every machine, in every version of a library, in every release.

What a declaration doesn't say is left out, so that a key which a later release adds changes nothing for those that
don't use it.
"""

from __future__ import annotations

from dataclasses import fields
from hashlib import blake2b
from typing import Any

import orjson


def part_key(kind: str, definition: Any) -> int:
    """The 64-bit key under which the state of a part with this definition is kept."""
    return int.from_bytes(blake2b(_canonical([kind, definition]), digest_size=8).digest(), "big")


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, default=said, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


def said(declaration: Any) -> dict[str, Any]:
    """The fields of a declaration that have another value than where nothing is written."""
    values = {field.name: (getattr(declaration, field.name), field.default) for field in fields(declaration)}
    return {name: value for name, (value, default) in values.items() if value != default}


def escape(part: str) -> str:
    """A part of a trigger's id: '%' and ':' percent-encoded, so that ids can be taken apart again."""
    if "%" in part or ":" in part:
        return part.replace("%", "%25").replace(":", "%3A")
    return part


def trigger_id(signal: str, customer: str, per: str | None, moment: int, about: str | None = None) -> str:
    """The id of a firing: the same firing always has the same. ``about``: the customer who made it for this one."""
    instance = "" if per is None else f":{escape(per)}"
    if about is not None:
        instance = f"{instance or ':'}:{escape(about)}"
    return f"{escape(signal)}:{escape(customer)}{instance}:{moment}"
