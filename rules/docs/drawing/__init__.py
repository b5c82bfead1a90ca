"""Timelines, drawn."""

from rules.docs.drawing.draw import NARROW, WIDE, Shape, Wording, draw
from rules.docs.drawing.happening import Event, Happening, happening
from rules.docs.drawing.moments import told_moment
from rules.docs.drawing.picture import Picture
from rules.docs.drawing.watching import Span

__all__ = [
    "NARROW",
    "WIDE",
    "Event",
    "Happening",
    "Picture",
    "Shape",
    "Span",
    "Wording",
    "draw",
    "happening",
    "told_moment",
]
