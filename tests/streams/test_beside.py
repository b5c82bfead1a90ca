"""One side of a comparison in another process: it finds what it would have found here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rules import Comparison, Library, compare, load_library
from streams.cli.beside import FarSide, far_sides
from streams.demo.traffic import bundled

SHOP = Path(__file__).parents[2] / "rules" / "library" / "shop"


def _changed() -> tuple[Library, Library, list[bytes]]:
    shop = load_library(SHOP)
    sooner = tuple(
        replace(one, again=0, condition=None) if one.name == "shop.abandoned-basket" else one for one in shop.signals
    )
    lines = [one.value for one in bundled().touchpoints[:3_000]]
    return shop, replace(shop, signals=sooner), [b"not JSON", *lines[:10], b'{"id": 1}', *lines[10:]]


def _last(comparisons: object) -> Comparison:
    *_, last = comparisons  # type: ignore[misc]
    assert isinstance(last, Comparison)
    return last


def test_elsewhere_is_found_what_is_found_here() -> None:
    before, after, lines = _changed()
    here = _last(compare(before, after, lines))
    with far_sides() as far_side:
        there = _last(compare(before, after, lines, beside=far_side))
    assert any(one.samples for one in here.differences)
    assert there.differences == here.differences
    assert (there.touchpoints, there.unread) == (here.touchpoints, here.unread) == (3_000, 2)


def test_what_goes_wrong_there_is_raised_here() -> None:
    before, _, _ = _changed()
    far = FarSide(before, "log")
    with pytest.raises(IndexError):
        far.explain(before.signals[0].name, "c1", 0)  # no records have been begun
    far.close()
    assert not far.alive


def test_it_ends_when_nobody_asks_any_more() -> None:
    with far_sides() as far_side:
        far = far_side(_changed()[0], "log")
        assert far.alive
    assert not far.alive
