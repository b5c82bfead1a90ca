"""Explains a customer of a small library, as text without its first line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules import Explained, Explainer, Life, NearestMisses, Plan, compile_plan, life_of, load_library, told
from tests.oracle.written import write_library

DAY = "2026-01-05"
BASE = {"name": "shop", "format": 1}


def moment(text: str) -> int:
    """Epoch ms of ``10:00`` on the day, or of a full date and time; UTC."""
    written = text if "-" in text else f"{DAY} {text}"
    return round(datetime.fromisoformat(f"{written}+00:00").timestamp() * 1000)


def touchpoint(at: str, kind: str, customer: str = "ann", **fields: Any) -> bytes:
    """One whose id is its type and time."""
    body = {"id": f"{kind}@{at}", "type": kind, "time": moment(at), "customer": customer, **fields}
    return json.dumps(body).encode()


def signal(name: str = "one", /, **keys: Any) -> dict[str, Any]:
    return {"signal": name, "owner": "shop", "reason": "Why.", "status": "live", "value": 1, **keys}


def plan_of(*signals: dict[str, Any], settings: dict[str, Any] | None = None, **files: Any) -> Plan:
    """A plan of signals; ``files`` are features, segments, interactions."""
    library = {"library": {**BASE, **(settings or {})}, "channels": {"email": {}}, "signals": list(signals), **files}
    with TemporaryDirectory() as folder:
        return compile_plan(load_library(write_library(library, Path(folder))))


def lived(plan: Plan, lines: Iterable[bytes], at: str | None = None) -> tuple[Explainer, NearestMisses, Life]:
    explainer = Explainer(plan)
    misses = NearestMisses(explainer)
    end = None if at is None else moment(at)
    return explainer, misses, life_of(plan, "ann", lines, at=end, look=misses.look)


def explained(plan: Plan, lines: Iterable[bytes], at: str | None = None) -> Explained:
    explainer, misses, life = lived(plan, lines, at)
    return explainer.explain(life, near=misses.found)


def text(plan: Plan, lines: Iterable[bytes], at: str | None = None) -> list[str]:
    """What is told of the signals, from the first one's name on."""
    return list(told(explained(plan, lines, at)))[2:]
