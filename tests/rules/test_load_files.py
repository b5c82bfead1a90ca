"""A library from texts: as from a folder, and what can't be a file of one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import LibraryError, folder_files, load_files, load_library

SHOP = Path(__file__).parents[2] / "rules" / "library" / "shop"
SMALLEST = {"library.yaml": "name: smallest\nformat: 1\n"}


def refused(files: dict[str, str]) -> list[str]:
    with pytest.raises(LibraryError) as caught:
        load_files(files, "shop@abc")
    return [str(problem) for problem in caught.value.problems]


def test_the_texts_of_a_folder_are_the_library_in_it() -> None:
    files = folder_files(SHOP)
    assert {"library.yaml", "features.yaml", "signals/abandoned-basket.yaml"} <= files.keys()
    from_folder, from_texts = load_library(SHOP), load_files(files, "shop")
    assert from_texts.digest == from_folder.digest
    assert [one.name for one in from_texts.timelines] == [one.name for one in from_folder.timelines]


def test_problems_name_the_files_of_the_mapping() -> None:
    files = {**SMALLEST, "features.yaml": "views: {count: page_view, over: soon}\n", "signals/a.yaml": "signal: a b\n"}
    places = {line.partition(":")[0] for line in refused(files)}
    assert places == {"features.yaml", "signals/a.yaml"}


def test_no_files() -> None:
    (problem,) = refused({})
    assert problem == (
        "library.yaml:1:1: found no library.yaml; expected one in each library's folder; "
        "write it with `name: shop` and `format: 1`"
    )


@pytest.mark.parametrize(
    "name", ["/etc/library.yaml", "../library.yaml", "signals/../../a.yaml", "a/" * 40 + "a.yaml", ""]
)
def test_a_name_that_no_file_in_a_folder_has(name: str) -> None:
    (problem,) = refused({**SMALLEST, name: "signal: a\n"})
    assert "expected a file within the library's folder; put it into the folder" in problem


def test_a_file_that_belongs_to_no_library() -> None:
    (problem,) = refused({**SMALLEST, "notes.txt": "hello"})
    assert problem.startswith("notes.txt:1:1: found the file name `notes.txt`; expected library.yaml,")


def test_half_a_surrogate_pair_is_refused() -> None:
    (problem,) = refused({"library.yaml": "name: a\ud800\nformat: 1\n"})
    assert problem.startswith("library.yaml:1:8: found the byte 0xed, which isn't UTF-8;")


def test_a_file_that_is_too_large() -> None:
    (problem,) = refused({**SMALLEST, "features.yaml": "#" * (1024 * 1024 + 1)})
    assert "found a file of over 1,048,576 bytes" in problem


def test_a_folder_with_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_bytes(b"name: a\xff\nformat: 1\n")
    with pytest.raises(LibraryError, match="the byte 0xff, which isn't UTF-8"):
        folder_files(tmp_path)
