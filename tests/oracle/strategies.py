"""Random small libraries and logs, as plain structures: few names and a small grid of times, so that edges happen."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle.conditions import conditions, touchpoint_conditions, weights

Tree = dict[str, Any]

ORIGIN = 1_767_607_200_000  # ms
SECOND = 1000
NAMES = ("a", "a", "a", "b", "b", "c.x", "c.y")  # few of them often, so that patterns come true
TYPES: SearchStrategy[Any] = st.one_of(
    st.sampled_from([*NAMES, "c.*", "*", "*", "profile.updated"]),
    st.lists(st.sampled_from(["a", "b", "c.x", "c.*"]), min_size=1, max_size=2, unique=True),
)
FIELDS = ("product", "brand", "value", "channel", "led_by", "properties.x", "time")
NUMBERS = ("value", "attention", "properties.x")
PER = st.sampled_from([None, None, None, "product", "brand", "properties.x"])
KINDS = ("count", "score", "sum", "mean", "min", "max", "distinct", "first", "last", "top", "trend", "last")
BANDS = st.sampled_from([None, 0.2, 0.5, 1])
DURATIONS = st.sampled_from(["1s", "2s", "3s", "5s", "10s"])
LONGER = st.sampled_from(["3s", "5s", "10s", "20s"])


def maybe(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.none() | strategy


def spelled(tree: Tree) -> Tree:
    """Without what isn't said."""
    return {name: value for name, value in tree.items() if value is not None}


# Features


@st.composite
def features(draw: st.DrawFn) -> Tree:
    kind = draw(st.sampled_from(KINDS))
    common = {"where": draw(st.none() | st.none() | maybe(touchpoint_conditions())), "per": draw(PER)}
    if kind == "trend":
        return spelled({"trend": draw(TYPES), "over": draw(LONGER), "band": draw(BANDS), **common})
    if kind == "score":
        keys = st.sampled_from(["a", "b", "c.x", "c.*", "*"])
        scores = draw(st.dictionaries(keys, weights(), min_size=1, max_size=3))
        return spelled({"score": scores, "half_life": draw(LONGER), **common})
    common["over"] = draw(maybe(LONGER))
    if kind == "count":
        return spelled({"count": draw(TYPES), **common})
    numbers = kind in {"sum", "mean", "min", "max"}
    subject = draw(st.sampled_from(NUMBERS if numbers else FIELDS))
    by = draw(maybe(st.sampled_from(NUMBERS))) if kind == "top" else None
    return spelled({kind: subject, "by": by, "of": draw(TYPES), **common})


# Signals

STEPS = st.fixed_dictionaries(
    {"type": TYPES},
    optional={
        "where": touchpoint_conditions(),
        "within": LONGER,
        "times": st.integers(1, 3),
        "same": st.lists(st.sampled_from(["product", "properties.x"]), min_size=1, max_size=2, unique=True),
    },
)
FIRST = st.one_of(st.sampled_from(NAMES), STEPS.map(lambda step: {k: v for k, v in step.items() if k != "within"}))
SILENCES = st.fixed_dictionaries({"without": TYPES, "for": DURATIONS})
BREAKS = st.fixed_dictionaries({"without": TYPES})


@st.composite
def steps(draw: st.DrawFn) -> list[Any]:
    """A run of one to four steps; before each but the first, breakers may stand."""
    chosen = [draw(FIRST)]
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.integers(0, 3)) == 3:
            chosen.append(draw(BREAKS))
        chosen.append(draw(st.one_of(st.sampled_from(NAMES), STEPS, SILENCES)))
    return chosen


@st.composite
def windows(draw: st.DrawFn) -> Tree:
    side = draw(st.sampled_from([{"ahead": "3s"}, {"ahead": "10s"}, {"ahead": "1d"}, {"after": "0d"}, {"after": "5s"}]))
    return spelled({"of": "profile.d", **side, "yearly": draw(st.sampled_from([None, None, True]))})


@st.composite
def patterns(draw: st.DrawFn, declared: Tree, segments: tuple[str, ...], only: str | None) -> Tree:
    """A pattern with its `per`."""
    pattern = only or draw(st.sampled_from(["when", "follow", "silent", "date"]))
    if pattern == "date":
        return {"date": draw(windows())}
    if pattern == "silent":
        return spelled({"silent": draw(DURATIONS), "of": draw(TYPES), "per": draw(PER)})
    if pattern == "follow":
        restart = draw(maybe(st.sampled_from(["first", "latest"])))
        return spelled({"follow": draw(steps()), "restart": restart, "per": draw(PER)})
    fields = sorted({feature["per"] for feature in declared.values() if "per" in feature})
    per = draw(st.sampled_from([None, *fields]))
    hold = draw(maybe(DURATIONS))
    condition = draw(conditions(declared, per, touchpoint=hold is None, segments=segments))
    return spelled({"when": condition, "hold": hold, "per": per})


@st.composite
def signals(
    draw: st.DrawFn, name: str, declared: Tree, segments: tuple[str, ...], before: list[str], only: str | None
) -> Tree:
    """A signal; `before` are those whose firings it may read."""
    pattern = draw(patterns(declared, segments, only))
    if before and "follow" in pattern and draw(st.booleans()):
        place = draw(st.integers(0, len(pattern["follow"]) - 1))
        if not (isinstance(pattern["follow"][place], dict) and "without" in pattern["follow"][place]):
            pattern["follow"][place] = draw(firings_of(before))
    asked = conditions(declared, pattern.get("per"), must_read_per=False, touchpoint=True, segments=segments)
    then = spelled(
        {
            "channel": draw(st.sampled_from(["email", "push", "email", None])),
            "expires": draw(maybe(LONGER)),
            "carry": draw(
                maybe(st.fixed_dictionaries({"it": st.sampled_from(readable(declared, pattern.get("per")))}))
            ),
        }
    )
    return spelled(
        {
            "signal": name,
            "owner": "tests",
            "reason": "A random one.",
            "status": draw(st.sampled_from(["live"] * 9 + ["shadow", "draft"])),
            "value": draw(st.sampled_from([1.0, 2.0])),
            **pattern,
            "if": draw(st.none() | maybe(asked)),
            "again": draw(maybe(LONGER)),
            "then": then,
        }
    )


@st.composite
def firings_of(draw: st.DrawFn, names: list[str]) -> Tree:
    """A step that reads the firings of some signals."""
    return {"type": "signal.fired", "where": draw(which(names))}


@st.composite
def which(draw: st.DrawFn, names: list[str]) -> str:
    """A `where` that says which signals are meant."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    said = f"properties.signal == '{chosen[0]}'" if len(chosen) == 1 else f"properties.signal in {chosen}"
    return said + draw(st.sampled_from(["", "", " and product != 'q'"]))


@st.composite
def counts_of_firings(draw: st.DrawFn, name: str) -> Tree:
    """A feature over the firings of a signal."""
    common = {"where": draw(which([name])), "per": draw(PER)}
    return draw(
        st.sampled_from(
            [
                spelled({"count": "signal.fired", "over": draw(maybe(LONGER)), **common}),
                spelled({"score": {"signal.fired": 1}, "half_life": "3s", **common}),
                spelled({"last": "time", "of": "signal.fired", **common}),
            ]
        )
    )


def readable(declared: Tree, per: str | None) -> list[str]:
    """What `carry` may name."""
    own = [name for name, feature in declared.items() if feature.get("per") in {None, per} and not is_time(feature)]
    return ["profile.x", "touchpoint.value", *own]


def is_time(feature: Tree) -> bool:
    return "time" in feature.values()


@st.composite
def libraries(draw: st.DrawFn, pattern: str | None = None) -> Tree:
    """Libraries, all signals of one pattern where that is said."""
    declared = {f"f{n}": draw(features()) for n in range(draw(st.integers(1, 4)))}
    segments = draw(segments_over(declared))
    made, firings = [], {}
    for n in range(draw(st.integers(1, 3))):
        before = [signal["signal"] for signal in made]
        made.append(draw(signals(f"s{n}", declared | firings, tuple(segments), before, pattern)))
        if draw(st.booleans()):
            firings[f"g{n}"] = draw(counts_of_firings(f"s{n}"))
    return {
        "library": {"name": "random", "format": 1, **draw(lateness())},
        "interactions": draw(catalogues()),
        "features": declared | firings,
        "segments": segments,
        "channels": {"email": {}, "push": {}},
        "signals": made,
    }


@st.composite
def segments_over(draw: st.DrawFn, declared: Tree) -> Tree:
    """None, or two of which the second may read the first."""
    if draw(st.integers(0, 2)) < 2:
        return {}
    first = draw(conditions(declared, None, touchpoint=False))
    return {"one": first, "two": draw(conditions(declared, None, touchpoint=False, segments=("one",)))}


@st.composite
def lateness(draw: st.DrawFn) -> Tree:
    sources = {"slow": {"late_by": "20s"}, "fast": {"late_by": "1s"}}
    return spelled(
        {
            "late_by": draw(st.sampled_from(["3s", "10s", "1m"])),
            "sources": draw(st.sampled_from([None, sources])),
            "forget_after": draw(st.sampled_from([None, None, None, "3s", "8s"])),
        }
    )


@st.composite
def catalogues(draw: st.DrawFn) -> Tree | None:
    """None, or one of all types that `strategies` and `busy` draw, some of them long on their way."""
    late = st.sampled_from([{}, {}, {"latency": "1s"}, {"latency": "3s"}])
    if draw(st.integers(0, 2)) < 2:
        return None
    return {name: draw(late) for name in ("a", "b", "c", "c.x", "c.y")}


# Logs

VALUES: SearchStrategy[Any] = st.sampled_from([0, 1, 2, "1", "p", True, None, [1], 1.5])
ZONES = ("Europe/Brussels", "Pacific/Kiritimati", "Mars", None)
MOMENTS: SearchStrategy[Any] = st.one_of(
    st.integers(-5, 90).map(lambda second: ORIGIN + second * SECOND),
    st.sampled_from(["2026-01-05T10:00:10Z", "2026-01-05 10:00:20.5", "2026-01-05", "2026-01-06", "2025-01-05", None]),
)
TOUCHPOINTS = st.fixed_dictionaries(
    {"type": st.sampled_from(NAMES)},
    optional={
        "product": st.sampled_from(["p", "q"]),
        "brand": st.sampled_from(["p", "u"]),
        "value": st.sampled_from([1, 2, -1, 0, 2.5, 0.1]),
        "attention": st.sampled_from([0.5, 1.0]),
        "channel": st.sampled_from(["web", "rep"]),
        "led_by": st.sampled_from(["customer", "rep"]),
        "source": st.sampled_from(["slow", "fast", "other"]),
        "properties": st.dictionaries(st.just("x"), VALUES, max_size=1),
    },
)
PROFILES = st.fixed_dictionaries(
    {
        "type": st.just("profile.updated"),
        "properties": st.fixed_dictionaries(
            {},
            optional={
                "x": VALUES,
                "y": VALUES,
                "d": MOMENTS,
                "time_zone": st.sampled_from(ZONES),
                "$add": st.sampled_from([{"x": 1}, {"x": -1, "y": 0.5}, {"x": 1}, {"x": 0}, {}]),
            },
        ),
    }
)
BACK = st.sampled_from([0, 0, 0, 0, 0, 0, 1, 2, 3, 5, 10, 13, 20, -2])
OFF_GRID = st.sampled_from([0, 0, 0, 0, 1, -1])  # ms beside the grid, so that edges are missed by one too


@st.composite
def events(draw: st.DrawFn) -> Tree:
    """What happens: `after` seconds since the one before, and how far `back` (ms) its own time lies."""
    what = draw(st.one_of(TOUCHPOINTS, TOUCHPOINTS, TOUCHPOINTS, PROFILES, st.just({"type": "clock.tick"})))
    after = draw(st.sampled_from([0, 0, 1, 1, 2, 3, 5, 10, 20]))
    back = draw(BACK) * SECOND + draw(OFF_GRID)
    customer = draw(st.sampled_from(["k", "k", "k", "l", "m"]))
    doubles = draw(st.sampled_from([None, None, None, None, None, None, 1, 2]))
    return {**what, "after": after, "back": back, "customer": customer, "doubles": doubles}


def log_of(happened: list[Tree]) -> list[Tree]:
    """The records of a log from what happened."""
    now, log = ORIGIN, []
    for place, event in enumerate(happened):
        now += event["after"] * SECOND
        fields = {name: value for name, value in event.items() if name not in {"after", "back", "customer", "doubles"}}
        log.append({**fields, "time": now - event["back"], "_append": now})
        if event["type"] == "clock.tick":
            log[-1]["time"] = min(now, now - event["back"])
        else:
            log[-1] |= {"id": str(max(0, place - (event["doubles"] or 0))), "customer": event["customer"]}
    return log


def logs(largest: int = 40) -> SearchStrategy[list[Tree]]:
    """Logs up to that long; half of them are long, for hypothesis by itself draws short lists."""
    least = st.sampled_from([0, largest // 4, largest // 2, largest * 3 // 4])
    return least.flatmap(lambda size: st.lists(events(), min_size=size, max_size=largest)).map(log_of)
