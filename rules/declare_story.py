"""From the model of a story to its declaration: every shorthand resolved, mappings in order of their names."""

from __future__ import annotations

from collections.abc import Mapping

from rules.schema.stories import (
    BranchEntry,
    EvidenceEntry,
    ModuleEntry,
    NeededEntry,
    PortionEntry,
    ReenterEntry,
    StageEntry,
    StoryFile,
    TouchEntry,
)
from rules.story import (
    Branch,
    Evidence,
    Gate,
    Module,
    Needed,
    Portion,
    Reentry,
    Stage,
    Story,
    Touch,
    Types,
    Weights,
)


def declared_story(file: StoryFile) -> Story:
    """The story that a file in `stories/` declares. The file has been checked."""
    return Story(
        name=file.story,
        of=Touch(file.of, file.where),
        stages=tuple(map(_stage, file.stages)),
        owner=file.owner,
        reason=file.reason,
        modules=tuple(_module(name, entry) for name, entry in sorted((file.modules or {}).items())),
        evidence=_evidence(file.evidence),
        half_life=file.half_life,
        channels=tuple(Gate(channel, after) for channel, after in sorted((file.channels or {}).items())),
        mix=tuple(_portion(name, entry) for name, entry in sorted((file.mix or {}).items())),
        branches=tuple(_branch(name, entry) for name, entry in sorted((file.branches or {}).items())),
        reenter=_reentry(file.reenter or ReenterEntry()),
    )


def _touch(entry: TouchEntry | Types) -> Touch:
    return Touch(entry.of or (), entry.where) if isinstance(entry, TouchEntry) else Touch(entry)


def _stage(entry: str | StageEntry) -> Stage:
    if isinstance(entry, str):
        return Stage(entry)
    modules, some = (entry.modules, 0) if isinstance(entry.modules, tuple) else ((), entry.modules or 0)
    return Stage(entry.stage, modules, some, _needed(entry.touchpoints), entry.within)


def _needed(entry: NeededEntry | int | None) -> Needed | None:
    if isinstance(entry, NeededEntry):
        return Needed(max(entry.count, entry.types), _touch(entry), entry.types)
    return None if entry is None else Needed(entry)


def _module(name: str, entry: ModuleEntry) -> Module:
    return Module(name, _touch(entry), entry.needs, entry.after or ())


def _evidence(entry: EvidenceEntry) -> Evidence:
    led_by = Evidence().led_by if entry.led_by is None else _weights(entry.led_by)
    return Evidence(led_by, entry.reaction, _weights(entry.proves or {}), entry.otherwise, entry.dwell)


def _weights(entry: Mapping[str, float]) -> Weights:
    return tuple(sorted(entry.items()))


def _portion(name: str, entry: PortionEntry | float) -> Portion:
    if isinstance(entry, PortionEntry):
        return Portion(name, entry.of, entry.share)
    return Portion(name, (name,), entry)


def _branch(name: str, entry: BranchEntry) -> Branch:
    answered = None if entry.answered is None else _touch(entry.answered)
    return Branch(name, _touch(entry), entry.times, entry.modules or (), answered, entry.stays)


def _reentry(entry: ReenterEntry) -> Reentry:
    return Reentry(entry.after, None if entry.by is None else _touch(entry.by))
