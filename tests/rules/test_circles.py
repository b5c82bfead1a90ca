"""Circles among what reads what."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.circles import find_circles, in_words


@pytest.mark.parametrize(
    ("reads", "circles"),
    [
        ({}, []),
        ({"a": "b", "b": "c", "c": ""}, []),
        ({"a": "a"}, ["aa"]),
        ({"a": "b", "b": "a"}, ["aba"]),
        ({"x": "a", "a": "b", "b": "c", "c": "a"}, ["abca"]),
        ({"a": "b", "b": "a", "c": "d", "d": "c"}, ["aba", "cdc"]),
        ({"a": "bc", "b": "a", "c": "a"}, ["aba"]),
        ({"a": "z"}, []),
        ({"a": "bc", "b": "d", "c": "d", "d": ""}, []),
    ],
)
def test_circles(reads: dict[str, str], circles: list[str]) -> None:
    assert ["".join(circle) for circle in find_circles(reads).found] == circles


GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdef"), max_size=3))


@given(GRAPHS)
def test_every_circle_is_one_and_without_the_caught_there_is_none(reads: dict[str, frozenset[str]]) -> None:
    circles = find_circles(reads)
    for circle in circles.found:
        assert circle[0] == circle[-1]
        assert all(after in reads[before] for before, after in pairwise(circle))
    named = [name for circle in circles.found for name in circle[1:]]
    assert len(named) == len(set(named))
    rest = {name: below - circles.caught for name, below in reads.items() if name not in circles.caught}
    TopologicalSorter(rest).prepare()
    assert bool(circles.found) is _has_a_circle(reads)


def _has_a_circle(reads: dict[str, frozenset[str]]) -> bool:
    try:
        TopologicalSorter({name: below & reads.keys() for name, below in reads.items()}).prepare()
    except CycleError:
        return True
    return False


def test_a_chain_as_long_as_a_library() -> None:
    reads = {str(number): [str(number + 1)] for number in range(20_000)}
    assert find_circles(reads).found == ()
    (circle,) = find_circles({**reads, "20000": ["0"]}).found
    assert len(circle) == 20_002
    assert in_words(circle).startswith("`0` reads `1` reads `2`")
    assert in_words(circle).endswith("reads ... 19995 more ... reads `0`")


def test_a_chain_in_words() -> None:
    assert in_words(("a", "b", "a")) == "`a` reads `b` reads `a`"
