"""Templates, and what is made of text on the way to HTML. Everything of a library's own is escaped."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.data import YamlLexer

SHAPES: Final[dict[str, Markup]] = {
    "dot": Markup('<circle r="5.5"/>'),
    "late": Markup('<circle r="5"/>'),
    "chain": Markup('<path d="M0-6 6 0 0 6-6 0Z"/>'),
    "fired": Markup('<path d="M0-9 9 0 0 9-9 0Z"/>'),
    "surplus": Markup('<path d="M0-9 9 0 0 9-9 0Z"/>'),
    "passed": Markup('<circle r="6"/><path d="M-4 4 4-4"/>'),
    "missing": Markup('<path d="M0-8 8 0 0 8-8 0Z"/>'),
    "stop": Markup('<path d="M-4-4 4 4M-4 4 4-4"/>'),
    "done": Markup('<circle r="5.5"/><path d="M-2.5 0-0.6 2.2 2.8-2"/>'),
}
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the reference."""

    id: str
    title: str


class Templates:
    """Renders pages from templates."""

    def __init__(self, **always: Any) -> None:
        self._loader = PackageLoader("rules.docs")
        self._environment = Environment(
            loader=self._loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        script = self._source("filter.js")
        self._always = {
            **always,
            "script": Markup(script),  # noqa: S704 - our own file, without anything of the library
            "script_hash": b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            "shapes": SHAPES,
            "highlighted": highlighted,
        }

    def page(self, template: str, **values: Any) -> bytes:
        """A page as bytes; characters that no page can hold are shown as such."""
        html = self._environment.get_template(template).render({**self._always, **values})
        return (_UNSEEN.sub("\ufffd", html.strip()) + "\n").encode()

    def _source(self, name: str) -> str:
        return self._loader.get_source(self._environment, name)[0]

    def stylesheet(self, version: str) -> bytes:
        """The style sheet; what is printed has the version at the foot of each sheet."""
        said = "".join(one if one.isalnum() or one in "@.-_" else "?" for one in version)
        return self._source("site.css").replace("VERSION", said).encode()


def highlighted(yaml: str) -> Markup:
    """YAML with its parts marked; escaped by the highlighter."""
    return Markup(highlight(yaml, YamlLexer(), HtmlFormatter(nowrap=True)))  # noqa: S704


def from_markdown(text: str) -> tuple[Markup, list[Heading]]:
    """Markdown of ours as HTML, and its headings of the second level; HTML within is shown as text."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens, headings, seen = markdown.parse(text), list[Heading](), set[str]()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            title = inline.content.replace("`", "")
            id_ = _slug(title, seen)
            token.attrSet("id", id_)
            headings += [Heading(id_, title)] if token.tag == "h2" else []
    html = markdown.renderer.render(tokens, markdown.options, {})
    html = html.replace("<table>", '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>')
    html = html.replace("<th>", '<th scope="col">')
    return Markup(html.replace("</table>", "</table></div>")), headings  # noqa: S704 - escaped by the renderer


def _slug(title: str, seen: set[str]) -> str:
    """An id of a heading that no other has."""
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "part"
    slug = next(one for one in (base, *(f"{base}-{at}" for at in range(2, 10_000))) if one not in seen)
    seen.add(slug)
    return slug
