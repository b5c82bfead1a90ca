"""Stable keys: the same definition has the same key on every machine and in every version of a library."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import blake2b
from typing import Any

import orjson


def part_key(kind: str, definition: Any) -> int:
    """The 64-bit key under which the state of a part with this definition is kept."""
    return int.from_bytes(blake2b(_canonical([kind, definition]), digest_size=8).digest(), "big")


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, default=asdict, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


def escape(part: str) -> str:
    """A part of a trigger's id: '%' and ':' percent-encoded, so that ids can be taken apart again."""
    if "%" in part or ":" in part:
        return part.replace("%", "%25").replace(":", "%3A")
    return part


def trigger_id(signal: str, customer: str, per: str | None, moment: int) -> str:
    """The id of a firing: the same firing always has the same."""
    instance = "" if per is None else f":{escape(per)}"
    return f"{escape(signal)}:{escape(customer)}{instance}:{moment}"
