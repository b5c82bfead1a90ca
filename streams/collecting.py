"""How often Python looks for garbage that counting references doesn't find."""

import gc
from typing import Final

THRESHOLDS: Final = (50_000, 20, 100)
"""A slice holds some ten thousand containers and lets go of them at its end: looking for cycles among them at every
700th, as Python does, is a quarter of the work."""


def collect_seldom() -> None:
    """Sets this process's thresholds; for one that evaluates slices all day."""
    gc.set_threshold(*THRESHOLDS)
