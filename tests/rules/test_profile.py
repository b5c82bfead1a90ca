"""What is added to a profile comes to the same in whatever order it comes, and stays small."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import BadRecord, decode_touchpoint
from rules.profile import MOST_ADDED, PROFILE_LIMIT, check_profile, united, update_profile
from tests.oracle.profile import Field

AMOUNTS = st.sampled_from([1, -2, 0.25, 1.5])
CHANGES = st.lists(st.tuples(st.booleans(), st.one_of(AMOUNTS, AMOUNTS, st.none())), max_size=MOST_ADDED)


def updated(profile: dict[str, list[Any]], time: int, **properties: Any) -> int:
    return update_profile(profile, touchpoint(time, properties))


def touchpoint(time: int, properties: dict[str, Any]) -> Any:
    from orjson import dumps

    said = {"id": str(time), "type": "profile.updated", "time": time, "customer": "c", "properties": properties}
    return decode_touchpoint(dumps(said))


@given(CHANGES.flatmap(lambda made: st.permutations(list(enumerate(made)))))
def test_the_order_in_which_changes_come_does_not_matter(made: list[tuple[int, tuple[bool, Any]]]) -> None:
    profile: dict[str, list[Any]] = {}
    meant = Field()
    for order, (time, (adds, value)) in enumerate(made):
        if adds and value is not None:
            updated(profile, time, **{"$add": {"n": value}})
            meant.adds.append((time, order, value))
        else:
            updated(profile, time, n=value)
            meant.sets.append((time, order, value))
    found = profile.get("n", [None])[0]
    assert found == (meant.value() or None if meant.value() != 0 else 0)


def test_of_many_increments_the_oldest_count_as_one() -> None:
    profile: dict[str, list[Any]] = {}
    for time in range(100):
        updated(profile, 10 * time, **{"$add": {"n": 1}})
    assert profile["n"][0] == 100
    assert len(profile["n"][3]) == MOST_ADDED
    updated(profile, 985, n=1000)
    assert profile["n"][0] == 1001


def test_the_names_changed_longest_ago_go() -> None:
    profile: dict[str, list[Any]] = {}
    assert updated(profile, 1, **{f"n{number}": number for number in range(PROFILE_LIMIT)}) == 0
    assert updated(profile, 2, **{"$add": {"n0": 1}}) == 0
    assert updated(profile, 3, new=1) == 1
    assert ("n0" in profile, "n1" in profile) == (True, False)


def test_two_customers_who_are_one_have_what_both_have() -> None:
    one: dict[str, list[Any]] = {}
    other: dict[str, list[Any]] = {}
    updated(one, 1, n=10)
    updated(one, 3, **{"$add": {"n": 1}})
    updated(other, 2, n=20)
    updated(other, 4, **{"$add": {"n": 2}})
    assert united(one["n"], other["n"])[0] == united(other["n"], one["n"])[0] == 23


@pytest.mark.parametrize(
    ("added", "place", "detail"),
    [
        (5, "$.properties.$add", "5; expected numbers by name, such as {'points': 5}"),
        ({"points": "5"}, "$.properties.$add.points", "'5'; expected a number to add"),
        ({"points": True}, "$.properties.$add.points", "True; expected a number to add"),
        ({"points": None}, "$.properties.$add.points", "None; expected a number to add"),
        ({"$add": 1}, "$.properties.$add.$add", "1; expected a number to add"),
        ({"points": 2**63}, "$.properties.$add.points", "9223372036854775808; expected a number to add"),
        (["x" * 100], "$.properties.$add", f"['{'x' * 55}...; expected numbers by name, such as {{'points': 5}}"),
    ],
)
def test_what_cannot_be_added_is_refused(added: Any, place: str, detail: str) -> None:
    with pytest.raises(BadRecord) as refused:
        check_profile(touchpoint(1, {"a": 1, "$add": added}))
    assert (refused.value.reason, refused.value.place, refused.value.detail) == ("wrong type", place, detail)


def test_values_too_large_to_keep_are_counted() -> None:
    assert check_profile(touchpoint(1, {"a": "x" * 1024, "b": "x" * 1025, "c": [["x" * 2000]], "d": None})) == 2
