"""What the page of a signal shows, in plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from rules.declaration import Feature, Library, Segment, Signal, Timeline
from rules.docs.drawing import NARROW, WIDE, Happening, Picture, Span, Wording, draw, happening, told_moment
from rules.docs.drawing.draw import RESULTS
from rules.docs.drawing.happening import shown
from rules.docs.phrase import Phrase
from rules.docs.uses import Reader, Reads, Uses
from rules.docs.wording import LibraryWords, Sentence, lasting
from rules.fields import matches_any
from rules.schema import TouchpointEntry
from rules.timeline import Rig
from rules.wall_time import zone_of


@dataclass(frozen=True, slots=True)
class Term:
    """A name that a page uses, and what it means."""

    name: str
    says: Phrase


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a timeline told in words."""

    time: str
    says: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A timeline: its drawing for wide and for narrow screens, and the same in words."""

    timeline: Timeline
    happening: Happening
    pictures: tuple[tuple[str, Picture], ...]
    profile: tuple[tuple[str, str], ...]
    told: tuple[Told, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class SignalView:
    """All that the page of a signal shows."""

    signal: Signal
    area: str
    file: str
    yaml: str
    brief: Phrase
    sentences: tuple[Sentence, ...]
    reads: Reads
    features: tuple[Term, ...]
    segments: tuple[Term, ...]
    fields: tuple[tuple[str, str], ...]
    types: tuple[str, ...]
    readers: tuple[Reader, ...]
    examples: tuple[Example, ...]


class SignalViews:
    """Makes the views of a library's signals."""

    def __init__(self, library: Library, words: LibraryWords, uses: Uses) -> None:
        self._library, self._words, self._uses = library, words, uses
        self._rig = Rig(library)
        self._place = zone_of(library.time_zone)
        self._timelines = {
            name: tuple(some) for name, some in groupby(library.timelines, key=lambda timeline: timeline.signal)
        }
        self._features: Mapping[str, Feature] = {one.name: one for one in library.features}
        self._segments: Mapping[str, Segment] = {one.name: one for one in library.segments}

    def view(self, signal: Signal, area: str, file: str, yaml: str) -> SignalView:
        """The view of one signal, its timelines run."""
        reads, through = self._uses.signals[signal.name], self._uses.through(signal)
        return SignalView(
            signal=signal,
            area=area,
            file=file,
            yaml=yaml,
            brief=self._words.brief(signal),
            sentences=tuple(self._words.sentences(signal)),
            reads=through,
            features=tuple(Term(name, self._words.feature(self._features[name])) for name in sorted(reads.features)),
            segments=tuple(Term(name, self._words.segment(self._segments[name])) for name in sorted(reads.segments)),
            fields=tuple((name, field_says(name)) for name in sorted(through.fields)),
            types=self._types(through),
            readers=self._uses.readers("signal", signal.name),
            examples=tuple(self._example(signal, one, through) for one in self._timelines.get(signal.name, ())),
        )

    def _types(self, reads: Reads) -> tuple[str, ...]:
        known = {one.name for one in self._library.interactions if matches_any(tuple(reads.types), one.name)}
        said = {name for name in reads.types if name != "*" and not name.endswith(".*")}
        return tuple(sorted(known | said)) if "*" not in reads.types else ("*", *sorted(said))

    def _example(self, signal: Signal, timeline: Timeline, reads: Reads) -> Example:
        happened = happening(self._rig, timeline, reads.fired, reads.fields)
        wording = Wording(self._type, lambda span: wait_text(signal, span, self._words))
        shapes = {"wide": WIDE, "narrow": NARROW} if happened.trouble is None else {}
        return Example(
            timeline,
            happened,
            pictures=tuple((name, draw(happened, shape, wording, self._place)) for name, shape in shapes.items()),
            profile=tuple((name, shown(value)) for name, value in timeline.profile),
            told=tuple(_told(happened, wording, self._place)),
            summary=_summary(happened),
        )

    def _type(self, name: str) -> str:
        return self._words.types.says(name) or name


def wait_text(signal: Signal, span: Span, words: LibraryWords) -> str:
    """How the lane of a wait is called."""
    match span.wait:
        case "silence":
            return words.silence(signal, span.what)
        case "true":
            return "Its condition is true"
        case "hold":
            return "Its condition must hold"
        case "window":
            return "Within the window"
        case "rest":
            return f"Not again for {lasting(signal.again or 0)}"


def _summary(happened: Happening) -> str:
    if happened.trouble is not None:
        return "can't be run"
    if not happened.firings:
        return "doesn't fire"
    return "fires" if happened.firings == 1 else f"fires {happened.firings} times"


def _told(happened: Happening, wording: Wording, place: ZoneInfo) -> Iterator[Told]:
    """What happens, in order of time."""
    for event in happened.events:
        time, detail = told_moment(event.time, place), f" ({event.detail})" if event.detail else ""
        whom = f" for {event.detail}" if event.detail else ""
        says = {
            "touchpoint": f"{wording.type(event.name)}{detail}",
            "late": f"{wording.type(event.name)}{detail}, which arrives late",
            "chain": f"The signal {event.name} fires{whom}",
            "fired": f"Fires{whom} to {event.name or 'no channel'}",
            "held": f"Fires{whom}, and is held back: {event.name}",
            "waits": f"Fires{whom}, and waits for the end of the quiet hours of {event.name}",
            "went": f"Goes to {event.name}{whom}",
            "revoked": f"Is taken back from {event.name}{whom}",
            "surplus": f"Fires{whom} to {event.name or 'no channel'}, which isn't expected",
            "passed": f"Comes true{whom}, but its “only if” isn't met: doesn't fire",
            "missing": f"Should fire{whom}, and doesn't",
            "end": "End",
        }[event.kind]
        yield Told(time, says, event.kind in RESULTS)


def field_says(name: str) -> str:
    """What a field of a touchpoint is."""
    first, _, rest = name.partition(".")
    known = {**{one: info.description or "" for one, info in TouchpointEntry.model_fields.items()}, **_OTHERS}
    if rest and first in known:
        return {
            "properties": "One of the properties that touchpoints have of their own.",
            "identities": "A name by which another system knows the customer.",
        }[first]
    return " ".join(known.get(first, "").split())


_OTHERS = {"time": "When it happened.", "customer": "Who it was."}
