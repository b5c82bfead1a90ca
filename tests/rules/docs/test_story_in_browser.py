"""The page of a story in a real browser: one drawing is seen at each width, all of it readable in its boxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.docs.browser import Browser
from tests.rules.docs.sites import PACKS, laid_out, site_of

PHARMA = next(pack for pack in PACKS if pack.name == "pharma")
SEEN = """
    const drawings = [...document.querySelectorAll("svg.drawing")].filter((svg) => svg.getBoundingClientRect().width);
    return drawings.map((svg) => {
        const rects = [...svg.querySelectorAll("rect")].map((rect) => rect.getBBox());
        const labels = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBBox()]);
        const outside = labels.filter(([, box]) => !rects.some((rect) =>
            box.x >= rect.x && box.y >= rect.y && box.x + box.width <= rect.x + rect.width
            && box.y + box.height <= rect.y + rect.height));
        return [svg.getAttribute("class"), labels.map(([text]) => text), outside.map(([text]) => text)];
    });
"""
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return laid_out(site_of(PHARMA), tmp_path_factory.mktemp("pharma")) / "stories" / "oncora.html"


@pytest.mark.parametrize(("width", "look"), [(1280, "drawing wide"), (360, "drawing narrow")])
def test_the_graph_of_a_story_can_be_read(browser: Browser, page: Path, width: int, look: str) -> None:
    browser.resize(width)
    browser.open(page)
    seen = browser.ask(SEEN)
    assert [one[0] for one in seen] == [look]
    assert {"unaware", "aware", "user", "heavy user", "mechanism", "dosing", "doubt"} <= set(seen[0][1])
    assert seen[0][2] == []
    assert browser.ask(OVERFLOW) <= 0
    assert browser.errors() == []


def test_from_the_story_to_a_signal_and_back(browser: Browser, page: Path) -> None:
    browser.resize(1280)
    browser.open(page)
    browser.ask("document.querySelector('a[href=\"../signals/pharma.became-user.html\"]').click();")
    assert browser.ask("return document.querySelector('h1').textContent").startswith("pharma.became-user")
    browser.ask("document.querySelector('a[href=\"../stories/oncora.html\"]').click();")
    assert browser.ask("return document.querySelector('h1').textContent") == "oncora"
