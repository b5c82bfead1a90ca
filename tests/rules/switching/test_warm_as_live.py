"""A library warmed from the beginning of the log decides behind its switch as one that had always been live.

By hand-made logs and at random. It can't where the states don't know what it would have done:

- a signal counts the firings that it made live under another definition: for `again`, and at most one in a millisecond;
- one that had no `again` doesn't know when it fired last;
- an unchanged feature has refused what came too late under the old library's `late_by`;
- the old library's firings have moved the customers' clocks, by which what is late is judged.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules import Clock, Outgoing, Plan
from rules.features import holder
from rules.forgetting import FORGET
from rules.state import decode_state
from tests.oracle import evaluate
from tests.oracle.busy import busy_libraries, busy_logs, chained_libraries
from tests.oracle.strategies import ORIGIN, SECOND, Tree
from tests.rules.driving import Output, as_engine_says, decoded, plan_of
from tests.rules.switching.going import Gone, go, switched
from tests.rules.switching.test_at_random import CLOCKS, lineages, many
from tests.rules.switching.test_switches import VIEWS, everywhere, fired, plan, to
from tests.rules.test_whole_language import START, tick, touchpoint

SILENCES = {"signal": "s", "follow": ["a", {"without": "b", "for": "2s"}, "c"]}
LAST_SILENCE = {"signal": "s", "follow": ["a", {"without": "b", "for": "2s"}], "again": "4s"}
HELD = {"signal": "s", "when": "views_4s >= 1", "hold": "5s"}
FOUR_SECONDS = {"views_4s": {"count": "a", "over": "4s"}}


def seen(second: int, kind: str = "a", append: int | None = None, **more: Any) -> Tree:
    """A touchpoint of that second; one of a time before the switch may come behind it, and needn't be late."""
    appended = {} if append is None else {"_append": START + append * SECOND}
    return touchpoint(second * SECOND, kind, **more, **appended)


def goes_on(new: Plan, before: list[Tree], after: list[Tree], old: Plan | None = None) -> list[tuple[str, int]]:
    """What the new plan sends behind a switch between the two, in (signal, seconds): the same as if always live."""
    whole = [*before, to(1, new, before[-1]["time"] - START, warm_from=0), *after]
    gone = everywhere([old or plan(), new], whole)
    alone, ticked = Gone(), list(map(as_tick, whole))
    first = len(go([new], ticked[: len(before) + 1]).triggers)
    alone.triggers = go([new], ticked).triggers[first:]
    assert behind(gone.triggers, new) == alone.triggers
    return [(name, at // SECOND) for name, at in fired(alone)]


def test_what_comes_behind_the_switch_of_a_time_before_it_still_breaks_a_silence() -> None:
    later = [seen(1, "b", append=6), seen(7, "c")]
    assert goes_on(plan(SILENCES), [seen(0), tick(5 * SECOND)], later) == []
    assert goes_on(plan(SILENCES), [seen(0), tick(5 * SECOND)], [seen(2, "b", append=6), seen(7, "c")]) == [("s", 7)]


def test_a_run_whose_end_again_forbade_still_waits_for_what_comes_of_a_time_before_the_switch() -> None:
    """That would have begun a run of its own, had the one that waits been taken for over."""
    before = [seen(0), tick(2 * SECOND), seen(3), tick(6 * SECOND)]
    assert goes_on(plan(LAST_SILENCE), before, [seen(4, append=6), tick(20 * SECOND)]) == []
    assert goes_on(plan(LAST_SILENCE), before, [seen(5, append=6), tick(20 * SECOND)]) == [("s", 7)]


def test_a_hold_is_as_of_the_last_record_not_of_the_switch() -> None:
    new = plan(HELD, features=FOUR_SECONDS)
    assert goes_on(new, [seen(0), tick(5 * SECOND)], [seen(3, append=6), tick(9 * SECOND)]) == [("s", 5)]
    assert goes_on(new, [seen(0), tick(5 * SECOND)], [seen(4, append=6), tick(9 * SECOND)]) == []


@pytest.mark.parametrize(
    ("signal", "later", "sent"),
    [
        (SILENCES, [seen(1, "b", append=6), seen(7, "c")], []),
        (HELD, [seen(3, append=6), tick(9 * SECOND)], [("s", 5 * SECOND)]),
    ],
    ids=["follow", "hold"],
)
@pytest.mark.parametrize("other", ["views_4s == 0 and profile.x", "views_4s >= 9"], ids=["at once", "each later"])
def test_what_stays_goes_on_alike_whether_all_go_over_at_once_or_each_later(
    signal: Tree, later: list[Tree], sent: list[tuple[str, int]], other: str
) -> None:
    """Time alone can turn the first of the others."""
    features = FOUR_SECONDS
    plans = [plan(signal, features=features), plan(signal, {"signal": "other", "when": other}, features=features)]
    assert plans[1].sooner_than(plans[0]) == ("== 0" in other)
    log = [seen(0), tick(5 * SECOND), to(1, plans[1], 5 * SECOND), *later]
    assert fired(everywhere(plans, log)) == sent


def test_an_instance_that_had_ended_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its value had to go from one of the features that it read; the other one keeps it."""
    monkeypatch.setattr(holder, "PER_LIMIT", 2)
    features = {
        "views": {"count": "a", "per": "product"},
        "orders_5s": {"count": "b", "over": "5s", "per": "product"},
    }
    quiet = {"signal": "s", "when": "orders_5s == 0 and views >= 0", "per": "product"}
    before = [seen(0, kind, product="p") for kind in "ab"]
    others = [seen(1, product="q"), seen(2, product="r")]
    new, old = plan(quiet, features=features), plan(features=features)
    assert goes_on(new, [*before, others[0]], [tick(9 * SECOND)], old) == [("s", 5)]
    assert goes_on(new, [*before, *others], [tick(9 * SECOND)], old) == []


def test_a_signal_that_the_catalogue_changes_counts_what_it_fired_live() -> None:
    """Alone the new one would have fired at 2 s, and not at 1 s."""
    signal = {"signal": "s", "follow": ["a", {"without": "b", "for": "1s"}], "per": "product", "again": "3s"}
    old, new = (plan(signal, interactions={"a": {}, "b": late}) for late in ({}, {"latency": "1s"}))
    log = [seen(0, product="p"), tick(SECOND), to(1, new, SECOND, warm_from=0), seen(2, product="p"), tick(9 * SECOND)]
    assert fired(everywhere([old, new], log)) == [("s", SECOND), ("s", 4 * SECOND)]
    assert fired(go([new], list(map(as_tick, log)))) == [("s", 2 * SECOND)]


@pytest.mark.parametrize("warm_from", [None, 0])
def test_a_changed_signal_fires_once_in_the_millisecond_of_the_switch(warm_from: int | None) -> None:
    plans = [plan({"signal": "s", "when": f"views >= {least}"}, features=VIEWS) for least in (1, 2)]
    log = [touchpoint(0, "viewed"), to(1, plans[1], 0, warm_from), touchpoint(0, "viewed", id="another")]
    assert fired(everywhere(plans, log)) == [("s", 0)]
    later = [*log[:2], touchpoint(1, "viewed")]
    assert fired(everywhere(plans, later)) == [("s", 0), ("s", 1)]


def without_lateness(log: list[Tree]) -> list[Tree]:
    return [{**record, "time": record["_append"]} for record in log]


def as_tick(record: Tree) -> Tree:
    if record["type"] != "library.switched":
        return record
    return {"type": "clock.tick", "time": record["time"], "_append": record["_append"]}


def standing(gone: Gone, plan: Plan) -> dict[bytes, Any]:
    """What features hold and when timers are due, by customer: runs and conditions may be noted in other ways.

    The timer for forgetting isn't moved by each record, so it may stand elsewhere.
    """
    states = {key: decode_state(raw) for key, raw in gone.customers().items()}
    features = [feature.key for feature in plan.features]
    return {
        key: (
            [one.parts.get(part) for part in features],
            {key: due for key, due in one.timers.items() if key != FORGET},
            one.profile,
        )
        for key, one in states.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("lateness", [False, True])
def test_a_library_warmed_from_the_beginning_is_as_one_that_was_always_live(lateness: bool) -> None:
    """With late records the old library has no signals and the same settings, as said above."""

    @settings(many, max_examples=80)
    @given(lineages(), busy_logs(), st.integers(0, 40), CLOCKS)
    def agrees(made: list[Tree], log: list[Tree], place: int, clock: Clock) -> None:
        first, second = made[:2]
        if lateness:
            check({**first, "library": second["library"], "signals": []}, second, log, place, clock)
        else:
            check(first, renamed(first, second), without_lateness(log), place, clock)

    agrees()


@pytest.mark.slow
@pytest.mark.parametrize("lateness", [False, True])
def test_signals_that_read_firings_are_as_if_they_had_always_been_live(lateness: bool) -> None:
    """Those of signals that were live before, too; but not with late records."""

    @settings(many, max_examples=40)
    @given(chained_libraries(), st.integers(0, 3), busy_logs(), st.integers(0, 40), CLOCKS)
    def agrees(made: Tree, known: int, log: list[Tree], place: int, clock: Clock) -> None:
        old = first_of(made, 0 if lateness else known)
        check(old, made, log if lateness else without_lateness(log), place, clock)

    agrees()


def check(before: Tree, library: Tree, log: list[Tree], place: int, clock: Clock) -> None:
    """All features and timers, and every decision behind the switch, are those of the new library alone over the log.

    The decisions are held against the oracle's, too, which shares no code with the engine.
    """
    before, library = unforgetting(before), unforgetting(library)
    old, new = plan_of(before), plan_of(library)
    assume(old.digest != new.digest)
    at = min(place, len(log))
    time = log[at - 1]["_append"] if at else ORIGIN
    whole = [*log[:at], switched(1, new, time, ORIGIN), *log[at:]]
    ticked = list(map(as_tick, whole))
    gone, alone = go([old, new], whole, clock), go([new], ticked, clock)
    first = len(go([new], ticked[: at + 1], clock).decisions)
    decisions = behind(gone.decisions, new)
    assert decisions == alone.decisions[first:]
    if all(record["time"] == record["_append"] for record in log):  # else what has left a window may be kept longer
        assert standing(gone, new) == standing(alone, new)
    by_oracle = as_engine_says(evaluate(library, ticked, clock))[first:]
    assert decoded(Output(decisions, behind(gone.triggers, new))) == by_oracle


@pytest.mark.slow
def test_silences_shorter_than_the_warming_are_as_if_they_had_always_been_there() -> None:
    @settings(many, max_examples=80)
    @given(busy_libraries("silent"), busy_logs(), st.integers(10, 40), st.integers(10, 30))
    def agrees(made: Tree, log: list[Tree], place: int, seconds: int) -> None:
        signals = [{name: said for name, said in one.items() if name != "if"} for one in made["signals"]]
        old, new = plan_of({**made, "signals": []}), plan_of({**made, "signals": signals})
        log, at = without_lateness(log), min(place, len(log))
        time = log[at - 1]["_append"]
        whole = [*log[:at], switched(1, new, time, time - seconds * SECOND), *log[at:]]
        ticked = list(map(as_tick, whole))
        before = len(go([new], ticked[: at + 1]).decisions)
        assert behind(go([old, new], whole).decisions, new) == go([new], ticked).decisions[before:]

    agrees()


def renamed(old: Tree, new: Tree) -> Tree:
    """The new library, with a new name for each signal that the old one has otherwise: no firings to take up.

    What the catalogue or a feature changes is otherwise, too.
    """
    known = {signal["signal"]: signal for signal in old["signals"]}
    kept, named = plan_of(old).keys, {signal.name: signal.key for signal in plan_of(new).signals}
    return {
        **new,
        "signals": [
            {**signal, "signal": f"new-{name}"}
            if (name := signal["signal"]) in known and (known[name] != signal or named.get(name) not in kept)
            else signal
            for signal in new["signals"]
        ],
    }


def unforgetting(library: Tree) -> Tree:
    """Who fires by what the old library alone has lives on by that, and so is forgotten later."""
    return {**library, "library": {**library["library"], "forget_after": "3650d"}}


def first_of(made: Tree, count: int) -> Tree:
    """A chained library before it had more signals than that, and features over the firings of others."""
    signals = [signal for signal in made["signals"] if int(signal["signal"][1:]) < count]
    features = {name: one for name, one in made["features"].items() if int(name[1:]) <= count}
    return {**made, "features": features, "signals": signals}


def behind(outgoing: list[Outgoing], new: Plan) -> list[Outgoing]:
    """What the new library made."""
    return [one for one in outgoing if new.version in one.value.decode()]
