"""Libraries with mistakes: each folder in testdata/bad beside the exact text of what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.folder import MOST_SIGNALS, MOST_STORIES
from rules.parse import load_library
from rules.problem import LibraryError
from rules.source.read import LARGEST

BAD = Path(__file__).parent.parent / "testdata" / "bad"
NAMES = sorted(path.name for path in BAD.iterdir() if path.is_dir())


def problems_of(directory: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        load_library(directory)
    assert list(caught.value.problems) == sorted(caught.value.problems, key=lambda p: (p.file, p.line, p.column))
    return str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_says_exactly_what_is_wrong(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    expected = (BAD / f"{name}.txt").read_text("utf-8")
    assert problems_of(Path(name)) + "\n" == expected


def test_every_expected_text_has_its_library() -> None:
    assert sorted(path.stem for path in BAD.glob("*.txt")) == NAMES
    assert len(NAMES) >= 60


def test_files_are_named_as_the_folder_was_given() -> None:
    problem = problems_of(BAD / "empty-file")
    assert problem.startswith(f"{(BAD / 'empty-file' / 'library.yaml').as_posix()}:1:1: found nothing in this file;")


def test_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    expected = "found no folder of this name; expected the folder of a library; write the path of one"
    assert problems_of(folder) == f"{folder.as_posix()}:1:1: {expected}"


def test_too_large_a_file(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text("name: shop\nformat: 1\n" + "#" * LARGEST)
    expected = "found a file of over 1,048,576 bytes; expected at most 1,048,576 bytes a file; split it"
    assert problems_of(tmp_path).endswith(f"library.yaml:1:1: {expected}")


def test_too_many_signals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_SIGNALS == 10_000
    monkeypatch.setattr("rules.folder.MOST_SIGNALS", 1_000)
    (tmp_path / "library.yaml").write_text("name: shop\nformat: 1\n")
    (tmp_path / "signals").mkdir()
    for number in range(1_001):
        (tmp_path / "signals" / f"{number}.yaml").touch()
    expected = "signals:1:1: found 1,001 signals; expected at most 1,000; make it two libraries"
    assert problems_of(tmp_path).endswith(expected)


def test_too_many_stories(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text("name: shop\nformat: 1\n")
    (tmp_path / "stories").mkdir()
    for number in range(MOST_STORIES + 1):
        (tmp_path / "stories" / f"s{number}.yaml").touch()
    expected = f"stories:1:1: found {MOST_STORIES + 1} stories; expected at most {MOST_STORIES}; make it two libraries"
    assert problems_of(tmp_path).endswith(expected)


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").symlink_to(tmp_path / "gone.yaml")
    assert "found a file that can't be read (No such file or directory)" in problems_of(tmp_path)


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text("name: shop\nformat: 1\n")
    (tmp_path / "signals").symlink_to(tmp_path)
    assert load_library(tmp_path).signals == ()


def test_problems_of_one_file_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text("name: shop\nformat: 1\n")
    (tmp_path / "features.yaml").write_text(f"views: {{count: [{', '.join(['*a'] * 50_000)}]}}\n")
    assert len(problems_of(tmp_path).splitlines()) == 100


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "library.yaml").write_text("name: shop\nformat: 1\n")
    (tmp_path / "signals").mkdir()
    look = Path.iterdir

    def forbid(path: Path) -> Iterator[Path]:
        if path.name == "signals":
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(Path, "iterdir", forbid)
    expected = "found a folder that can't be read (Permission denied); expected a readable folder"
    assert f"signals:1:1: {expected}" in problems_of(tmp_path)
