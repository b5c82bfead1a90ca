"""The site in a real browser: it loads clean, fits, can be read, and nothing of a library runs in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.rules.docs.browser import Browser
from tests.rules.docs.sites import EVIL, GOOD, PACKS, QUOTE, hostile_library, laid_out, site_of

WIDE, MIDDLE, NARROW = 1280, 800, 360

TOO_WIDE = """
    const width = document.documentElement.clientWidth;
    const wide = [...document.body.querySelectorAll("*")].filter((node) => {
        const box = node.getBoundingClientRect();
        return box.width && box.right > width + 0.5 && !node.closest(".scroll, pre, svg, .skip");
    });
    return [document.documentElement.scrollWidth - width, wide.slice(0, 3).map((node) => node.outerHTML.slice(0, 120))];
"""
LABELS = """
    const drawings = [...document.querySelectorAll("svg.drawing")].filter((svg) => svg.getBoundingClientRect().width);
    return drawings.map((svg) => {
        const view = svg.viewBox.baseVal;
        const labels = [...svg.querySelectorAll("text")].map((text) => {
            const box = text.getBBox();
            return [box.x, box.y, box.x + box.width, box.y + box.height, text.textContent];
        });
        return [svg.querySelector("title").textContent, view.width, view.height, labels,
            svg.getBoundingClientRect().width / view.width];
    });
"""
CONTRAST = """
    const channel = (value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    const parse = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        return [r, g, b, a];
    };
    const over = (top, below) => top.map((value, at) => at < 3 ? value * top[3] + below[at] * (1 - top[3]) : 1);
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const ratio = (one, other) => {
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const behind = (node) => {
        const layers = [];
        for (let at = node; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
        return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    };
    const low = [];
    const judge = (node, colour, ground) => {
        const style = getComputedStyle(node);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
        const found = ratio(over(colour, ground), ground);
        if (found < (large ? 3 : 4.5)) low.push([node.textContent.trim().slice(0, 60), found.toFixed(2)]);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const node = text.parentElement;
        if (!text.textContent.trim() || node.closest("script, title, desc") || !node.getClientRects().length) continue;
        if (node.closest("svg")) {
            let ground = behind(node.closest("svg"));
            if (node.matches(".within")) {
                const bar = node.ownerSVGElement.querySelector("rect");
                const style = getComputedStyle(bar);
                const fill = parse(style.fill);
                ground = over([...fill.slice(0, 3), parseFloat(style.fillOpacity)], ground);
            }
            judge(node, parse(getComputedStyle(node).fill), ground);
        } else {
            judge(node, parse(getComputedStyle(node).color), behind(node));
        }
    }
    return low.slice(0, 5);
"""
MARKS = """
    const unseen = [];
    for (const mark of document.querySelectorAll("svg.drawing.wide .mark, svg.drawing.wide rect")) {
        const style = getComputedStyle(mark);
        if (style.fill === "none" && style.stroke === "none") unseen.push(mark.outerHTML);
    }
    return unseen;
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    return laid_out(site_of(hostile_library(folder / "library")), folder / "site")


@pytest.fixture(scope="module", params=[*PACKS, GOOD, "hostile"], ids=lambda one: getattr(one, "name", one))
def site(request: pytest.FixtureRequest, hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site in a folder with an awkward name."""
    if request.param == "hostile":
        return hostile
    return laid_out(site_of(request.param), tmp_path_factory.mktemp("a site") / "100% of it #1")


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_page_loads_clean_fits_and_has_labels_that_can_be_read(browser: Browser, site: Path) -> None:
    browser.scheme("light")
    for page in pages(site):
        for width in (WIDE, MIDDLE, NARROW):
            browser.resize(width)
            if width == WIDE:
                browser.open(page)
                assert browser.errors() == [], page.name
            over, nodes = browser.ask(TOO_WIDE)
            assert (over <= 0, nodes) == (True, []), (page.name, width)
            for drawing in browser.ask(LABELS):
                check_labels(drawing, f"{page.name} at {width}")


def check_labels(drawing: list[Any], where: str) -> None:
    title, width, height, labels, scale = drawing
    assert scale * 11.5 >= 9, (where, title)  # small, but to be read
    for at, (left, top, right, bottom, text) in enumerate(labels):
        inside = left >= -1 and right <= width + 1 and top >= -1 and bottom <= height + 1
        assert inside, (where, title, text, left, top, right, bottom)
        for other_left, other_top, other_right, other_bottom, other in labels[at + 1 :]:
            across = min(right, other_right) - max(left, other_left)
            down = min(bottom, other_bottom) - max(top, other_top)
            assert across <= 0.5 or down <= 2.5, (where, title, text, other)  # boxes hold room above and below letters


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(browser: Browser, site: Path, scheme: str) -> None:
    """AA: 4.5 to 1, 3 to 1 for large letters."""
    browser.scheme(scheme)
    signals = [page for page in pages(site) if page.parent.name == "signals"]
    for page in [*signals[:2], *(page for page in pages(site) if page not in signals)]:
        for width in (WIDE, NARROW):
            browser.resize(width)
            browser.open(page)
            browser.ask("for (const one of document.querySelectorAll('details')) one.open = true")
            assert browser.ask(CONTRAST) == [], (page.name, scheme, width)
        assert browser.ask(MARKS) == []


def test_nothing_of_a_hostile_library_runs(browser: Browser, hostile: Path) -> None:
    browser.resize(WIDE)
    for page in pages(hostile):
        browser.open(page)
        assert browser.errors() == []
        assert "pwned" not in browser.driver.title.replace(EVIL, "").replace(QUOTE, "")
        assert browser.ask(
            "return [document.scripts.length, document.querySelectorAll('img, b, i, #pwned').length]"
        ) == [
            1,
            0,
        ]
    browser.open(hostile / "signals" / "hostile.all.html")
    shown = " ".join(browser.ask("return document.body.innerText").split())
    assert " ".join(EVIL.split()) in shown
    assert QUOTE in shown
    assert "49" not in re.sub(r"[\w.-]+@\w+|[0-9a-f]{64}", "", shown)  # no template in a template


@pytest.mark.parametrize("name", ["index.html", "owners.html", "features.html", "touchpoints.html", "data.html"])
def test_a_filter(browser: Browser, site: Path, name: str) -> None:
    browser.resize(WIDE)
    browser.open(site / name)
    entries = browser.ask("return [...document.querySelectorAll('.entry')].map((node) => node.textContent)")
    box = browser.driver.find_elements(By.ID, "filter")
    assert bool(box) or not entries
    if not box or not entries:
        return
    shown = "return [...document.querySelectorAll('.entry')].filter((node) => node.getClientRects().length).length"
    assert browser.ask(shown) == len(entries)
    word = max(re.findall(r"[a-z]{4,}", entries[-1].lower()), key=len)
    box[0].send_keys(word.upper())
    hits = sum(word in one.lower() for one in entries)
    assert 0 < hits == browser.ask(shown)
    assert browser.driver.find_element(By.ID, "found").text == f"{hits} of {len(entries)}"
    box[0].send_keys(" zzzz")
    assert browser.ask(shown) == 0
    headings = "return [...document.querySelectorAll('.group')].filter((node) => node.getClientRects().length).length"
    assert browser.ask(headings) == 0
    box[0].send_keys(Keys.CONTROL, "a")
    box[0].send_keys(Keys.DELETE)
    assert browser.ask(shown) == len(entries)


def test_the_keyboard_reaches_the_content_first(browser: Browser, site: Path) -> None:
    browser.resize(WIDE)
    browser.open(site / "index.html")
    browser.driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    focused = browser.driver.switch_to.active_element
    assert (focused.text, focused.is_displayed()) == ("Skip to the content", True)
    focused.send_keys(Keys.ENTER)
    assert browser.ask("return document.activeElement.id") == "main"


def test_nothing_comes_from_elsewhere(browser: Browser, site: Path) -> None:
    browser.asked_for()
    for page in pages(site)[-3:]:
        browser.open(page)
    addresses = browser.asked_for()
    assert any(address.endswith("site.css") for address in addresses)
    assert all(address.startswith((site.as_uri(), "data:,")) for address in addresses)


def test_it_prints_without_its_controls(browser: Browser, site: Path) -> None:
    browser.resize(WIDE)
    page = next(page for page in pages(site) if page.parent.name == "signals")
    browser.open(page)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    seen = "return [...document.querySelectorAll(arguments[0])].filter((node) => node.getClientRects().length).length"
    assert browser.ask(seen, ".top nav, .filter, .tabs, .skip, summary, .drawing.narrow") == 0
    assert browser.ask(seen, "h1, .sentences, footer") == 3
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert browser.pdf().startswith(b"%PDF-")
