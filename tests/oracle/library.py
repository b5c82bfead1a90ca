"""A library as YAML gives it, with its durations as ms and its shorthands spelled out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.oracle import features
from tests.oracle.features import Feature
from tests.oracle.values import duration

PATTERNS = ("when", "follow", "silent")
RUNS = {"live", "shadow"}


@dataclass(frozen=True)
class Signal:
    """A signal that runs. `body` is its YAML; `again` and `expires` are ms."""

    name: str
    body: dict[str, Any]
    pattern: str
    per: str | None
    value: float
    again: int
    expires: int
    channel: str | None
    shadow: bool


@dataclass(frozen=True)
class Library:
    """What the oracle evaluates. `late_by` is ms."""

    late_by: int
    channels: frozenset[str]
    features: dict[str, Feature]
    signals: list[Signal]


def library_of(tree: dict[str, Any]) -> Library:
    """Reads `{"library": ..., "features": ..., "channels": ..., "signals": [...]}`."""
    return Library(
        late_by=duration(tree["library"].get("late_by", "24h")),
        channels=frozenset(tree.get("channels") or {}),
        features={name: features.declared(name, body) for name, body in (tree.get("features") or {}).items()},
        signals=[signal_of(body) for body in tree["signals"] if body["status"] in RUNS],
    )


def signal_of(body: dict[str, Any]) -> Signal:
    then = body.get("then") or {}
    return Signal(
        name=body["signal"],
        body=body,
        pattern=next(one for one in PATTERNS if one in body),
        per=body.get("per"),
        value=body.get("value", 0),
        again=duration(body["again"]) if "again" in body else 0,
        expires=duration(then.get("expires", "48h")),
        channel=then.get("channel"),
        shadow=body["status"] == "shadow",
    )
