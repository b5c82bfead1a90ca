"""A drawing as plain shapes; a template makes SVG of them. Units are those of its own width and height."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Label:
    """A text with its baseline at ``y``. ``look`` is its class in the style sheet."""

    x: float
    y: float
    text: str
    look: str
    anchor: Anchor = "start"


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    look: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasts. ``title`` says what."""

    x: float
    y: float
    width: float
    height: float
    look: str
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment: a dot for a touchpoint, a diamond for a firing, a ring for one held back, a cross for an end."""

    x: float
    y: float
    look: Literal["dot", "late", "chain", "fired", "passed", "missing", "surplus", "stop", "done"]
    title: str


@dataclass(slots=True)
class Picture:
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
