"""Decisions and touchpoints as the topics hold them, for reports to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from rules import rfc3339

ORIGIN = 1_767_607_200_000  # 2026-01-05T10:00:00Z
MINUTE = 60_000
DAY = 86_400_000


def decision(signal: str, customer: str, minute: int = 0, outcome: str = "sent", **more: Any) -> dict[str, Any]:
    """A decision about a firing `minute` minutes after the origin."""
    moment = ORIGIN + minute * MINUTE
    said = {
        "id": f"{signal}:{customer}:{moment}",
        "signal": signal,
        "customer": customer,
        "per": None,
        "time": rfc3339(moment),
        "outcome": outcome,
        "reason": None,
        "detail": None,
        "channel": "email",
        "late": False,
        "library": "shop@1",
    }
    return said | more


def held(signal: str, customer: str, reason: str, minute: int = 0, **more: Any) -> dict[str, Any]:
    return decision(signal, customer, minute, "held", reason=reason, **more)


def told(kind: str, of: dict[str, Any], minute: int = 5, **more: Any) -> dict[str, Any]:
    """What a connector tells of a trigger."""
    return {
        "id": f"{of['id']}:{kind}",
        "type": f"trigger.{kind}",
        "time": ORIGIN + minute * MINUTE,
        "customer": of["customer"],
        "channel": of["channel"],
        "properties": {"trigger": of["id"], "signal": of["signal"], **more.pop("properties", {})},
        **more,
    }


def did(name: str, customer: str, minute: int) -> dict[str, Any]:
    return {"id": f"{name}-{customer}-{minute}", "type": name, "time": ORIGIN + minute * MINUTE, "customer": customer}


def written(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in records))
    return path
