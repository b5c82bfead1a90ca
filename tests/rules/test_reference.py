"""The reference of the language: made from the schema, so nothing that can be written is left out."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rules.expression import FIELDS, FUNCTIONS, OPEN_FIELDS
from rules.reference import language_reference
from rules.reference.prose import FUNCTIONS_SAY
from rules.schema import (
    FEATURE_KINDS,
    AnyModel,
    BranchEntry,
    CapEntry,
    ChannelEntry,
    DateEntry,
    EvidenceEntry,
    FiringEntry,
    GroupEntry,
    IdentitiesEntry,
    InteractionEntry,
    LibraryFile,
    ModuleEntry,
    NeededEntry,
    PortionEntry,
    QuietEntry,
    ReenterEntry,
    RestEntry,
    SignalFile,
    StageEntry,
    StepEntry,
    StoryFile,
    ThenEntry,
    TimelineEntry,
    WithoutEntry,
)

TEXT = language_reference()
MODELS: list[AnyModel] = [
    LibraryFile,
    IdentitiesEntry,
    InteractionEntry,
    SignalFile,
    StepEntry,
    WithoutEntry,
    DateEntry,
    ThenEntry,
    TimelineEntry,
    StoryFile,
    StageEntry,
    NeededEntry,
    ModuleEntry,
    EvidenceEntry,
    PortionEntry,
    BranchEntry,
    ReenterEntry,
    CapEntry,
    ChannelEntry,
    FiringEntry,
    GroupEntry,
    QuietEntry,
    RestEntry,
    *FEATURE_KINDS.values(),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_stands_in_a_table(model: AnyModel) -> None:
    for key in model.known_keys():
        rows = [line for line in TEXT.splitlines() if line.startswith(f"| `{key}` |")]
        assert rows
        assert all(cell.strip() for row in rows for cell in row.split("|")[1:4])


def test_every_function_and_field_is_there() -> None:
    assert FUNCTIONS_SAY.keys() == FUNCTIONS.keys()
    for function in FUNCTIONS.values():
        assert f"| `{function.usage}` | " in TEXT
    for field in (*FIELDS, *OPEN_FIELDS):
        assert f"| `{field}` | " in TEXT


def test_what_is_filled_in_is_said() -> None:
    assert "| `late_by` | How late a touchpoint may come" in TEXT
    cells = [line.split(" | ") for line in TEXT.splitlines() if line.startswith("| `")]
    rows = {row[0].removeprefix("| "): row[3].rstrip(" |") for row in cells if len(row) == 4}
    assert (rows["`expires`"], rows["`time_zone`"], rows["`yearly`"], rows["`times`"]) == (
        "`2d`",
        "`UTC`",
        "`false`",
        "`1`",
    )
    assert (rows["`signal`"], rows["`hold`"]) == ("required", "")


def test_it_is_sound_markdown() -> None:
    lines = TEXT.splitlines()
    assert TEXT.count("```") % 2 == 0
    assert [line for line in lines if line.startswith("# ")] == ["# The signal language, format 1"]
    for before, line in pairwise(lines):
        if line.startswith("#"):
            assert before == ""
        if line.startswith("| ") and before.startswith("| "):
            assert unescaped(line) == unescaped(before)
        if line.startswith(("- ", "+ ", "* ")):
            assert before == "" or before.startswith(("- ", "  "))


def unescaped(line: str) -> int:
    return line.replace("\\|", "").count("|")
