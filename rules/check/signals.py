"""Names of signals."""

from __future__ import annotations

from collections.abc import Iterator

from rules.check.parts import Parts
from rules.problem import Problem
from rules.schema import SignalFile
from rules.schema_reading import Placed


def check_names(parts: Parts) -> Iterator[Problem]:
    """Each signal has a name of its own."""
    first: dict[str, Placed[SignalFile]] = {}
    for signal in parts.signals:
        name = signal.model.signal
        if signal.is_mended(("signal",)):
            continue
        other = first.setdefault(name, signal)
        if other is not signal:
            line, column = other.document.at(("signal",))
            found = f"the name `{name}`, which {other.document.file}:{line}:{column} has too"
            yield from signal.problem(("signal",), found, "a name that no other signal has", "give it another name")
