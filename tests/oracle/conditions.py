"""Random expressions over features, profile and touchpoint, well-typed as far as types are known."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Texts = SearchStrategy[str]

ORDERS = ("<", "<=", ">", ">=")
NUMBERS = st.sampled_from(["1", "2", "0", "3", "1.5", "-1", "1", "2"])
KEYS = {"product": "p", "brand": "u", "properties.x": "1"}
TEXT_FIELDS = {"product", "brand", "channel", "led_by"}


def touchpoint_conditions() -> Texts:
    """For `where`: over the touchpoint's own fields."""
    return st.sampled_from(
        [
            "led_by == 'customer'",
            "value > 1",
            "value != 1",
            "not value",
            "properties.x == 1",
            "properties.x != 1",
            "properties.x",
            "product in ['p', 'r']",
            "product not in ['p', 'r']",
            "exists(brand) and brand == product",
            "channel == 'web' or value + 1 >= 3",
            "product if value else brand",
            "0 < value <= 2",
            "'p' in properties.x",
            "startswith(type, 'c.')",
            "hours_since(properties.x) > 1",
            "hours_since(time) == 0 and days_since('2026-01-04') == 1",
        ]
    )


def weights() -> SearchStrategy[Any]:
    return st.sampled_from([1, 2, 3, 0.5, -1, "value", "2 * attention", "value * attention", "properties.x", "-value"])


def numeric(feature: dict[str, Any]) -> bool:
    """Whether it reads as a number, or as nothing."""
    if "score" in feature or "trend" in feature:
        return False
    if "count" in feature or "distinct" in feature:
        return True
    return any(feature.get(kind) for kind in ("sum", "mean", "min", "max")) or ranked(feature) == "value"


def ranked(feature: dict[str, Any]) -> str | None:
    """The field of a first, last or top."""
    return next((feature[kind] for kind in ("first", "last", "top") if kind in feature), None)


def named(declared: dict[str, Any], per: str | None) -> dict[str, dict[str, Any]]:
    """How each feature is read by a signal with that `per`."""
    return {
        (f"{name}['{KEYS[feature['per']]}']" if feature.get("per") not in {None, per} else name): feature
        for name, feature in declared.items()
    }


@st.composite
def scored(draw: st.DrawFn, name: str, still: Texts) -> str:
    """A score, times and plus numbers, against what stands still."""
    moving = draw(st.sampled_from([name, name, f"2 * {name} + 1", f"{name} * -1", f"3 + {name}", f"-{name}"]))
    sides = [moving, draw(still)]
    return f" {draw(st.sampled_from(ORDERS))} ".join(sides if draw(st.booleans()) else sides[::-1])


def is_moment(feature: dict[str, Any]) -> bool:
    """Whether it is a time that stands still between touchpoints."""
    return ranked(feature) == "time" and "over" not in feature


def clocks(moments: Texts) -> Texts:
    """What moves by itself as the time since a moment grows, in seconds."""
    shapes = [
        "hours_since({0}) * 3600",
        "days_since({0}) * 86400",
        "days_until({0}) * 86400",
        "-hours_since({0}) * 3600",
        "5 - 3600 * hours_since({0})",
    ]
    return st.builds(str.format, st.sampled_from(shapes), moments)


def whole_days(numbers: list[int]) -> Texts:
    functions = st.sampled_from(["days_since(profile.d)", "days_until(profile.d)"])
    return st.tuples(functions, st.sampled_from(["==", "!="]), st.sampled_from(numbers).map(str)).map(" ".join)


@st.composite
def clocked(draw: st.DrawFn, moments: Texts, still: Texts) -> str:
    """A time that grows, against what stands still."""
    sides = [draw(clocks(moments)), draw(st.one_of(st.sampled_from(["0", "1", "3", "5", "-2", "2.5"]), still))]
    return f" {draw(st.sampled_from(ORDERS))} ".join(sides if draw(st.booleans()) else sides[::-1])


def trends(name: str) -> Texts:
    return st.sampled_from(
        [f"{name} == 'rising'", f"{name} == 'falling'", f"{name} != 'steady'", f"{name} in ['steady', 'falling']"]
    )


def still_numbers(names: list[str], *, touchpoint: bool) -> Texts:
    """Numbers that stand still between touchpoints but for windows."""
    leaves = [*names, "profile.x", *(["touchpoint.value"] if touchpoint else [])]
    leaf = st.one_of(NUMBERS, st.sampled_from(leaves), NUMBERS)
    two = st.tuples(leaf, leaf.filter(lambda text: text != "0"))  # a plain division by 0 is refused
    return st.one_of(
        leaf,
        leaf,
        st.tuples(two, st.sampled_from("+-*/%")).map(lambda made: f"({made[0][0]} {made[1]} {made[0][1]})"),
        two.map(lambda sides: f"min({sides[0]}, {sides[1]})"),
        two.map(lambda sides: f"share({sides[0]}, {sides[1]})"),
        two.map(lambda sides: f"({sides[0]} if exists({sides[1]}) else {sides[1]})"),
    )


def texts_of(name: str, field: str | None) -> Texts:
    """Conditions on a first, last or top."""
    if field in TEXT_FIELDS:
        return st.sampled_from(
            [f"{name} == 'p'", f"{name} != 'p'", f"{name} in ['p', 'web', 'rep']", f"exists({name})"]
        )
    if field == "time":
        return st.sampled_from([f"{name} >= 1767607205000", f"exists({name})", f"{name} % 2000 == 0"])
    return st.sampled_from([f"{name} == 1", f"{name} != '1'", f"{name} in [1, 'p']", f"not {name}", f"{name}"])


@st.composite
def comparisons(
    draw: st.DrawFn, names: dict[str, dict[str, Any]], *, touchpoint: bool, segments: tuple[str, ...]
) -> str:
    still = still_numbers([name for name, feature in names.items() if numeric(feature)], touchpoint=touchpoint)
    fixed = st.sampled_from(["profile.x", *(name for name, one in names.items() if numeric(one) and "over" not in one)])
    kinds: list[Texts] = [
        st.tuples(still, st.sampled_from([*ORDERS, "==", "!="]), still).map(" ".join),
        st.sampled_from(["profile.x == 1", "profile.x != 1", "profile.x", "not profile.y", "exists(profile.x)"]),
    ]
    times = [name for name, feature in names.items() if is_moment(feature)]
    kinds += [clocked(st.sampled_from(["profile.d", "'2026-01-05T10:00:09Z'", *times]), fixed)] * 2
    kinds.append(whole_days([0, 1]))
    kinds += [st.sampled_from([f"segment.{name}" for name in segments])] * 2 if segments else []
    for name, feature in names.items():
        if "trend" in feature:
            kinds += [trends(name)] * 3
        elif "score" in feature:
            kinds += [scored(name, st.one_of(NUMBERS, NUMBERS, fixed))] * 3
        elif numeric(feature):
            kinds += [st.tuples(st.just(name), st.sampled_from([*ORDERS, "=="]), NUMBERS).map(" ".join)] * 3
        else:
            kinds += [texts_of(name, ranked(feature))] * 2
    if touchpoint:
        kinds.append(st.sampled_from(["touchpoint.value > 1", "touchpoint.type == 'a'", "exists(touchpoint.product)"]))
    return draw(st.one_of(kinds))


@st.composite
def conditions(
    draw: st.DrawFn,
    declared: dict[str, Any],
    per: str | None,
    *,
    touchpoint: bool,
    must_read_per: bool = True,
    segments: tuple[str, ...] = (),
) -> str:
    """A condition of one to three comparisons. With `per`, one of them reads a feature kept per that field."""
    names = named(declared, per)
    one = comparisons(names, touchpoint=touchpoint, segments=segments)
    parts = [draw(one) for _ in range(draw(st.sampled_from([1, 1, 2, 3])))]
    if per is not None and must_read_per:
        own = {name: feature for name, feature in names.items() if feature.get("per") == per}
        name = draw(st.sampled_from(sorted(own)))
        parts[0] = draw(own_comparisons(name, own[name]))
        if len(parts) > 1 and len(own) > 1 and draw(st.booleans()):
            other = draw(st.sampled_from(sorted(own)))
            parts[1] = draw(own_comparisons(other, own[other]))
    return draw(joined(parts))


def own_comparisons(name: str, feature: dict[str, Any]) -> Texts:
    if "trend" in feature:
        return trends(name)
    if "score" in feature:
        return scored(name, NUMBERS)
    if is_moment(feature):
        return st.one_of(clocked(st.just(name), NUMBERS), texts_of(name, "time"))
    if numeric(feature):
        return st.tuples(st.just(name), st.sampled_from([*ORDERS, "=="]), NUMBERS).map(" ".join)
    return texts_of(name, ranked(feature))


@st.composite
def joined(draw: st.DrawFn, parts: list[str]) -> str:
    condition = parts[0]
    for part in parts[1:]:
        shape = draw(st.sampled_from(["{0} and {1}", "{0} or {1}", "{0} and not ({1})", "({0} if {1} else {0})"]))
        shape = "({0}) and ({1})" if shape.startswith("(") and draw(st.booleans()) else shape
        condition = shape.format(f"({condition})", part)
    return f"not ({condition})" if draw(st.integers(0, 5)) == 5 else condition
