"""The pattern of a signal: exactly one, with the keys that belong to it, and steps that can be fulfilled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.names import nearest
from rules.problem import Problem
from rules.schema import PATTERNS, SignalFile, StepEntry, WithoutEntry
from rules.schema_kinds import Types
from rules.schema_reading import Placed

_BELONGS: Final = {"hold": "when", "restart": "follow", "of": "silent"}
_ONE: Final = "exactly one pattern: `when`, `follow`, `silent` or `date`"


def check_pattern(signal: Placed[SignalFile]) -> Iterator[Problem]:
    """What is wrong with the pattern of a signal, expressions aside."""
    keys = signal.document.keys()
    patterns = [key for key in keys if key in PATTERNS]
    if not patterns and not _meant(keys):
        yield from signal.problem((), "no pattern", _ONE, "add one of them")
    for second in patterns[1:]:
        found = f"`{second}` beside `{patterns[0]}`"
        yield from signal.problem((second,), found, _ONE, "make it a signal of its own", at_key=True)
    yield from _check_belongings(signal, keys)
    yield from _check_ends(signal)
    yield from _check_date(signal, keys)


def _meant(keys: tuple[str, ...]) -> bool:
    """Whether there is a key that was meant to be the pattern and has been reported as it is."""
    unknown = [key for key in keys if key not in SignalFile.known_keys()]
    return any(nearest(key, SignalFile.known_keys()) in PATTERNS for key in unknown)


def _check_belongings(signal: Placed[SignalFile], keys: tuple[str, ...]) -> Iterator[Problem]:
    for key, pattern in _BELONGS.items():
        if key in keys and pattern not in keys:
            expected = f"`{key}` only with `{pattern}`"
            yield from signal.problem((key,), f"`{key}` without `{pattern}`", expected, "leave it out", at_key=True)
    if "silent" in keys and "of" not in keys:
        kind = Types()
        found, instead = "`silent` without `of`", f"add, for example, `of: {kind.example}`"
        yield from signal.problem(("silent",), found, kind.expected, instead, at_key=True)


def _check_ends(signal: Placed[SignalFile]) -> Iterator[Problem]:
    steps = signal.model.follow or []
    first, last = (steps[0] if steps else None), (steps[-1] if len(steps) > 1 else None)
    if isinstance(first, WithoutEntry):
        found, expected = "`without` as the first step", "a first step that a touchpoint fulfils"
        yield from signal.problem(("follow", 0), found, expected, "write a step with a type before it")
    said = ("for", *WithoutEntry.meant)  # what is wrong with these is told already
    if (
        isinstance(last, WithoutEntry)
        and last.duration is None
        and not any(signal.has("follow", len(steps) - 1, key) for key in said)
    ):
        found, expected = "a last `without` that has no `for`", "a duration of silence"
        yield from signal.problem(("follow", len(steps) - 1), found, expected, "add, for example, `for: 1h`")
    if isinstance(first, StepEntry) and first.within is not None:
        expected = "no limit on the first step, as none comes before it"
        instead = "write `within` on a later step"
        yield from signal.problem(("follow", 0, "within"), "`within` on the first step", expected, instead, at_key=True)


def _check_date(signal: Placed[SignalFile], keys: tuple[str, ...]) -> Iterator[Problem]:
    """A window lies before the date or after it; the date is the customer's, so there is one of it."""
    if "date" not in keys:
        return
    sides = [key for key in signal.document.keys(("date",)) if key in ("ahead", "after")]
    expected = "exactly one of `ahead` and `after`"
    if not sides and not signal.is_mended(("date",)):
        yield from signal.problem(
            ("date",), "`date` without `ahead` and `after`", expected, "add, for example, `ahead: 30d`"
        )
    for second in sides[1:]:
        found = f"`{second}` beside `{sides[0]}`"
        yield from signal.problem(("date", second), found, expected, "make it a signal of its own", at_key=True)
    if "per" in keys:
        found, expected = "`per` with `date`", "no `per`, as the date is the customer's"
        yield from signal.problem(("per",), found, expected, "leave it out", at_key=True)
