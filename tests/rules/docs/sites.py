"""Sites of libraries, and their pages as a browser would read them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from rules import library_site, load_placed

ROOT = Path(__file__).parent.parent.parent.parent
PACKS = sorted(path for path in (ROOT / "rules" / "library").iterdir() if path.is_dir())
GOOD = ROOT / "tests" / "testdata" / "good" / "shop"

_VOID = {"meta", "link", "input", "br", "img"}

EVIL = "<script>document.title='pwned'</script><img src=x onerror=alert(1)> {{ 7 * 7 }} &lt;b&gt; \u202e"
QUOTE = "\"'><svg onload=alert(1)></title></desc></style></code></pre><b id=pwned>"
_SIGNAL = {
    "signal": "hostile.all",
    "owner": QUOTE,
    "reason": EVIL,
    "status": "live",
    "follow": [
        {"type": "viewed", "where": f"product == {QUOTE!r} or content in [{EVIL!r}, 'x']", "times": 2},
        {"without": "gone", "for": "1h"},
    ],
    "if": f"profile.answer != {EVIL!r} and segment.bad",
    "then": {"channel": "email", "content": QUOTE, "carry": {"what": f"{QUOTE!r}", "top": "top"}},
}
_TIMELINES = [
    {
        "name": QUOTE,
        "profile": {QUOTE: EVIL},
        "timeline": [
            {"at": "2026-01-05 10:00", "type": "viewed", "product": QUOTE, "properties": {EVIL: QUOTE}},
            {"after": "1m", "type": "viewed", "content": EVIL, "product": "\u4e2d\u6587" * 40},
        ],
        "until": "3h",
        "fires": [],
    },
    {"name": EVIL, "timeline": [{"at": "2026-01-05 10:00", "type": "gone"}], "fires": []},
]
_INTERACTIONS = {
    "viewed": {"says": EVIL, "channel": QUOTE, "loop": EVIL, "evidence": QUOTE},
    "gone": {"says": QUOTE, "deprecated": EVIL},
}
_STORY = {
    "story": "bad",
    "owner": QUOTE,
    "reason": EVIL,
    "of": ["viewed", "gone"],
    "where": f"product != {EVIL!r}",
    "stages": ["<b>one", {"stage": "two</title><svg onload=alert(1)>", "touchpoints": 2}],
    "modules": {"m": {"where": f"product == {QUOTE!r}"}},
    "evidence": {"led_by": {QUOTE: "50%"}},
    "channels": {QUOTE: "m"},
    "mix": {"rep": {"of": QUOTE, "share": "80%"}, "site": {"of": "<i>", "share": "20%"}},
    "branches": {"b": {"where": f"product == {EVIL!r}", "answered": "gone"}},
}
HOSTILE = {
    "library.yaml": {"name": "hostile", "format": 1, "sources": {QUOTE: {"late_by": "2h"}}},
    "interactions.yaml": _INTERACTIONS,
    "features.yaml": {"top": {"top": "product", "of": "viewed", "where": f"product == {EVIL!r}"}},
    "segments.yaml": {"bad": f"profile.answer == {QUOTE!r}"},
    "channels.yaml": {"email": {}},
    "stories/bad.yaml": _STORY,
    "signals/<i>folder/hostile.yaml": _SIGNAL,
    "signals/<i>folder/hostile.test.yaml": _TIMELINES,
}


def hostile_library(folder: Path) -> Path:
    """A library all of whose texts are meant to break out of a page. JSON is YAML."""
    for name, content in HOSTILE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {QUOTE}{EVIL.rstrip(chr(0x202E))}\n" + json.dumps(content, ensure_ascii=False), "utf-8")
    return folder


@dataclass
class Page(HTMLParser):
    """What stands in a page: its elements with their attributes, its text, its links and ids."""

    name: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if len(dict(attrs)) != len(attrs):
            self.wrong.append(f"<{tag}> says an attribute twice")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes what isn't open")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [said for _, attributes in self.elements if (said := attributes.get("id"))]

    @property
    def links(self) -> list[str]:
        return [said for _, attributes in self.elements for key in ("href", "src") if (said := attributes.get(key))]


def page_of(name: str, content: bytes) -> Page:
    page = Page(name)
    page.feed(content.decode())
    page.close()
    return page


def pages_of(files: dict[str, bytes]) -> dict[str, Page]:
    return {name: page_of(name, content) for name, content in files.items() if name.endswith(".html")}


@cache
def site_of(directory: Path) -> dict[str, bytes]:
    return library_site(load_placed(directory), directory)


def laid_out(files: dict[str, bytes], folder: Path) -> Path:
    """The files of a site in a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
