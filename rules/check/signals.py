"""Names of signals, and the channels that they name."""

from __future__ import annotations

from collections.abc import Iterator

from rules.check.parts import Parts
from rules.names import nearest, one_of
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


def check_channel(signal: Placed[SignalFile], parts: Parts) -> Iterator[Problem]:
    """The channel that a signal names is one of the library's."""
    name = signal.model.then.channel
    if name is None or parts.channels is None or name in parts.channels:
        return
    if not parts.channels:
        expected = "a channel of channels.yaml" if parts.has_channels else "a channels.yaml that declares it"
    else:
        expected = one_of(sorted(parts.channels))
    near = nearest(name, parts.channels)
    instead = f"write `{near}`" if near else f"add `{name}: {{}}` to channels.yaml"
    yield from signal.problem(("then", "channel"), f"the unknown channel `{name}`", expected, instead)
