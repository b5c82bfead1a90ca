"""`telltale docs`: what it writes, what it removes, what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules import library_site, load_placed
from streams.cli.site_folder import MANIFEST, FolderError, SiteFolder
from tests.rules.libraries import written
from tests.streams.test_cli import TESTDATA, telltale

SIGNAL = "signal: {}\nstatus: draft\nsilent: 3d\nof: view\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return written(tmp_path / "library", {"signals/one.yaml": SIGNAL.format("one")})


def files_in(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_a_site(library: Path, tmp_path: Path) -> None:
    site = tmp_path / "deep" / "site"
    result = telltale("docs", library, "--out", site)
    assert (result.exit_code, result.stderr) == (0, "")
    placed = load_placed(library)
    files = library_site(placed, library)
    assert files_in(site) == files
    version = f"shop@{placed.library.digest[:12]}"
    assert result.stdout == f"{site / 'index.html'}: {version}, {len(files)} files, {len(files)} written\n"


def test_a_second_time_only_what_changed_is_written_and_what_is_gone_removed(library: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    telltale("docs", library, "--out", site)
    assert " 0 written\n" in telltale("docs", library, "--out", site).stdout
    (library / "signals" / "one.yaml").unlink()
    written(library, {"signals/two.yaml": SIGNAL.format("two")})
    assert telltale("docs", library, "--out", site).stdout.endswith(", 1 removed\n")
    assert files_in(site) == library_site(load_placed(library), library)
    assert not list(site.rglob("*.new"))


def test_what_others_put_there_is_left_alone(library: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    telltale("docs", library, "--out", site)
    (site / "CNAME").write_text("docs.example")
    changed = site / "signals" / "one.html"
    changed.write_text("mine now")
    (library / "signals" / "one.yaml").unlink()
    assert telltale("docs", library, "--out", site).exit_code == 0
    assert (site / "CNAME").read_text() == "docs.example"
    assert changed.read_text() == "mine now"


@pytest.mark.parametrize(
    "manifest", [None, "{}", "not json", '{"made by": "another", "files": {"index.html": ""}}', "[]"]
)
def test_a_folder_of_others_is_refused(library: Path, tmp_path: Path, manifest: str | None) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "thesis.txt").write_text("years of work")
    if manifest is not None:
        (site / MANIFEST).write_text(manifest)
    before = files_in(site)
    result = telltale("docs", library, "--out", site)
    assert result.exit_code == 1
    assert "found files that `telltale docs` didn't make; expected a new or empty folder" in result.stderr
    assert files_in(site) == before


def test_the_librarys_own_folder_is_refused(library: Path) -> None:
    assert telltale("docs", library, "--out", library).exit_code == 1


def test_a_file_in_the_way_is_refused(library: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    telltale("docs", library, "--out", site)
    written(library, {"signals/two.yaml": SIGNAL.format("two")})
    (site / "signals" / "two.html").write_text("mine")
    result = telltale("docs", library, "--out", site)
    assert (result.exit_code, "two.html: found a file that" in result.stderr) == (1, True)
    assert (site / "signals" / "two.html").read_text() == "mine"
    (tmp_path / "file").touch()
    assert "found a file; expected a folder" in telltale("docs", library, "--out", tmp_path / "file").stderr


def test_a_list_that_leads_out_of_the_folder_removes_nothing(tmp_path: Path) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside.txt"
    SiteFolder(site).write({"index.html": b"x", "a/b.html": b"y"})
    outside.write_bytes(b"x")
    said = json.loads((site / MANIFEST).read_text())
    names = ["../outside.txt", str(outside), "a/../../outside.txt", "a\\..\\..\\outside.txt", "", "./index.html"]
    said["files"].update(dict.fromkeys(names, said["files"]["index.html"]))
    (site / MANIFEST).write_text(json.dumps(said))
    assert SiteFolder(site).write({"index.html": b"x"}) == (0, 1)
    assert outside.read_bytes() == b"x"
    assert not (site / "a").exists()


def test_links_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside"
    outside.mkdir()
    SiteFolder(site).write({"index.html": b"x", "a/b.html": b"y"})
    (site / "a" / "b.html").rename(outside / "b.html")
    (site / "a").rmdir()
    (site / "a").symlink_to(outside)
    (site / "index.html").unlink()
    (site / "index.html").symlink_to(outside / "b.html")
    with pytest.raises(FolderError, match="found a link out of the folder"):
        SiteFolder(site).write({"index.html": b"z", "a/b.html": b"new"})
    assert SiteFolder(site).write({"index.html": b"w"}) == (1, 0)
    assert ((site / "index.html").read_bytes(), (site / "index.html").is_symlink()) == (b"w", False)
    assert (outside / "b.html").read_bytes() == b"y"


def test_an_attempt_broken_off_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number}.html": b"x" for number in range(5)}

    def broken(folder: SiteFolder, name: str, content: bytes) -> bool:
        if name == "3.html":
            raise OSError(28, "No space left on device")
        return put(folder, name, content)

    put = SiteFolder._put
    with monkeypatch.context() as patched:
        patched.setattr(SiteFolder, "_put", broken)
        with pytest.raises(FolderError, match="No space left on device"):
            SiteFolder(tmp_path / "site").write(files)
    assert SiteFolder(tmp_path / "site").write({"4.html": b"x"}) == (1, 3)
    assert files_in(tmp_path / "site").keys() == {"4.html"}


def test_a_library_with_problems_writes_nothing(tmp_path: Path) -> None:
    result = telltale("docs", TESTDATA / "bad" / "several-files", "--out", tmp_path / "site")
    assert (result.exit_code, (tmp_path / "site").exists()) == (1, False)
    assert "problems" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["no-such-folder", "--out", "x"]])
def test_wrong_usage(arguments: list[str], library: Path) -> None:
    assert telltale("docs", *arguments).exit_code == 2
    assert telltale("docs", library).exit_code == 2
