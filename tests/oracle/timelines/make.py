"""Short ways to write a library, a log in seconds after an origin, and what is expected of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

ORIGIN = 1_767_607_200_000  # 2026-01-05 10:00 UTC, in ms

# A decision: its signal, customer and per value, its time in ms, then outcome and reason, whether late, touchpoint ids.
Expected = tuple[str, str, str | None, int, str, str | None, bool, tuple[str, ...]]


class Timeline(NamedTuple):
    name: str
    library: dict[str, Any]
    log: list[dict[str, Any]]
    expected: list[Expected]


def timeline(name: str, library: dict[str, Any], log: list[dict[str, Any]], *expected: Expected) -> Timeline:
    """A timeline; a record without an append time is appended at its time, but never before the one before it."""
    appended = 0
    for record in log:
        appended = max(appended, record.get("_append", record["time"]))
        record.setdefault("_append", appended)
    return Timeline(name, library, log, list(expected))


def library(
    *signals: dict[str, Any],
    features: dict[str, Any] | None = None,
    late_by: str = "1m",
    interactions: dict[str, Any] | None = None,
    segments: dict[str, Any] | None = None,
    channels: dict[str, Any] | None = None,
    stories: list[dict[str, Any]] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """A library; `settings` are further keys of library.yaml. Who is quiet isn't forgotten but where that is said."""
    return {
        "library": {"name": "made-by-hand", "format": 1, "late_by": late_by, "forget_after": "3650d", **settings},
        "interactions": interactions,
        "features": features or {},
        "segments": segments or {},
        "channels": channels or {"email": {}},
        "signals": list(signals),
        **({"stories": stories} if stories else {}),
    }


def signal(name: str = "s", /, **body: Any) -> dict[str, Any]:
    """A live signal that sends an email; `if_` stands for the key `if`."""
    spelled = {"if" if key == "if_" else key: value for key, value in body.items()}
    head = {"signal": name, "owner": "tests", "reason": "A test.", "status": "live", "value": 1.0}
    return {**head, "then": {"channel": "email"}, **spelled}


def at(second: float, kind: str, /, **fields: Any) -> dict[str, Any]:
    """A touchpoint of customer `c`; its id is its type and second unless said. `append` is its append second."""
    appended = {"_append": moment(fields.pop("append"))} if "append" in fields else {}
    return {"id": f"{kind}@{second}", "type": kind, "time": moment(second), "customer": "c", **fields, **appended}


def profile(second: float, /, **properties: Any) -> dict[str, Any]:
    return at(second, "profile.updated", properties=properties)


def tick(second: float, /, append: float | None = None) -> dict[str, Any]:
    said = {} if append is None else {"_append": moment(append)}
    return {"type": "clock.tick", "time": moment(second), **said}


def fires(second: float, /, *touchpoints: str, held: str | None = None, late: bool = False, **parts: str) -> Expected:
    """A decision; `signal`, `customer` and `per` may be said."""
    return (
        parts.get("signal", "s"),
        parts.get("customer", "c"),
        parts.get("per"),
        moment(second),
        "held" if held else "sent",
        held,
        late,
        touchpoints,
    )


def deferred(second: float, **parts: str) -> Expected:
    """A decision that a firing waits for the end of quiet hours; what becomes of it later is another."""
    return (*fires(second, **parts)[:4], "deferred", "quiet", False, ())


def cancelled(second: float, why: str, *touchpoints: str, late: bool = False, **parts: str) -> Expected:
    """A decision that the trigger of a firing at `second` is taken back, and by which touchpoint."""
    return (*fires(second, **parts)[:4], "cancelled", why, late, touchpoints)


def on(text: str) -> float:
    """The second of a moment such as `2026-03-29T01:30:00`, in UTC where no offset is said."""
    said = datetime.fromisoformat(text)
    return ((said if said.tzinfo else said.replace(tzinfo=UTC)) - datetime.fromtimestamp(0, UTC)).total_seconds() - (
        ORIGIN / 1000
    )


def moment(second: float) -> int:
    return ORIGIN + round(second * 1000)
