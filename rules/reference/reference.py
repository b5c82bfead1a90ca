"""The whole reference, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.expression import FIELDS, FUNCTIONS, OPEN_FIELDS
from rules.reference import prose
from rules.reference.tables import heading, section, table
from rules.schema import (
    FEATURE_KINDS,
    ChannelEntry,
    DateEntry,
    FeatureEntry,
    FiringEntry,
    IdentitiesEntry,
    InteractionEntry,
    LibraryFile,
    SegmentEntry,
    SignalFile,
    SourceEntry,
    StepEntry,
    ThenEntry,
    TimelineEntry,
    TouchpointEntry,
    WithoutEntry,
)

_OF_THE_WIRE: Final = {
    "time": "When it happened, in epoch milliseconds.",
    "customer": "Who it was.",
}


def language_reference() -> str:
    """The reference of the language, as Markdown."""
    return "\n\n".join(part.strip() for part in _parts()) + "\n"


def _parts() -> Iterator[str]:
    yield "# The signal language, format 1"
    yield heading("Words")
    yield prose.WORDS
    yield heading("Files")
    yield prose.FILES
    yield from section("library.yaml", LibraryFile)
    yield from section("sources", SourceEntry, 3)
    yield from section("identities", IdentitiesEntry, 3)
    yield from section("interactions.yaml", InteractionEntry)
    yield from section("segments.yaml", SegmentEntry, said=("condition",))
    yield prose.SEGMENTS
    yield from section("channels.yaml", ChannelEntry)
    yield from _features()
    yield from _signals()
    yield from _expressions()
    yield heading("Time")
    yield prose.TIME
    yield heading("Identities")
    yield prose.IDENTITIES
    yield heading("A new version")
    yield prose.VERSIONS
    yield from section("NAME.test.yaml", TimelineEntry)
    yield from section("timeline", TouchpointEntry, 3, said={*FIELDS, *OPEN_FIELDS} - {"type"})
    yield from section("fires", FiringEntry, 3)


def _features() -> Iterator[str]:
    yield from section("features.yaml", FeatureEntry)
    for kind, model in FEATURE_KINDS.items():
        yield from section(kind, model, 3, said=FeatureEntry.model_fields)


def _signals() -> Iterator[str]:
    yield from section("signals/NAME.yaml", SignalFile)
    yield prose.FIRING
    yield heading("when", 3)
    yield prose.WHEN
    yield heading("follow", 3)
    yield prose.FOLLOW
    yield from section("A step", StepEntry, 4)
    yield from section("A step with without", WithoutEntry, 4)
    yield heading("silent", 3)
    yield prose.SILENT
    yield from section("date", DateEntry, 3)
    yield prose.DATE
    yield from section("then", ThenEntry, 3)


def _expressions() -> Iterator[str]:
    yield heading("Expressions")
    yield prose.EXPRESSIONS
    yield heading("Functions", 3)
    rows = ((f"`{FUNCTIONS[name].usage}`", says) for name, says in prose.FUNCTIONS_SAY.items())
    yield table(("function", "what it gives"), rows)
    yield heading("Fields of a touchpoint", 3)
    fields = TouchpointEntry.model_fields
    says = {name: fields[name].description or "" for name in (*FIELDS, *OPEN_FIELDS) if name in fields} | _OF_THE_WIRE
    kinds = {**FIELDS, **dict.fromkeys(OPEN_FIELDS, "mapping")}
    yield table(("field", "what it says", "kind"), ((f"`{name}`", says[name], kinds[name]) for name in kinds))
