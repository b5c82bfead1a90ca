"""Where the parts of a library stand in the site, and phrases as HTML that leads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

from rules.docs.phrase import Code, Named, Phrase, Piece, Quoted, Topic, Words

_PAGES: Final[Mapping[Topic, str]] = {
    "feature": "features.html",
    "segment": "segments.html",
    "type": "touchpoints.html",
    "channel": "channels.html",
    "profile": "data.html",
    "field": "data.html",
}


def anchor(topic: Topic, name: str) -> str:
    """The id of a part on its page."""
    return f"{topic}-{name}"


class Links:
    """Links from one page; ``root`` leads from it to the site's own folder, such as ``../``."""

    def __init__(self, root: str = "") -> None:
        self.root = root

    def href(self, topic: Topic, name: str) -> str:
        """Where a part of the library stands."""
        if topic == "signal":
            return f"{self.root}signals/{quote(name)}.html"
        if topic == "story":
            return f"{self.root}stories/{quote(name)}.html"
        return f"{self.root}{_PAGES[topic]}#{quote(anchor(topic, name), safe='')}"

    def said(self, phrase: Phrase) -> Markup:
        """A phrase, names behind what they say of themselves."""
        return Markup("").join(self._piece(piece, terse=False) for piece in phrase)

    def terse(self, phrase: Phrase) -> Markup:
        """A phrase, without the names of what says something of itself."""
        return Markup("").join(self._piece(piece, terse=True) for piece in phrase)

    def plain(self, phrase: Phrase) -> Markup:
        """A terse phrase that leads nowhere, for what is a link itself."""
        return Markup("").join(_unlinked(piece) for piece in phrase)

    def _piece(self, piece: Piece, *, terse: bool) -> Markup:
        match piece:
            case Named(topic, name, says):
                link = Markup('<a href="{}">').format(self.href(topic, name))
                if says is None:
                    return link + Markup("<code>{}</code></a>").format(name)
                quoted = link + Markup("“<bdi>{}</bdi>”</a>").format(says)
                return quoted if terse else quoted + Markup(' <code class="quiet">{}</code>').format(name)
        return _unlinked(piece)


def _unlinked(piece: Piece) -> Markup:
    match piece:
        case Words(text):
            return escape(text)
        case Code(text):
            return Markup("<code>{}</code>").format(text)
        case Quoted(text):
            return Markup("“<bdi>{}</bdi>”").format(text)
        case Named(_, name, says):
            return Markup("<code>{}</code>").format(name) if says is None else Markup("“<bdi>{}</bdi>”").format(says)
