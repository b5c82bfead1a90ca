"""The site of a library: its files, its links, what stands in its pages, and nothing of a library that does more."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest

from rules import json_schemas, language_reference, load_placed
from rules.docs import library_site
from tests.rules.docs.sites import EVIL, GOOD, PACKS, QUOTE, ROOT, Page, hostile_library, pages_of, site_of
from tests.rules.libraries import written

SHOP = ROOT / "rules" / "library" / "shop"
SIGNAL = """
    signal: {name}
    owner: {owner}
    reason: {reason}
    status: live
    when: views >= 5
"""


@pytest.fixture(scope="module", params=[*PACKS, GOOD, "hostile", "smallest"], ids=lambda one: getattr(one, "name", one))
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    if request.param == "hostile":
        return site_of(hostile_library(tmp_path_factory.mktemp("hostile")))
    return site_of(GOOD.parent / "smallest" if request.param == "smallest" else request.param)


@pytest.fixture(scope="module")
def pages(site: dict[str, bytes]) -> dict[str, Page]:
    return pages_of(site)


def test_elements_nest_and_ids_are_unique(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert (page.wrong, page.open) == ([], []), page.name
        assert len(set(page.ids)) == len(page.ids), page.name
        assert not any(re.search(r"\s", one) for one in page.ids), page.name


def test_every_link_leads_to_something_of_the_site(site: dict[str, bytes], pages: dict[str, Page]) -> None:
    for page in pages.values():
        for link in page.links:
            parts = urlsplit(link)
            if link == "data:,":  # no icon
                continue
            assert (parts.scheme, parts.netloc, parts.query) == ("", "", ""), (page.name, link)
            assert not parts.path.startswith("/"), (page.name, link)
            target = (
                os.path.normpath(PurePosixPath(page.name).parent / unquote(parts.path)) if parts.path else page.name
            )
            assert target in site, (page.name, link)
            if parts.fragment:
                assert unquote(parts.fragment) in pages[target].ids, (page.name, link)


def test_pages_have_landmarks_one_title_and_headings_in_order(pages: dict[str, Page]) -> None:
    for page in pages.values():
        names = [name for name, _ in page.elements]
        assert {"header", "nav", "main", "footer", "title"} <= set(names), page.name
        assert names.count("h1") == names.count("main") == 1, page.name
        assert all(attributes.get("aria-label") or attributes.get("aria-labelledby") for attributes in page.all("nav"))
        assert page.all("html") == [{"lang": "en"}]
        levels = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
        steps = pairwise(levels)
        assert all(after <= before + 1 for before, after in steps), (page.name, levels)


def test_drawings_have_a_title_and_a_description(pages: dict[str, Page]) -> None:
    for page in pages.values():
        for attributes in page.all("svg"):
            if attributes.get("role") == "img":
                assert all(one in page.ids for one in (attributes["aria-labelledby"] or "").split())
            else:
                assert attributes.get("aria-hidden") == "true"


def test_nothing_runs_but_the_filter(pages: dict[str, Page]) -> None:
    """The policy in each page names the one script by its hash."""
    for page in pages.values():
        assert len(page.all("script")) == 1
        (policy,) = [one for one in page.all("meta") if one.get("http-equiv")]
        assert re.match(r"script-src 'sha256-[A-Za-z0-9+/]{43}='; object-src 'none'", policy["content"] or "")
        named = {key for _, attributes in page.elements for key in attributes}
        assert not {key for key in named if key.startswith("on") or key == "style"}
        assert not {name for name, _ in page.elements} & {"img", "iframe", "object", "embed", "form", "style", "b", "i"}


def test_the_version_stands_on_every_page(site: dict[str, bytes], pages: dict[str, Page]) -> None:
    versions = {re.findall(r"[\w.-]+@[0-9a-f]{12}", "".join(page.text))[-1] for page in pages.values()}
    (version,) = versions
    assert f'@bottom-left {{ content: "{version}";'.encode() in site["site.css"]  # of each sheet that is printed


def test_what_a_hostile_library_says_is_text(tmp_path: Path) -> None:
    pages = pages_of(site_of(hostile_library(tmp_path / "library")))
    signal = "".join(pages["signals/hostile.all.html"].text)
    assert signal.count(EVIL) >= 3
    assert signal.count(QUOTE) >= 3
    for name in ("owners.html", "loops.html", "touchpoints.html", "about.html"):
        said = "".join(pages[name].text)
        assert EVIL in said or QUOTE in said, name
    assert not any("pwned" in page.ids for page in pages.values())


def test_the_same_library_gives_the_same_bytes(tmp_path: Path) -> None:
    pharma = SHOP.parent / "pharma"
    copy = shutil.copytree(pharma, tmp_path / "elsewhere")
    code = """if True:
        import hashlib, sys
        from pathlib import Path
        from rules import library_site, load_placed
        files = library_site(load_placed(Path(sys.argv[1])), Path(sys.argv[1]))
        print(hashlib.sha256(b"".join(name.encode() + content for name, content in sorted(files.items()))).hexdigest())
    """
    made = {
        subprocess.run(
            [sys.executable, "-c", code, folder],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for folder, seed, zone in [(pharma, "1", "UTC"), (copy, "2", "Asia/Tokyo")]
    }
    assert len(made) == 1


def test_the_reference_and_the_schemas_are_those_of_the_language() -> None:
    files = site_of(SHOP)
    schemas = {name: json.loads(content) for name, content in files.items() if name.startswith("schemas/")}
    assert schemas == {f"schemas/{name.removesuffix('.yaml')}.schema.json": one for name, one in json_schemas().items()}
    said = " ".join("".join(pages_of(files)["reference.html"].text).split())
    for line in language_reference().splitlines():
        if line.startswith("#"):
            assert line.lstrip("# ").replace("`", "") in said, line


def test_the_settings_for_editors_cover_each_file_of_a_library() -> None:
    (block,) = re.findall(r"(?s)\{\s+&#34;yaml.schemas.*?\n\}", site_of(SHOP)["editors.html"].decode())
    settings = json.loads(block.replace("&#34;", '"'))["yaml.schemas"]
    assert settings["./schemas/signal.schema.json"] == ["signals/**/*.yaml", "!signals/**/*.test.yaml"]
    assert settings["./schemas/timelines.schema.json"] == ["signals/**/*.test.yaml"]
    assert {f"./schemas/{name.removesuffix('.yaml')}.schema.json" for name in json_schemas()} == settings.keys()


def test_owner_reason_name_value_and_yaml_stand_on_the_page_of_a_signal() -> None:
    pages, placed = pages_of(site_of(SHOP)), load_placed(SHOP)
    for signal in placed.library.signals:
        text = "".join(pages[f"signals/{signal.name}.html"].text)
        _, written_there = placed.places.written("signal", signal.name)
        for said in (signal.name, signal.owner, signal.reason, signal.then.content or "none", written_there.strip()):
            assert said
            assert said in text


def test_readers_of_a_chain_and_areas_by_folder_and_by_name(tmp_path: Path) -> None:
    chain = """
        signal: b.second
        status: live
        follow:
          - {type: signal.fired, where: properties.signal == 'a.first'}
    """
    folder = written(
        tmp_path,
        {
            "features.yaml": "views: {count: view, over: 1h}\n",
            "signals/first.yaml": SIGNAL.format(name="a.first", owner="o", reason="r"),
            "signals/deep/er/second.yaml": chain,
        },
    )
    pages = pages_of(site_of(folder))
    first, second = ("".join(pages[f"signals/{name}.html"].text) for name in ("a.first", "b.second"))
    assert "Its firings are read by the signal b.second." in " ".join(first.split())
    assert "It reads the firings of a.first." in " ".join(second.split())
    headings = [one for one in pages["index.html"].ids if one.startswith("area-")]
    assert headings == ["area-1", "area-2"]
    text = "".join(pages["index.html"].text)
    assert text.index("a.first") < text.index("deep/er", text.index("a.first"))
    assert "loops.html" not in pages


def test_a_timeline_that_fails_or_cannot_run_says_so(tmp_path: Path) -> None:
    timelines = """
        - name: wrong
          timeline: [{at: "2026-01-05 10:00", type: view}]
          fires: [{at: "2026-01-05 10:00"}]
    """
    folder = written(
        tmp_path,
        {
            "features.yaml": "views: {count: view, over: 1h}\n",
            "signals/first.yaml": SIGNAL.format(name="a.first", owner="o", reason="r"),
            "signals/first.test.yaml": timelines,
        },
    )
    text = "".join(pages_of(site_of(folder))["signals/a.first.html"].text)
    assert "It doesn't come out as it is written" in text
    assert "Should fire, and doesn't" in text


def test_a_signal_without_owner_reason_or_timelines(tmp_path: Path) -> None:
    folder = written(tmp_path, {"signals/x.yaml": "signal: x\nstatus: draft\nsilent: 3d\nof: view\n"})
    text = " ".join("".join(pages_of(site_of(folder))["signals/x.html"].text).split())
    for said in ("nobody", "No reason is given.", "It has no timelines yet", "no area", "nothing is sent"):
        assert said in text


def test_files_are_named_within_the_library_however_its_folder_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "a", {"signals/x.yaml": "signal: x\nstatus: draft\nsilent: 3d\nof: view\n"})
    monkeypatch.chdir(folder)
    for given in (Path(), folder, Path("../a")):
        page = library_site(load_placed(given), given)["signals/x.html"].decode()
        assert "<code>signals/x.yaml</code>" in page
        assert str(tmp_path) not in page
