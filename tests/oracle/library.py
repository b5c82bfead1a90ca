"""A library as YAML gives it, with its durations as ms and its shorthands spelled out."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle import expression, features, stories
from tests.oracle.calendar import zone_of
from tests.oracle.features import Feature
from tests.oracle.stories import Story
from tests.oracle.types import matches
from tests.oracle.values import duration

PATTERNS = ("when", "follow", "silent", "date")
RUNS = {"live", "shadow"}


@dataclass(frozen=True)
class Signal:
    """A signal that runs. `body` is its YAML, its segments written out; `again` and `expires` are ms."""

    name: str
    body: dict[str, Any]
    pattern: str
    per: str | None
    value: float
    again: int
    expires: int
    shadow: bool


@dataclass(frozen=True)
class Library:
    """What the oracle evaluates. All times are ms: `late_by`, that of `sources`, `forget_after`, the `latencies` of
    types.

    `tree`: all that is written, for policy.
    """

    late_by: int
    forget_after: int
    sources: dict[str, int]
    latencies: dict[str, int]
    zone: ZoneInfo
    features: dict[str, Feature]
    signals: list[Signal]
    tree: dict[str, Any]
    stories: dict[str, Story]

    def late_by_of(self, touchpoint: dict[str, Any]) -> int:
        """How late a touchpoint may come: as its source says, else as the library."""
        return self.sources.get(touchpoint.get("source") or "", self.late_by)

    def latency(self, types: str | list[str]) -> int:
        """The largest latency of the types that these names stand for."""
        return max((latency for name, latency in self.latencies.items() if matches(types, name)), default=0)


def library_of(tree: dict[str, Any]) -> Library:
    """Reads a tree of what the files of a library say, by their names, with the signals as a list."""
    settings = tree["library"]
    zone = zone_of(settings.get("time_zone", "UTC"))
    assert zone is not None
    sources, catalogue = settings.get("sources") or {}, tree.get("interactions") or {}
    segments = tree.get("segments") or {}
    return Library(
        late_by=duration(settings.get("late_by", "24h")),
        forget_after=duration(settings.get("forget_after", "180d")),
        sources={name: duration(body["late_by"]) for name, body in sources.items()},
        latencies={name: duration(body["latency"]) for name, body in catalogue.items() if "latency" in body},
        zone=zone,
        features={name: features.declared(name, body, zone) for name, body in (tree.get("features") or {}).items()},
        signals=[signal_of(body, segments) for body in tree["signals"] if body["status"] in RUNS],
        tree={**tree, "channels": tree.get("channels") or {}},
        stories=stories.of_library(tree, zone),
    )


def signal_of(body: dict[str, Any], segments: dict[str, Any]) -> Signal:
    then = body.get("then") or {}
    return Signal(
        name=body["signal"],
        body=written_out(body, segments),
        pattern=next(one for one in PATTERNS if one in body),
        per=body.get("per"),
        value=body.get("value", 0),
        again=duration(body["again"]) if "again" in body else 0,
        expires=duration(then.get("expires", "48h")),
        shadow=body["status"] == "shadow",
    )


def written_out(body: dict[str, Any], segments: dict[str, Any]) -> dict[str, Any]:
    """A signal without segments: what each says stands in its place."""
    whole = dict(body)
    for key in ("when", "if", "unless"):
        if key in whole:
            whole[key] = without_segments(whole[key], segments)
    then = dict(whole.get("then") or {})
    then["carry"] = {name: without_segments(text, segments) for name, text in (then.get("carry") or {}).items()}
    return {**whole, "then": then}


def without_segments(text: Any, segments: dict[str, Any]) -> Any:
    return ast.unparse(_InPlace(segments).visit(expression.fresh(text))) if isinstance(text, str) else text


class _InPlace(ast.NodeTransformer):
    def __init__(self, segments: dict[str, Any]) -> None:
        self.segments = segments

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id == "segment":
            text = self.segments[node.attr]
            inside: ast.expr = self.visit(expression.fresh(text) if isinstance(text, str) else ast.Constant(text))
            return inside
        return node
