"""Draws a timeline: a lane for each type of touchpoint, for each wait, and one for the firings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rules.docs.drawing.axis import Axis
from rules.docs.drawing.happening import Event, Happening
from rules.docs.drawing.lettering import fitted, width, wrapped
from rules.docs.drawing.moments import clock_text, day_text, told_moment
from rules.docs.drawing.picture import Anchor, Bar, Label, Line, Mark, Picture
from rules.docs.drawing.room import Taken
from rules.docs.drawing.watching import Span
from rules.timeline.drawing import span as span_text
from rules.wall_time import wall_time

SIZE: Final = 12.5  # of the lettering
MOST_EVENTS: Final = 150  # drawn of one timeline
SMALL: Final = 11.5  # of what matters less
_HEAD: Final = 58.0
RESULTS: Final = ("fired", "held", "waits", "went", "revoked", "passed", "missing", "surplus")
_MARKS: Final[Mapping[str, str]] = {"held": "passed", "waits": "passed", "went": "fired", "revoked": "stop"}


class Shape(NamedTuple):
    """What a drawing is made for. ``names``: the room for the names of lanes beside them; 0: they stand above."""

    width: float
    names: float
    lane: float
    edge: float


WIDE: Final = Shape(width=800, names=224, lane=36, edge=20)
NARROW: Final = Shape(width=340, names=0, lane=50, edge=14)


@dataclass(frozen=True, slots=True)
class Wording:
    """How lanes are called: types of touchpoints, and what a signal waits for."""

    type: Callable[[str], str]
    wait: Callable[[Span], str]


def draw(happening: Happening, shape: Shape, wording: Wording, place: ZoneInfo) -> Picture:
    """The picture of a timeline; times are those of ``place``."""
    return _Drawing(happening, shape, wording, place).picture()


class _Drawing:
    def __init__(self, happening: Happening, shape: Shape, wording: Wording, place: ZoneInfo) -> None:
        self._shape, self._wording, self._place = shape, wording, place
        self._events = _kept(happening.events)
        moments = {event.time for event in self._events}
        bounds = min(moments), max(moments)
        self._waits = [
            span for span in (*happening.spans, *happening.rests) if bounds[0] <= span.begins and span.ends <= bounds[1]
        ]
        moments |= {moment for span in self._waits for moment in (span.begins, span.ends)}
        self._axis = Axis(moments, shape.names + shape.edge, shape.width - shape.edge)
        self._made = Picture(shape.width, 0)
        self._y = _HEAD

    def picture(self) -> Picture:
        self._times()
        for name, events in self._lanes():
            self._touchpoints(name, events)
        for name, spans in self._spans():
            self._span_lane(name, spans)
        self._results()
        self._made.height = self._y + 6
        return self._made

    def _lanes(self) -> Iterable[tuple[str, list[Event]]]:
        """Touchpoints by type, in the order in which the types come; firings of other signals after them."""
        lanes: dict[str, list[Event]] = {}
        for event in self._events:
            if event.kind in ("touchpoint", "late"):
                lanes.setdefault(self._wording.type(event.name), []).append(event)
        for event in self._events:
            if event.kind == "chain":
                lanes.setdefault(f"Fired: {event.name}", []).append(event)
        return lanes.items()

    def _spans(self) -> Iterable[tuple[str, list[Span]]]:
        lanes: dict[str, list[Span]] = {}
        for span in self._waits:
            of = "" if span.per is None else f"{span.per}: "
            lanes.setdefault(f"{of}{self._wording.wait(span)}", []).append(span)
        return lanes.items()

    def _lane(self, name: str, look: str) -> float:
        """Begins a lane: its name, its line; gives the y of the line."""
        shape = self._shape
        if shape.names:
            y = self._y + shape.lane / 2
            lines = wrapped(name, shape.names - 10, SIZE)
            first = y + 4 - (len(lines) - 1) * _LEADING / 2
            for at, line in enumerate(lines):
                self._made.labels.append(Label(2, first + at * _LEADING, line, look))
        else:
            y = self._y + shape.lane - 18
            text = fitted(name, shape.width - 4, SIZE)
            self._made.labels.append(Label(2, self._y + 14, text, look))
        self._made.lines.append(Line(self._axis.left - 6, y, self._axis.right + 6, y, "lane"))
        self._y += shape.lane
        return y

    def _touchpoints(self, name: str, events: Sequence[Event]) -> None:
        y = self._lane(name, "name")
        for event in events:
            title = f"{self._full(event.time)} {name}" + (f", {event.detail}" if event.detail else "")
            title += ", arrives late" if event.kind == "late" else ""
            look = {"late": "late", "chain": "chain"}.get(event.kind, "dot")
            self._made.marks.append(Mark(self._axis.x(event.time), y, look, title))  # type: ignore[arg-type]
        at_once = {moment: [one.matters for one in some] for moment, some in _by_time(events)}
        self._details({moment: " · ".join(filter(None, said)) for moment, said in at_once.items()}, y)

    def _details(self, said: Mapping[int, str], y: float) -> None:
        """What touchpoints say: behind each, cut where the next one is near, or before it."""
        places = [self._axis.x(moment) for moment in sorted(said)] + [self._shape.width]
        taken = Taken(self._shape.names, self._shape.width)
        for x in places[:-1]:
            taken.hold(x - 6, x + 6)
        for moment, (x, after) in zip(sorted(said), pairwise(places), strict=True):
            whole = fitted(said[moment], _MOST_DETAIL, SMALL)
            cut = fitted(whole, after - x - 20, SMALL)
            if cut != whole and self._put(x, y, whole, "detail", taken, before=True):
                continue
            if len(cut) > _LEAST:
                self._put(x, y, cut, "detail", taken)

    def _put(self, x: float, y: float, text: str, look: str, taken: Taken, *, before: bool = False) -> bool:
        """A label behind a mark, or before it; whether there was room for it."""
        size, apart = (SIZE * BOLD, 12) if look == "outcome" else (SMALL, 9)
        room = width(text, size)
        begins = x - apart - room if before else x + apart
        if not text or not taken.take(begins, begins + room, 0):
            return False
        self._made.labels.append(Label(begins + room if before else begins, y + 4, text, look, _ANCHORS[before]))
        return True

    def _span_lane(self, name: str, spans: Sequence[Span]) -> None:
        y = self._lane(name, "name wait")
        for span in spans:
            left, right = self._axis.x(span.begins), self._axis.x(span.ends)
            title = f"{name}, {self._full(span.begins)} to {self._full(span.ends)}, {_ENDS[span.ended]}"
            bar = Bar(left, y - 7, max(right - left, 2), 14, f"{span.wait} {span.ended}", title)
            self._made.bars.append(bar)
            lasted = span_text(span.ends - span.begins) or "0s"
            text = lasted if right - left - 16 >= width(lasted, SMALL) else ""
            if text:
                self._made.labels.append(Label((left + right) / 2, y + 4, text, "within", "middle"))
            if span.ended in ("reached", "broken") and span.wait != "rest":
                self._made.marks.append(Mark(right, y, "done" if span.ended == "reached" else "stop", title))

    def _results(self) -> None:
        results = [event for event in self._events if event.kind in RESULTS]
        y = self._lane("Fires" if any(one.kind != "passed" for one in results) else "Doesn't fire", "name result")
        taken = Taken(self._shape.names, self._shape.width)
        for event in results:
            x = self._axis.x(event.time)
            taken.hold(x - 8, x + 8)
            mark = _MARKS.get(event.kind, event.kind)
            self._made.marks.append(Mark(x, y, mark, self._result(event)))  # type: ignore[arg-type]
            self._made.lines.append(Line(x, _HEAD - 4, x, y - 9, f"guide {mark}"))
        for moment, some in _by_time(results):
            x, text = self._axis.x(moment), _label(some)
            if not self._put(x, y, text, "outcome", taken):
                self._put(x, y, text, "outcome", taken, before=True)

    def _result(self, event: Event) -> str:
        what = _RESULT_TITLES[event.kind].format(event.name or "no channel")
        return f"{self._full(event.time)} {what}" + (f" for {event.detail}" if event.detail else "")

    def _times(self) -> None:
        """The axis: days, times, and how long the gaps between them are; what matters most has first choice."""
        left, right = self._shape.names, self._shape.width
        times, days, shown = Taken(left, right), Taken(left, right), list[int]()
        firsts = self._first_of_days()
        matter = [event.time for event in self._events if event.kind in RESULTS]
        for moment in dict.fromkeys([*matter, *firsts, *self._axis.moments]):
            if self._centred(moment, clock_text(moment, self._place), 30, "time", times):
                shown.append(moment)
        for moment, text in firsts.items():
            self._centred(moment, text, 14, "day", days)
        shown.sort()
        self._made.lines += [Line(self._axis.x(one), 36, self._axis.x(one), _HEAD - 6, "tick") for one in shown]
        self._made.lines.append(Line(self._axis.left, 44, self._axis.right, 44, "axis"))
        for before, after in pairwise(shown):
            self._gap(before, after)

    def _gap(self, before: int, after: int) -> None:
        text, left, right = span_text(after - before), self._axis.x(before), self._axis.x(after)
        if right - left >= width(text, SMALL) + 8:
            self._made.labels.append(Label((left + right) / 2, 55, text, "gap", "middle"))

    def _centred(self, moment: int, text: str, y: float, look: str, taken: Taken) -> bool:
        """A label at a moment, moved a little where it would leave the drawing; none where there is no room."""
        room, x = width(text, SIZE), self._axis.x(moment)
        begins = min(max(x - room / 2, self._shape.names), self._shape.width - room)
        if not taken.take(begins, begins + room):
            return False
        self._made.labels.append(Label(begins + room / 2, y, text, look, "middle"))
        return True

    def _first_of_days(self) -> dict[int, str]:
        """The first moment of each day, with the day's name; the year where it is new."""
        firsts: dict[int, str] = {}
        before = None
        for moment in self._axis.moments:
            day = wall_time(moment, self._place).date()
            if before is None or day != before:
                year = "" if before and before.year == day.year else f" {day.year}"
                firsts[moment] = f"{day_text(day)}{year}"
            before = day
        return firsts

    def _full(self, moment: int) -> str:
        return told_moment(moment, self._place)


def _label(events: Sequence[Event]) -> str:
    """What comes out at one moment: where it goes to, and how often where it is more than once."""
    several = f", {len(events)} times" if len(events) > 1 else ""
    match events[0].kind:
        case "passed":
            return f"held back{several}"
        case "missing":
            return f"expected{several}"
        case "held":
            return f"held: {events[0].name}{several}"
        case "waits":
            return f"waits{several}"
        case "revoked":
            return f"taken back{several}"
    return f"to {events[0].name}{several}" if events[0].name else f"noted{several}"


def _by_time(events: Sequence[Event]) -> list[tuple[int, list[Event]]]:
    """Events by their time; of several at one time what fires comes first, as it gives the label."""
    ordered = sorted(events, key=lambda event: (event.time, event.kind != "fired"))
    return [(moment, list(some)) for moment, some in groupby(ordered, key=lambda event: event.time)]


def _kept(events: Sequence[Event]) -> list[Event]:
    """Not too many to be drawn: the first ones, and what fires."""
    if len(events) <= MOST_EVENTS:
        return list(events)
    rest: Iterator[Event] = (event for event in events[MOST_EVENTS:] if event.kind in (*RESULTS, "end"))
    return [*events[:MOST_EVENTS], *rest][: MOST_EVENTS * 2]


_LEADING: Final = 15.0
_MOST_DETAIL: Final = 260.0
BOLD: Final = 1.1  # how much wider bold letters are
_LEAST: Final = 2  # letters worth showing
_ANCHORS: Final[dict[bool, Anchor]] = {False: "start", True: "end"}
_ENDS: Final = {
    "reached": "reached",
    "broken": "ended before it was reached",
    "renewed": "begun anew",
    "open": "still open at the end",
}
_RESULT_TITLES: Final = {
    "fired": "fires to {}",
    "surplus": "fires to {}, which its timeline doesn't expect",
    "passed": "comes true, but its “only if” isn't met: doesn't fire",
    "held": "fires, and is held back: {}",
    "waits": "fires, and waits for the end of the quiet hours of {}",
    "went": "goes to {}",
    "revoked": "is taken back from {}",
    "missing": "should fire to {}, by its timeline, and doesn't",
}
