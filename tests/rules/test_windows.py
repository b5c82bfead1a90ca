"""Windows of many touchpoints against all that ever came: exact to 1,024, beyond as wrong as is written, no more."""

from __future__ import annotations

import random
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import fsum
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from rules.bound import MAX_STATE
from rules.features.accumulator import Accumulator
from rules.features.buckets import EXACT, buckets_of
from rules.features.cells import CELLS
from rules.features.counting import CountOver, Distinct
from rules.features.extremes import ExtremeOver
from rules.features.latest import FirstOver
from rules.features.ranking import TopEver, TopOver
from rules.features.totals import TotalOver
from rules.features.trend import Trend
from rules.features.values import digest
from rules.state import decode_state
from tests.rules.driving import decoded, drive, plan_of

OVER: Final = 1_000_000
WIDEST: Final = 2 * OVER // CELLS  # of a cell, where there is one kind of rows
BOUND: Final = 48 * 1024  # bytes: what a state may weigh
LATE_BY: Final = OVER // 3

Number = Callable[[random.Random, int], float]


class Taken(NamedTuple):
    time: int
    order: int
    value: Any
    late: bool


class Look(NamedTuple):
    """What was kept at a moment, and all that has been taken by then, by time and then log order."""

    part: Any
    now: int
    taken: list[Taken]

    def window(self, over: int = OVER, at: int | None = None) -> list[Taken]:
        """What lies in (at - over, at]."""
        now = self.now if at is None else at
        first = bisect_right(self.taken, now - over, key=lambda one: one.time)
        return [one for one in self.taken[first:] if one.time <= now]


class Rhythm(NamedTuple):
    """How touchpoints come: ``gap`` says how much later (ms) the next is, ``late`` what share of them is late."""

    name: str
    gap: Callable[[random.Random, int], int]
    late: float


RHYTHMS: Final = [
    Rhythm("even", lambda _chance, _order: 60, 0.0),
    Rhythm("same", lambda _chance, order: 5_000 if order % 400 == 0 else 0, 0.0),
    Rhythm("bursts", lambda chance, order: chance.choice((0, 1, 2)) if order // 3_000 % 2 else 150, 0.0),
    Rhythm("late", lambda chance, _order: chance.randrange(120), 0.2),
    Rhythm("far apart", lambda chance, _order: int(1.1 ** chance.randrange(95)), 0.05),
]
MANY: Final = [pytest.param(rhythm, id=rhythm.name) for rhythm in RHYTHMS]


def looks(
    accumulator: Accumulator, rhythm: Rhythm, value: Callable[[random.Random, int], Any], touchpoints: int = 12_000
) -> Iterator[Look]:
    """Some moments of a life, in which what is kept is encoded and decoded now and then."""
    chance = random.Random(f"{rhythm.name} {touchpoints}")
    now, part, taken = 1_700_000_000_000, None, list[Taken]()
    for order in range(touchpoints):
        is_late = chance.random() < rhythm.late
        now += 0 if is_late else rhythm.gap(chance, order)
        one = Taken(now - chance.randrange(LATE_BY) if is_late else now, order, value(chance, order), is_late)
        insort(taken, one, key=lambda taken: taken[:2])
        part = accumulator.add(part, one.value, one.time, now)
        if chance.random() < 0.1:
            part = again(part)
        if chance.random() < 0.003:
            yield Look(part, now, taken)
            yield Look(part, now + chance.randrange(OVER), taken)


def again(part: Any) -> Any:
    """As state gives it back."""
    raw = encoded(part)
    assert len(raw) < BOUND
    return msgspec.msgpack.decode(raw, type=Any, strict=False)


def encoded(part: Any) -> bytes:
    return msgspec.msgpack.encode(part)


class Slack(NamedTuple):
    """How wrong a count, and a sum, may be: 1 % and half of what went late into the bucket at the edge."""

    touchpoints: float
    weight: float


def slack(look: Look, buckets: Any, over: int = OVER, exact: int = EXACT) -> Slack:
    window = look.window(over)
    if len(window) <= exact:
        return Slack(0, 1e-6)
    edge = look.now - over
    spans = [(one.since, one.until) for one in buckets_of(buckets) if one.since <= edge < one.until]
    assert len(spans) <= 1
    late = [abs(one.value) for since, until in spans for one in look.taken if one.late and since < one.time < until]
    everything = sum(abs(one.value) for one in window)
    return Slack(len(window) / 100 + len(late) / 2, everything / 100 + sum(late) / 2 + 1e-6)


def stands_still_between(accumulator: Accumulator, look: Look, moments: int = 12) -> None:
    """What time alone changes, it changes at the moments that are told, and else never."""
    told = sorted({look.now, *accumulator.changes(look.part, look.now)})
    assert told[0] == look.now
    chance = random.Random(look.now)
    for before, after in chance.sample(list(pairwise(told)), min(moments, len(told) - 1)):
        assert accumulator.read(look.part, before) == accumulator.read(look.part, after - 1)
    assert accumulator.read(look.part, told[-1]) == accumulator.read(look.part, told[-1] + 10 * OVER)


def one(_chance: random.Random, _order: int) -> float:
    return 1


def mixed(chance: random.Random, order: int) -> float:
    return chance.gauss(0, 10) if order % 1_000 < 900 else 0


def of_all_sizes(chance: random.Random, _order: int) -> float:
    return chance.paretovariate(1.1)


NUMBERS: Final = [pytest.param(number, id=number.__name__) for number in (one, mixed, of_all_sizes)]


@pytest.mark.parametrize("rhythm", MANY)
def test_count(rhythm: Rhythm) -> None:
    count, largest = CountOver(OVER), 0
    for look in looks(count, rhythm, one, 20_000):
        truth = len(look.window())
        buckets = look.part[0] if isinstance(look.part[0], list) else []
        assert abs(count.read(look.part, look.now) - truth) <= slack(look, buckets).touchpoints
        stands_still_between(count, look)
        largest = max(largest, truth)
    assert largest > EXACT


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("rhythm", MANY)
def test_sum_and_mean(rhythm: Rhythm, number: Number) -> None:
    total, mean = TotalOver(OVER, mean=False), TotalOver(OVER, mean=True)
    for look in looks(total, rhythm, number):
        window = look.window()
        truth = fsum(one.value for one in window)
        allowed = slack(look, look.part[2] if len(look.part) > 2 else [])
        assert abs((total.read(look.part, look.now) or 0.0) - truth) <= allowed.weight
        found = mean.read(look.part, look.now)
        if window:
            assert found is not None
            few = len(window) - allowed.touchpoints
            off = (allowed.weight + abs(truth) / len(window) * allowed.touchpoints) / few
            assert abs(found - truth / len(window)) <= off
        else:
            assert found is None
        stands_still_between(mean, look)


@pytest.mark.parametrize("rhythm", MANY)
def test_trend(rhythm: Rhythm) -> None:
    trend = Trend(OVER, 0.2)
    for look in looks(trend, rhythm, one):
        buckets = look.part[0] if isinstance(look.part[0], list) else []
        latest, both = len(look.window()), len(look.window(2 * OVER))
        small = latest <= EXACT and both - latest <= EXACT
        off = 0 if small else slack(look, buckets, exact=2 * EXACT).touchpoints
        far = 0 if small else off + slack(look, buckets, 2 * OVER, 2 * EXACT).touchpoints
        before, band = both - latest, Fraction(1, 5)
        found = trend.read(look.part, look.now)
        if found == "rising":
            assert latest + off > (1 + band) * (before - far)
        elif found == "falling":
            assert (1 - band) * (before + far) > latest - off
        else:
            assert latest - off <= (1 + band) * (before + far)
            assert (1 - band) * (before - far) <= latest + off
        stands_still_between(trend, look)


@pytest.mark.parametrize("smallest", [False, True], ids=["max", "min"])
@pytest.mark.parametrize("rhythm", MANY)
def test_extremes(rhythm: Rhythm, smallest: bool) -> None:
    def fading(chance: random.Random, order: int) -> float:
        """Nearly each can become the extreme once those before it have left."""
        return (order - chance.random() * 3) * (1 if smallest else -1)

    extreme, best = ExtremeOver(OVER, smallest), min if smallest else max
    for look in looks(extreme, rhythm, fading):
        window, longer = look.window(), look.window(OVER + WIDEST)
        found = extreme.read(look.part, look.now)
        if len(window) <= EXACT:
            assert found == best((one.value for one in window), default=None)
        else:
            assert found in {one.value for one in longer}
            assert all(best(found, one.value) == found for one in window)
        stands_still_between(extreme, look)


@pytest.mark.parametrize("rhythm", MANY)
def test_first(rhythm: Rhythm) -> None:
    first = FirstOver(OVER)
    for look in looks(first, rhythm, lambda _chance, order: order):
        window = look.window()
        found = first.read(look.part, look.now)
        if len(window) <= EXACT:
            assert found == (window[0].value if window else None)
        else:
            assert found in {one.value for one in window if one.time <= window[0].time + WIDEST}
        stands_still_between(first, look)


@pytest.mark.parametrize("rhythm", MANY)
def test_top_in_a_window(rhythm: Rhythm) -> None:
    values = 10

    def ranked(chance: random.Random, order: int) -> tuple[str, float]:
        return str(int(chance.triangular(0, values, order % values))), chance.random()

    top = TopOver(OVER)
    for look in looks(top, rhythm, ranked):
        window = look.window()
        longer = amounts(look.window(OVER + OVER * values // 200 if len(window) > EXACT else OVER))
        found, truth = top.read(look.part, look.now), amounts(window)
        if window:
            assert longer[found] >= max(truth.values()) - 1e-6
        else:
            assert found is None
        stands_still_between(top, look)


def test_a_top_of_very_many_values() -> None:
    """No cell is wide enough for all of them: what weighs most stays."""

    def ranked(chance: random.Random, order: int) -> tuple[str, float]:
        return ("often", 5.0) if order % 20 == 0 else (str(chance.randrange(10_000)), 1.0)

    top = TopOver(OVER)
    for look in looks(top, RHYTHMS[0], ranked, 10_000):
        if len(look.window()) > 100:
            assert top.read(look.part, look.now) == "often"


def test_top_ever() -> None:
    top, total = TopEver(), 0.0
    many = Rhythm("even", RHYTHMS[0].gap, 0.1)
    for look in looks(top, many, lambda chance, _: (str(int(chance.paretovariate(0.5)) % 5_000), chance.random())):
        truth = amounts(look.taken)
        total = fsum(truth.values())
        found = truth[top.read(look.part, look.now)]
        assert found >= max(truth.values()) - (total / EXACT if len(truth) > EXACT else 1e-6)
        assert all(str(value) in look.part for value, amount in truth.items() if amount > total / EXACT)


@pytest.mark.parametrize("rhythm", MANY)
def test_distinct(rhythm: Rhythm) -> None:
    distinct, older = Distinct(OVER), 0
    for look in looks(distinct, rhythm, lambda chance, _: digest(int(chance.paretovariate(0.6)) % 8_000)):
        window = look.window()
        truth = len({one.value for one in window})
        older = max(older, truth - EXACT)
        off = abs(distinct.read(look.part, look.now) - truth)
        assert off <= (0 if len(window) <= EXACT else 4 * older / 16)
        stands_still_between(distinct, look)


def test_distinct_ever() -> None:
    distinct, errors = Distinct(None), list[float]()
    for look in looks(distinct, RHYTHMS[0], lambda chance, _: digest(chance.randrange(30_000))):
        truth = len({one.value for one in look.taken})
        error = distinct.read(look.part, look.now) - truth
        assert truth > EXACT or error == 0
        errors.append(error / truth)
    assert max(errors) < 4 / 16
    assert fsum(map(abs, errors)) / len(errors) < 1 / 16


def ranked_one(chance: random.Random, order: int) -> tuple[str, float]:
    return str(order % 9), chance.random()


def one_digest(chance: random.Random, order: int) -> int | None:
    return digest(mixed(chance, order))


HALVED: Final = [
    pytest.param(CountOver(OVER), one, id="count"),
    pytest.param(Trend(OVER, 0.2), one, id="trend"),
    pytest.param(TotalOver(OVER, mean=False), mixed, id="sum"),
    pytest.param(TotalOver(OVER, mean=True), mixed, id="mean"),
    pytest.param(ExtremeOver(OVER, smallest=True), mixed, id="min"),
    pytest.param(FirstOver(OVER), mixed, id="first"),
    pytest.param(TopOver(OVER), ranked_one, id="top"),
    pytest.param(TopEver(), ranked_one, id="top ever"),
    pytest.param(Distinct(OVER), one_digest, id="distinct"),
    pytest.param(Distinct(None), one_digest, id="distinct ever"),
]


@pytest.mark.parametrize(("accumulator", "value"), HALVED)
def test_what_is_halved_is_smaller_and_goes_on(accumulator: Accumulator, value: Number) -> None:
    """Down to nothing, and up again from whatever is left."""
    chance = random.Random(7)
    for look in looks(accumulator, RHYTHMS[3], value, 3_000):
        part, now = again(look.part), look.now
        while part is not None:
            smaller = accumulator.halve(again(part))
            assert smaller is None or len(encoded(smaller)) < len(encoded(part))
            if smaller is None:
                break
            for order in range(chance.randrange(4)):
                now += chance.randrange(OVER // 10)
                time = chance.choice((now, now - chance.randrange(LATE_BY)))
                smaller = accumulator.add(smaller, value(chance, order), time, now)
            stands_still_between(accumulator, Look(smaller, now, []), 3)
            part = accumulator.halve(smaller)


DAY: Final = 24 * 3_600_000
START: Final = 1_700_000_000_000


def busy(touchpoints: int, **fields: Any) -> list[dict[str, Any]]:
    """A customer's touchpoints, one a second on average; some late ones; a tick at the end of the day."""
    chance = random.Random(touchpoints)
    log, now = list[dict[str, Any]](), START
    for order in range(touchpoints):
        now += chance.randrange(2_000)
        time = now - chance.randrange(600_000) if chance.random() < 0.1 else now
        values = {name: value(chance, order) for name, value in fields.items()}
        log.append({"id": str(order), "type": "seen", "customer": "busy", "time": time, "_append": now, **values})
    log += [{"type": "clock.tick", "time": now + part, "_append": now + part} for part in range(0, DAY, DAY // 50)]
    return log


def library(features: dict[str, Any], **conditions: str) -> dict[str, Any]:
    signals = [{"signal": name, "status": "live", "when": when} for name, when in conditions.items()]
    return {"library": {"name": "tests", "format": 1}, "features": features, "signals": signals}


def test_time_turns_a_condition_where_the_feature_says_it() -> None:
    """Count and sum fall as touchpoints leave the window: within 1 % of when they do, whatever the batches."""
    features = {"seen_1h": {"count": "seen", "over": "1h"}, "spent": {"sum": "value", "of": "seen", "over": "1h"}}
    plan = plan_of(library(features, fewer="not (seen_1h > 1800)", less="spent <= 900"))
    log = busy(2_600, value=lambda chance, _: chance.random())
    output = drive(plan, log)
    for signal, value, limit in (("fewer", 1.0, 1_800), ("less", None, 900)):
        (moment,) = [decision["time"] for decision in decoded(output) if decision["signal"] == signal]
        held = [value or one["value"] for one in log if one.get("time", 0) > moment - 3_600_000 and "value" in one]
        assert fsum(held) == pytest.approx(limit, rel=0.015)
    restarted = drive(plan, log, cuts=range(0, 2_600, 137), restarts=range(0, 2_600, 137 * 6))
    assert restarted.states == output.states
    assert decoded(restarted) == decoded(output)


def test_a_customer_whose_windows_are_too_much_keeps_them_more_coarsely() -> None:
    kinds: dict[str, dict[str, Any]] = {
        "count": {"count": "seen"},
        "trend": {"trend": "seen"},
        "sum": {"sum": "value", "of": "seen"},
        "mean": {"mean": "value", "of": "seen"},
        "max": {"max": "value", "of": "seen"},
        "first": {"first": "value", "of": "seen"},
        "distinct": {"distinct": "value", "of": "seen"},
        "top": {"top": "product", "of": "seen"},
    }
    features = {f"{name}_{hours}h": {**kind, "over": f"{hours}h"} for name, kind in kinds.items() for hours in (1, 2)}
    plan = plan_of(library(features))
    log = busy(7_000, value=lambda chance, _: chance.random(), product=lambda _, order: f"product {order % 7}")
    output = drive(plan, log)
    raw = output.states[b"busy"]
    assert len(raw) <= MAX_STATE
    state, now = decode_state(raw), max(one["time"] for one in log if "id" in one)
    for feature in plan.features:
        if feature.declared.kind in {"count", "sum"}:
            held = [one for one in log if "id" in one and one["time"] > now - (feature.declared.over or 0)]
            truth = len(held) if feature.declared.kind == "count" else fsum(one["value"] for one in held)
            assert feature.accumulator.read(state.parts[feature.key], now) == pytest.approx(truth, rel=0.1)


def amounts(taken: list[Taken]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for one in taken:
        sums[one.value[0]] += one.value[1]
    return sums
