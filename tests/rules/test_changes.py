"""What differs between two versions of a library, in words, and what begins anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import Changes, changes, folder_files, load_files

QUICK = Path(__file__).parents[1] / "end_to_end" / "libraries" / "quick"
NEW = """\
signal: new
owner: tests
reason: Was not there before.
status: live
value: 1
date: {of: profile.birthday, ahead: 1d}
then: {channel: push, content: soon}
"""


@pytest.fixture(scope="module")
def quick() -> dict[str, str]:
    return folder_files(QUICK)


def changed(quick: dict[str, str], *edits: tuple[str, str, str], **more: str) -> Changes:
    """What changes when text of files is replaced."""
    files = {**quick, **more}
    for file, before, after in edits:
        assert before in files[file]
        files[file] = files[file].replace(before, after)
    return changes(load_files(quick, "before"), load_files(files, "after"))


def test_nothing(quick: dict[str, str]) -> None:
    found = changed(quick)
    assert not found
    assert list(found.lines()) == []


def test_each_kind_added_removed_and_changed(quick: dict[str, str]) -> None:
    files = {**quick, "segments.yaml": "rich: spent > 5\n"}
    del files["signals/shadowed.yaml"]
    files["signals/new.yaml"] = NEW
    files["channels.yaml"] = "email: {}\nsite: {}\npush: {}\n"
    files["features.yaml"] = files["features.yaml"].replace("over: 2s", "over: 3s").replace("products:", "things:")
    files["signals/keen.yaml"] = files["signals/keen.yaml"].replace("products: products", "things: things")
    files["signals/gone.yaml"] = files["signals/gone.yaml"].replace("if: spent > 0", "if: spent > 1")
    files["library.yaml"] = files["library.yaml"].replace("late_by: 1h", "late_by: 2h")
    found = changes(load_files(quick, "before"), load_files(files, "after"))
    assert list(found.lines()) == [
        "library.yaml: late_by changed",
        "signals: new added",
        "signals: shadowed removed",
        "signals: gone changed (if)",
        "signals: keen changed (then.carry)",
        "features: things added",
        "features: products removed",
        "features: views_2s changed (over)",
        "segments: rich added",
        "channels: push added",
    ]


@pytest.mark.parametrize(
    ("file", "before", "after", "signals", "features"),
    [
        ("signals/basket.yaml", "content: reminder", "content: other", (), ()),
        ("signals/basket.yaml", "for: 2s", "for: 3s", ("basket",), ()),
        ("signals/gone.yaml", "again: 4s", "again: 5s", (), ()),
        ("signals/gone.yaml", "silent: 2s", "silent: 3s", ("gone",), ()),
        ("features.yaml", "over: 2s", "over: 3s", ("keen",), ("views_2s",)),
        ("features.yaml", "half_life: 1s", "half_life: 2s", ("cooling",), ("heat",)),  # keen only carries it
        ("features.yaml", "spent: {sum: value", "spent: {max: value", ("gone",), ("spent",)),  # by its `if`
        ("signals/shadowed.yaml", "status: shadow", "status: live", (), ()),
        ("signals/keen.yaml", "status: live", "status: retired", (), ()),
    ],
)
def test_what_begins_anew(
    quick: dict[str, str], file: str, before: str, after: str, signals: tuple[str, ...], features: tuple[str, ...]
) -> None:
    found = changed(quick, (file, before, after))
    assert found
    assert (found.signals_anew, found.features_anew) == (signals, features)


def test_words_of_patterns(quick: dict[str, str]) -> None:
    found = changed(quick, ("signals/cooling.yaml", "when: heat < 2", "silent: 3s\nof: product.viewed"))
    assert list(found.lines()) == ["signals: cooling changed (silent)"]
