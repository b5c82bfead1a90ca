"""Drawn timelines: what is waited for, when it begins and ends, and labels that have room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rules import Rig, load_library
from rules.docs.drawing import NARROW, WIDE, Happening, Picture, Shape, Wording, draw, happening, told_moment
from rules.docs.drawing.axis import Axis
from rules.docs.drawing.draw import SIZE, SMALL
from rules.docs.drawing.lettering import fitted, width
from rules.docs.uses import Uses
from tests.rules.docs.sites import PACKS
from tests.rules.libraries import written

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_767_607_200_000  # 2026-01-05 10:00 UTC
UTC = ZoneInfo("UTC")
WORDING = Wording(lambda name: name, lambda span: f"{span.wait} {span.what}")
FEATURES = "views: {count: view, over: 1h}\nmodules: {count: view, over: 1h, per: module}\n"


def happened(folder: Path, signal: str, timeline: str, others: dict[str, str] | None = None) -> Happening:
    """What comes of a timeline of one signal, named `x`."""
    head = "signal: x\nstatus: live\n"
    files = {"features.yaml": FEATURES, "signals/x.yaml": head + signal, "signals/x.test.yaml": timeline}
    library = load_library(written(folder, {**files, **(others or {})}))
    rig = Rig(library)
    through = Uses(rig.relations).through(rig.relations.signals["x"])
    return happening(rig, library.timelines[0], through.fired, through.fields)


def timeline_of(*steps: str, until: str = "1h", fires: str = "[]") -> str:
    at = ", ".join(f'{{at: "2026-01-05 {step}}}' for step in steps)
    return f"- name: t\n  timeline: [{at}]\n  until: {until}\n  fires: {fires}\n"


SILENCE = "follow: [a, {without: b, for: 1h}]\n"


@pytest.mark.parametrize(
    ("signal", "timeline", "spans"),
    [
        (SILENCE, ['10:00", type: a'], [("silence", 1, 0, 60, "reached")]),
        (SILENCE, ['10:00", type: a', '10:40", type: b'], [("silence", 1, 0, 40, "broken")]),
        (SILENCE, ['10:00", type: a', '10:40", type: a'], [("silence", 1, 0, 60, "reached")]),
        (
            SILENCE + "restart: latest\n",
            ['10:00", type: a', '10:40", type: a'],
            [("silence", 1, 0, 40, "renewed"), ("silence", 1, 40, 100, "reached")],
        ),
        (SILENCE, ['10:00", type: a', '10:10", type: z'], [("silence", 1, 0, 60, "reached")]),
        (
            "follow: [a, {without: b, for: 10m}, {without: c, for: 20m}]\n",
            ['10:00", type: a'],
            [("silence", 1, 0, 10, "reached"), ("silence", 2, 10, 30, "reached")],
        ),
        ("silent: 30m\nof: a\n", ['10:00", type: a'], [("silence", 0, 0, 30, "reached")]),
        ("silent: 2h\nof: a\n", ['10:00", type: a'], [("silence", 0, 0, 60, "open")]),
        (
            "silent: 30m\nof: a\n",
            ['10:00", type: a', '10:20", type: a'],
            [("silence", 0, 0, 20, "renewed"), ("silence", 0, 20, 50, "reached")],
        ),
        ("when: views >= 2\n", ['10:00", type: view', '10:20", type: view'], [("true", 0, 20, 60, "broken")]),
        (
            "when: views >= 1\nhold: 30m\n",
            ['10:00", type: view'],
            [("hold", 0, 0, 30, "reached"), ("true", 0, 30, 60, "broken")],
        ),
        (
            "when: modules >= 1\nper: module\n",
            ['10:00", type: view, module: m', '10:20", type: view, module: n'],
            [("true", 0, 0, 60, "broken"), ("true", 0, 20, 80, "broken")],
        ),
    ],
)
def test_what_is_waited_for(
    signal: str, timeline: list[str], spans: list[tuple[str, int, int, int, str]], tmp_path: Path
) -> None:
    found = happened(tmp_path, signal, timeline_of(*timeline)).spans
    assert [
        (span.wait, span.what, (span.begins - START) // MINUTE, (span.ends - START) // MINUTE, span.ended)
        for span in found
    ] == spans


def test_a_window_about_a_date(tmp_path: Path) -> None:
    timeline = """
        - name: t
          profile: {ends: "2026-01-08"}
          timeline: [{at: "2026-01-05 10:00", type: a}]
          until: 5d
          fires: [{at: "2026-01-06 00:00"}]
    """
    found = happened(tmp_path, "date: {of: profile.ends, ahead: 2d}\n", timeline)
    (window,) = found.spans
    assert (window.wait, window.begins - START, window.ends - START, window.ended) == (
        "window",
        14 * HOUR,
        14 * HOUR + 2 * DAY,
        "reached",
    )
    assert found.passed


def test_rests_are_shown_where_something_falls_in_them(tmp_path: Path) -> None:
    signal = SILENCE + "again: 3h\n"
    found = happened(tmp_path / "a", signal, timeline_of('10:00", type: a', '12:00", type: a', until="2h"))
    assert [(one.wait, one.begins - START, one.ends - START, one.ended) for one in found.rests] == [
        ("rest", HOUR, 4 * HOUR, "reached")
    ]
    assert happened(tmp_path / "b", signal, timeline_of('10:00", type: a', until="5h")).rests == ()


def test_a_late_touchpoint_and_a_firing_held_back(tmp_path: Path) -> None:
    signal = SILENCE + "if: profile.consent\n"
    found = happened(tmp_path, signal, timeline_of('10:00", type: a', '10:30", type: z', '10:20", type: z', until="2h"))
    assert [event.kind for event in found.events] == ["touchpoint", "late", "touchpoint", "passed", "end"]
    assert (found.firings, found.passed) == (0, True)


def test_firings_that_are_read_are_events(tmp_path: Path) -> None:
    other = "signal: y\nstatus: live\nwhen: views >= 1\n"
    signal = "follow: [{type: signal.fired, where: properties.signal == 'y'}, {without: b, for: 10m}]\n"
    found = happened(tmp_path, signal, timeline_of('10:00", type: view'), {"signals/y.yaml": other})
    assert [(event.kind, event.name) for event in found.events if event.kind == "chain"] == [("chain", "y")]


def test_what_a_signal_looks_at_stands_beside_a_touchpoint(tmp_path: Path) -> None:
    signal = "follow: [{type: a, where: properties.size == 'XL'}, {without: b, for: 1h}]\n"
    line = '10:00", type: a, product: tent, properties: {size: XL, deep: {er: [1, true, null]}}'
    first = happened(tmp_path, signal, timeline_of(line)).events[0]
    assert first.detail == "product: tent, size: XL, er: 1, true, none"
    assert first.matters == "XL"


def boxes(picture: Picture) -> Iterator[tuple[float, float, float, float, str]]:
    for label in picture.labels:
        size = SMALL if label.look in ("detail", "gap", "within") else SIZE
        room = width(label.text, size)
        left = label.x - {"start": 0.0, "middle": room / 2, "end": room}[label.anchor]
        yield left, label.y - 9, left + room, label.y + 2, label.text


@pytest.mark.parametrize("shape", [WIDE, NARROW])
@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_labels_have_room(pack: Path, shape: Shape) -> None:
    """By the widths that they were placed by; `test_in_browser` asks a browser."""
    rig = Rig(load_library(pack))
    uses = Uses(rig.relations)
    for timeline in rig.library.timelines:
        through = uses.through(rig.relations.signals[timeline.signal])
        picture = draw(happening(rig, timeline, through.fired, through.fields), shape, WORDING, UTC)
        placed = list(boxes(picture))
        for at, (left, top, right, bottom, text) in enumerate(placed):
            assert left >= -0.5, (timeline.name, text)
            assert right <= picture.width + 0.5, (timeline.name, text)
            assert 0 <= top < bottom <= picture.height, (timeline.name, text)
            for other in placed[at + 1 :]:
                apart = right <= other[0] + 0.5 or other[2] <= left + 0.5 or bottom <= other[1] or other[3] <= top
                assert apart, (timeline.name, text, other[4])


def test_very_many_touchpoints_are_drawn_in_bounds(tmp_path: Path) -> None:
    steps = "".join(f'    - {{after: 1m, type: view, product: "{number}"}}\n' for number in range(999))
    timeline = f'- name: t\n  timeline:\n    - {{at: "2026-01-05 10:00", type: view}}\n{steps}  fires: []\n'
    found = happened(tmp_path, "silent: 2h\nof: view\n", timeline)
    picture = draw(found, NARROW, WORDING, UTC)
    assert len(picture.marks) + len(picture.bars) + len(picture.labels) < 1_500
    assert all(0 <= mark.x <= picture.width for mark in picture.marks)


def test_an_axis_keeps_the_order_and_the_bounds() -> None:
    moments = [0, 1, 60_000, 10**10, 10**12]
    axis = Axis(reversed(moments), 100, 300)
    places = [axis.x(moment) for moment in moments]
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (100, 300)
    assert Axis([5], 100, 300).x(5) == 100


@pytest.mark.parametrize(("room", "said"), [(1_000, "product"), (42, "produ…"), (17, "p…"), (2, "")])
def test_text_is_cut_to_its_room(room: float, said: str) -> None:
    assert fitted("product", room, 10) == said
    assert width(fitted("product", room, 10), 10) <= room


def test_moments_are_those_of_the_zone() -> None:
    assert told_moment(START, ZoneInfo("Europe/Brussels")) == "Mon 5 Jan 2026, 11:00"
    assert told_moment(START + 1_500, UTC) == "Mon 5 Jan 2026, 10:00:01.500"
    assert told_moment(START + 1_000, UTC) == "Mon 5 Jan 2026, 10:00:01"
