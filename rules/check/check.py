"""All checks of a library, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from rules.check.expressions import check_expressions
from rules.check.fired import check_fired
from rules.check.parts import Parts
from rules.check.patterns import check_pattern
from rules.check.policy import check_policy
from rules.check.signals import check_names
from rules.check.stories import check_stories
from rules.check.timelines import check_timelines
from rules.check.types import check_types
from rules.problem import Problem


def check_library(parts: Parts) -> Iterator[Problem]:
    """What is wrong between the parts of a library, each of which is right or mended by itself."""
    yield from check_names(parts)
    yield from check_types(parts)
    yield from check_stories(parts)
    checked = check_expressions(parts)
    yield from checked.problems
    yield from check_fired(parts, checked)
    for signal in parts.signals:
        yield from check_pattern(signal)
        yield from check_policy(signal, parts)
    yield from check_timelines(parts)
