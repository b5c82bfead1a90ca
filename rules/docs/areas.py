"""Signals in groups: by area, owner, channel and loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from rules.declaration import Library, Signal
from rules.docs.links import anchor
from rules.docs.uses import Uses
from rules.fields import matches_any


@dataclass(frozen=True, slots=True)
class Group:
    """Some signals under a heading. ``id`` is that of the heading on its page; ``name`` is None for the rest."""

    id: str
    name: str | None
    signals: Sequence[Signal]


def area_of(signal: str, file: str) -> str:
    """Where a signal belongs: its folder below `signals/`, else the first word of its name."""
    folder = PurePosixPath(file).parent.relative_to("signals") if file.startswith("signals/") else PurePosixPath()
    return folder.as_posix() if folder.parts else signal.partition(".")[0] if "." in signal else ""


def grouped(
    signals: Iterable[Signal], topic: str, names_of: Callable[[Signal], Iterable[str | None]]
) -> tuple[Group, ...]:
    """Groups by name, the one without a name last."""
    groups: dict[str, list[Signal]] = {}
    rest: list[Signal] = []
    for signal in signals:
        for name in names_of(signal):
            (groups.setdefault(name, []) if name else rest).append(signal)
    made = [Group(f"{topic}-{at}", name, groups[name]) for at, name in enumerate(sorted(groups), 1)]
    return (*made, *([Group(f"{topic}-0", None, rest)] if rest else []))


def _channels_of(signal: Signal) -> Sequence[str | None]:
    """The channels that a signal names: one that is left to find the best is shown under that word."""
    return signal.then.named or [None]


class Groups:
    """The groups of a library's signals."""

    def __init__(self, library: Library, files: Mapping[str, str], uses: Uses) -> None:
        self.area_of = {signal.name: area_of(signal.name, files[signal.name]) for signal in library.signals}
        self.areas = grouped(library.signals, "area", lambda signal: [self.area_of[signal.name]])
        self.owners = grouped(library.signals, "owner", lambda signal: [signal.owner])
        channels = grouped(library.signals, "channel", _channels_of)
        self.channels = [replace(one, id=anchor("channel", one.name)) if one.name else one for one in channels]
        self._library, self._uses = library, uses
        self._loops = {one.name: one.loop for one in library.interactions if one.loop}
        self.loops = grouped(library.signals, "loop", self._loops_of) if self._loops else ()

    def _loops_of(self, signal: Signal) -> Sequence[str | None]:
        """The loops of what a signal, and the features that it reads, look at; a wildcard of all says nothing."""
        types = tuple(name for name in self._uses.through(signal).types if name != "*")
        loops = {loop for name, loop in self._loops.items() if matches_any(types, name)}
        return sorted(loops) or [None]
