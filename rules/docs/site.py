"""All files of the site of a library, by their paths in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from rules.declaration import Interaction, Library, Signal
from rules.docs.areas import Group, Groups
from rules.docs.links import Links
from rules.docs.phrase import Phrase
from rules.docs.stories import StoryView, story_view
from rules.docs.templating import Templates, from_markdown
from rules.docs.uses import Reader, Uses
from rules.docs.views import SignalViews, Told, field_says
from rules.docs.wording import STATUSES, LibraryWords, lasting, number
from rules.places import PlacedLibrary
from rules.reference import language_reference
from rules.relations import Relations
from rules.schema import json_schemas
from rules.story import Story

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Page:
    """A page that others lead to."""

    key: str
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class TypeView:
    """A type of touchpoints as its page shows it."""

    name: str
    says: str | None
    deprecated: str | None
    facts: Sequence[tuple[str, str]]
    readers: Sequence[Reader]


_PAGES: Final = (
    Page("signals", "index.html", "Signals"),
    Page("features", "features.html", "Features"),
    Page("segments", "segments.html", "Segments"),
    Page("touchpoints", "touchpoints.html", "Touchpoints"),
    Page("data", "data.html", "Data"),
    Page("reference", "reference.html", "Language"),
    Page("editors", "editors.html", "Editors"),
)
_STORIES: Final = Page("stories", "stories.html", "Stories")  # only where a library has any
_SCHEMA_FILES: Final = {
    "story": "stories/NAME.yaml",
    "signal": "signals/**/NAME.yaml",
    "timelines": "signals/**/NAME.test.yaml",
}
_MARKS: Final = (
    ("dot", "a touchpoint"),
    ("late", "one that arrives late"),
    ("chain", "another signal fires"),
    ("fired", "the signal fires"),
    ("passed", "held back by “only if”"),
    ("done", "a wait is over"),
    ("stop", "a wait is ended by something"),
)


def site(placed: PlacedLibrary, directory: PurePath) -> Files:
    """The site of a checked library that was read from ``directory``. The same library gives the same bytes.

    Its links are relative: it works wherever it lies, as files too.
    """
    return dict(_Site(placed, directory).files())


class _Site:
    def __init__(self, placed: PlacedLibrary, directory: PurePath) -> None:
        self._library = library = placed.library
        relations = Relations(library)
        self._words, self._uses = LibraryWords(relations), Uses(relations)
        self._written = {one.name: placed.places.written("signal", one.name) for one in library.signals}
        self._files = {name: _within(file, directory) for name, (file, _) in self._written.items()}
        self._groups = Groups(library, self._files, self._uses)
        self._views = SignalViews(library, self._words, self._uses)
        self._gists: Mapping[str, Phrase] = {one.name: self._words.gist(one) for one in library.signals}
        self._places, self._directory = placed.places, directory
        self._version = f"{library.name}@{library.digest[:12]}"
        self._templates = Templates(
            library=library,
            version=self._version,
            pages=_pages(library),
            marks=_MARKS,
            money=self._money,
            type_says=self._words.types.says,
            told_text=told_text,
        )

    def files(self) -> Iterator[tuple[str, bytes]]:
        yield "site.css", self._templates.stylesheet(self._version)
        yield from self._indexes()
        for signal in self._library.signals:
            yield f"signals/{signal.name}.html", self._signal(signal)
        yield from self._stories()
        yield "features.html", self._page("features", features=list(self._features()))
        yield "segments.html", self._page("segments", segments=list(self._segments()))
        yield (
            "touchpoints.html",
            self._page("touchpoints", types=list(self._types()), of_all=self._uses.readers("type", "*")),
        )
        yield "data.html", self._data()
        yield "about.html", self._page("about", settings=list(self._settings()), statuses=list(STATUSES.items()))
        reference, contents = from_markdown(language_reference())
        yield "reference.html", self._page("reference", reference=reference, contents=contents)
        yield from self._editors()

    def _page(self, name: str, **values: Any) -> bytes:
        return self._templates.page(f"{name}.html", section=name, links=Links(), **values)

    def _indexes(self) -> Iterator[tuple[str, bytes]]:
        groups, tabs = (
            self._groups,
            [
                Page("index", "index.html", "By area"),
                Page("owners", "owners.html", "By owner"),
                Page("channels", "channels.html", "By channel"),
            ],
        )
        tabs += [Page("loops", "loops.html", "By loop")] if groups.loops else []
        listed: dict[str, tuple[Sequence[Group], str, str]] = {
            "index": (groups.areas, "Signals", "Other signals"),
            "owners": (groups.owners, "Signals by owner", "Without an owner"),
            "channels": (groups.channels, "Signals by channel", "Nothing is sent"),
            "loops": (groups.loops, "Signals by loop", "In no loop"),
        }
        for tab in tabs:
            shown, title, rest = listed[tab.key]
            values = {"groups": shown, "title": title, "rest": rest, "tabs": tabs, "key": tab.key}
            yield tab.path, self._index(first=tab.key == "index", **values)

    def _index(self, **values: Any) -> bytes:
        named = {name for signal in self._library.signals for name in signal.then.channels}
        unused = [channel.name for channel in self._library.channels if channel.name not in named]
        return self._templates.page(
            "index.html",
            section="signals",
            links=Links(),
            gists=self._gists,
            unused=unused,
            summary=self._summary(),
            **values,
        )

    def _summary(self) -> str:
        """What is in the library, in a line."""
        library = self._library
        statuses = Counter(signal.status for signal in library.signals)
        said = ", ".join(f"{statuses[status]} {status}" for status in STATUSES if statuses[status])
        parts = [
            _counted(len(library.signals), "signal") + (f" ({said})" if said else ""),
            _counted(len(library.features), "feature"),
            *([_counted(len(library.segments), "segment")] if library.segments else []),
            *([_stories(len(library.stories))] if library.stories else []),
            *([_counted(len(library.interactions), "type") + " of touchpoints"] if library.has_catalogue else []),
            _counted(len(library.channels), "channel"),
        ]
        return f"{', '.join(parts[:-1])} and {parts[-1]}."

    def _signal(self, signal: Signal) -> bytes:
        area = self._groups.area_of[signal.name]
        view = self._views.view(signal, area, self._files[signal.name], self._written[signal.name][1])
        return self._templates.page(
            "signal.html",
            section="signals",
            links=Links("../"),
            signal=signal,
            view=view,
            area_id=_id_of(self._groups.areas, area),
            owner_id=_id_of(self._groups.owners, signal.owner),
        )

    def _stories(self) -> Iterator[tuple[str, bytes]]:
        views = [self._story(story) for story in self._library.stories]
        if views:
            yield "stories.html", self._page("stories", stories=views)
        for view in views:
            page = self._templates.page("story.html", section="stories", links=Links("../"), view=view)
            yield f"stories/{view.story.name}.html", page

    def _story(self, story: Story) -> StoryView:
        file = _within(self._places.written("story", story.name)[0], self._directory)
        return story_view(story, self._words, self._uses, self._places, file)

    def _features(self) -> Iterator[tuple[Any, Phrase, Sequence[Reader]]]:
        for feature in self._library.features:
            yield feature, self._words.feature(feature), self._uses.readers("feature", feature.name)

    def _segments(self) -> Iterator[tuple[Any, Phrase, Sequence[Reader]]]:
        for segment in self._library.segments:
            yield segment, self._words.segment(segment), self._uses.readers("segment", segment.name)

    def _types(self) -> Iterator[TypeView]:
        """Those of the catalogue, and what else the library names."""
        known = {one.name: one for one in self._library.interactions}
        named = {name for name in self._uses.names("type") if name != "*" and not name.endswith(".*")}
        for name in sorted(known | dict.fromkeys(named)):
            one = known.get(name, Interaction(name))
            yield TypeView(
                name,
                self._words.types.says(name),
                one.deprecated,
                tuple(_facts(one)),
                self._uses.readers_of_type(name),
            )

    def _data(self) -> bytes:
        return self._page(
            "data",
            profile=[(name, self._uses.readers("profile", name)) for name in self._uses.names("profile")],
            fields=[(name, field_says(name), self._uses.readers("field", name)) for name in self._uses.names("field")],
            carried=list(self._carried()),
        )

    def _carried(self) -> Iterator[tuple[str, Sequence[tuple[str, str, Phrase]]]]:
        for group in self._groups.channels:
            rows = [(signal.name, name, says) for signal in group.signals for name, says in self._words.carried(signal)]
            if group.name and rows:
                yield group.name, rows

    def _settings(self) -> Iterator[tuple[str, str]]:
        library = self._library
        yield "Version", self._version
        yield "Time zone", f"{library.time_zone}; a customer's own, profile.time_zone, where it is known"
        if library.currency:
            yield "Currency", library.currency
        yield "Late touchpoints", f"Up to {lasting(library.late_by)} late they still correct what is kept."
        for source in library.sources:
            yield f"Late from {source.name}", f"Up to {lasting(source.late_by)} late they still do."
        yield "Forgotten", f"A customer of whom nothing is heard for {lasting(library.forget_after)} is forgotten."

    def _editors(self) -> Iterator[tuple[str, bytes]]:
        schemas, settings = [], {}
        for file, schema in json_schemas().items():
            name = file.removesuffix(".yaml")
            path, files = f"schemas/{name}.schema.json", _SCHEMA_FILES.get(file, file)
            schemas.append({"path": path, "name": f"{name}.schema.json", "files": files})
            settings[f"./{path}"] = [files.replace("NAME.yaml", "*.yaml").replace("NAME.test", "*.test")]
            yield path, (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()
        settings["./schemas/signal.schema.json"].append("!signals/**/*.test.yaml")
        shown = json.dumps({"yaml.schemas": settings}, indent=2)
        yield "editors.html", self._page("editors", schemas=schemas, settings=shown)

    def _money(self, value: float) -> str:
        return f"{number(value)} {self._library.currency or ''}".strip()


def _pages(library: Library) -> tuple[Page, ...]:
    first, *others = _PAGES
    return (first, *([_STORIES] if library.stories else []), *others)


def told_text(told: Sequence[Told]) -> str:
    """A timeline as one text, for who doesn't see its drawing."""
    return "; ".join(f"{line.time}: {line.says}" for line in told) + "."


def _within(file: str, directory: PurePath) -> str:
    """A file of the library by its path in the library's folder."""
    path = PurePath(file)
    return path.relative_to(directory).as_posix() if path.is_relative_to(directory) else path.name


def _id_of(groups: Sequence[Group], name: str | None) -> str:
    return next((group.id for group in groups if group.name == (name or None)), "")


def _facts(one: Interaction) -> Iterator[tuple[str, str]]:
    said = ("Channel", one.channel), ("Loop", one.loop), ("Evidence", one.evidence)
    yield from ((name, value) for name, value in said if value)
    if one.latency:
        yield "On its way for", f"up to {lasting(one.latency)}"


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
