"""Random small libraries and logs, as plain structures: few names and a small grid of times, so that edges happen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
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
    kind = draw(st.sampled_from(["count", "score", "sum", "mean", "min", "max", "distinct", "first", "last", "top"]))
    common = {"where": draw(st.none() | st.none() | maybe(touchpoint_conditions())), "per": draw(PER)}
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
def patterns(draw: st.DrawFn, declared: Tree, only: str | None) -> Tree:
    """A pattern with its `per`."""
    pattern = only or draw(st.sampled_from(["when", "follow", "silent"]))
    if pattern == "silent":
        return spelled({"silent": draw(DURATIONS), "of": draw(TYPES), "per": draw(PER)})
    if pattern == "follow":
        restart = draw(maybe(st.sampled_from(["first", "latest"])))
        return spelled({"follow": draw(steps()), "restart": restart, "per": draw(PER)})
    fields = sorted({feature["per"] for feature in declared.values() if "per" in feature})
    per = draw(st.sampled_from([None, *fields]))
    hold = draw(maybe(DURATIONS))
    condition = draw(conditions(declared, per, touchpoint=hold is None))
    return spelled({"when": condition, "hold": hold, "per": per})


@st.composite
def signals(draw: st.DrawFn, name: str, declared: Tree, only: str | None) -> Tree:
    pattern = draw(patterns(declared, only))
    asked = conditions(declared, pattern.get("per"), must_read_per=False, touchpoint=True)
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
    return {
        "library": {"name": "random", "format": 1, "late_by": draw(st.sampled_from(["3s", "10s", "1m"]))},
        "interactions": None,
        "features": declared,
        "channels": {"email": {}, "push": {}},
        "signals": [draw(signals(f"s{n}", declared, pattern)) for n in range(draw(st.integers(1, 3)))],
    }


# Logs

VALUES: SearchStrategy[Any] = st.sampled_from([0, 1, 2, "1", "p", True, None, [1], 1.5])
TOUCHPOINTS = st.fixed_dictionaries(
    {"type": st.sampled_from(NAMES)},
    optional={
        "product": st.sampled_from(["p", "q"]),
        "brand": st.sampled_from(["p", "u"]),
        "value": st.sampled_from([1, 2, -1, 0, 2.5, 0.1]),
        "attention": st.sampled_from([0.5, 1.0]),
        "channel": st.sampled_from(["web", "rep"]),
        "led_by": st.sampled_from(["customer", "rep"]),
        "properties": st.dictionaries(st.just("x"), VALUES, max_size=1),
    },
)
PROFILES = st.fixed_dictionaries(
    {
        "type": st.just("profile.updated"),
        "properties": st.dictionaries(st.sampled_from(["x", "y"]), VALUES, max_size=2),
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


# As files


def write_library(library: Tree, directory: Path) -> Path:
    """Writes a library to a folder as its YAML files, and gives the folder."""
    (directory / "signals").mkdir(parents=True, exist_ok=True)
    for name in ("library", "interactions", "features", "segments", "channels"):
        if library.get(name):
            write_yaml(directory / f"{name}.yaml", library[name])
    for signal in library["signals"]:
        write_yaml(directory / "signals" / f"{signal['signal']}.yaml", signal)
    return directory


def write_yaml(path: Path, tree: Tree) -> None:
    path.write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")
