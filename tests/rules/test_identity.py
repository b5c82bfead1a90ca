"""Keys of parts: states are kept under them for years, so they hang on what is said, and on nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from rules.declaration import Feature, Follow, Silence, Silent, Step, When, Without
from rules.identity import part_key

HOUR = 3_600_000
VIEWS = Feature("views", "count", ("page_view",), over=HOUR)
PATTERN = Follow((Step(("basket.added",), None, 90 * 24 * HOUR), Without(("order.placed",)), Silence(("*",), HOUR)))


def test_the_keys_of_states_that_are_kept_must_not_change_with_a_release() -> None:
    """Where this fails, every customer's features and patterns begin anew when the workers are renewed."""
    assert part_key("feature", VIEWS) == 13635124302374721998
    assert part_key("signal", ["basket", None, PATTERN, []]) == 6810150593608645361


def test_what_is_not_said_is_not_in_the_key() -> None:
    @dataclass(frozen=True, slots=True)
    class Grown(Feature):
        later: str | None = None

    assert part_key("feature", Grown("views", "count", ("page_view",), over=HOUR)) == part_key("feature", VIEWS)
    said = Grown("views", "count", ("page_view",), over=HOUR, later="said")
    assert part_key("feature", said) != part_key("feature", VIEWS)


def test_each_part_of_a_definition_is_in_the_key() -> None:
    patterns = [
        PATTERN,
        Follow(PATTERN.steps, restart="latest"),
        Follow(PATTERN.steps[:2]),
        Follow((Step(("basket.added",), "value > 5", 90 * 24 * HOUR), *PATTERN.steps[1:])),
        Follow((Step(("basket.added",), None, 90 * 24 * HOUR, times=2), *PATTERN.steps[1:])),
        When("views > 5"),
        When("views > 5", hold=1),
        Silent(HOUR, ("*",)),
    ]
    keys = {part_key("signal", ["basket", None, one, []]) for one in patterns}
    assert len(keys) == len(patterns)
