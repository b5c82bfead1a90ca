"""What a signal brings: customers whom it may reach against those of its holdout, with an interval.

A signal's holdout is sticky: the same customers are never reached by it. What is compared is whom policy would have
reached: all whose first firing passed the checks before the holdout, whether a later one held it or not. So nothing but
chance decides who is on which side. A customer has converted who did what the signal is for within a time after that
firing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Final, NamedTuple

from rules import matches_any
from streams.report.store import Store

Z95: Final = 1.959963984540054
"""The standard normal's 97.5 % point."""

_BEFORE_HOLDOUT: Final = ("status", "if", "consent", "unless", "identities")

_ARMS: Final = """
select arms.signal, arms.held_out, count(*) as customers,
    count(*) filter (exists (
        from touchpoints join goals on goals.signal = arms.signal and goals.type = touchpoints.type
        where touchpoints.customer = arms.customer
            and touchpoints.time > arms.time and touchpoints.time <= arms.time + $within
    )) as converted,
from (
    select signal, customer, arg_min(coalesce(reason, '') = 'holdout', (time, id)) as held_out, min(time) as time,
    from firings
    where coalesce(reason, '') not in (select unnest($before)) and time + $within <= $end
    group by signal, customer
) as arms
where signal in (from (select signal from firings where reason = 'holdout'))
group by arms.signal, arms.held_out
order by arms.signal
"""


class Uplift(NamedTuple):
    """Of one signal: shares that converted (0..1), their difference, and its interval of 95 %."""

    signal: str
    reached: int
    reached_converted: int
    held_out: int
    held_out_converted: int
    difference: float | None
    low: float | None
    high: float | None


def uplifts(store: Store, goals: Mapping[str, Iterable[str]], within: int, end: int) -> list[Uplift]:
    """The uplift of each signal that has held customers out.

    Args:
        store: with the touchpoints of the types of ``goals``.
        goals: what each signal is for, as types of touchpoints or wildcards.
        within: how long after a firing a customer may take (ms).
        end: until when touchpoints are known (epoch ms): a firing later than ``within`` before that isn't judged yet.
    """
    known = [name for (name,) in store.ask("select distinct type from touchpoints order by type").rows]
    rows = [(signal, name) for signal, names in sorted(goals.items()) for name in known if matches_any(names, name)]
    store.put("goals", ["signal VARCHAR", "type VARCHAR"], rows)
    found = store.ask(_ARMS, {"within": within, "end": end, "before": list(_BEFORE_HOLDOUT)}).rows
    arms: dict[str, dict[bool, tuple[int, int]]] = {}
    for signal, held_out, customers, converted in found:
        arms.setdefault(signal, {})[held_out] = customers, converted
    return [_uplift(signal, *(sides.get(side, (0, 0)) for side in (False, True))) for signal, sides in arms.items()]


def _uplift(signal: str, reached: tuple[int, int], held_out: tuple[int, int]) -> Uplift:
    if not reached[0] or not held_out[0]:
        return Uplift(signal, *reached, *held_out, None, None, None)
    difference = reached[1] / reached[0] - held_out[1] / held_out[0]
    return Uplift(signal, *reached, *held_out, difference, *difference_interval(*reached, *held_out))


def difference_interval(first: int, first_hits: int, second: int, second_hits: int) -> tuple[float, float]:
    """The interval of 95 % of the difference of two independent proportions, of which neither has size 0.

    Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10): it is right for small numbers and
    for proportions near 0, where conversions are.
    """
    p1, p2 = first_hits / first, second_hits / second
    (l1, u1), (l2, u2) = wilson(first, first_hits), wilson(second, second_hits)
    below = sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    above = sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return p1 - p2 - below, p1 - p2 + above


def wilson(size: int, hits: int) -> tuple[float, float]:
    """Wilson's score interval of 95 % of a proportion (Journal of the American Statistical Association 22, 1927)."""
    share, square = hits / size, Z95 * Z95
    middle = share + square / (2 * size)
    reach = Z95 * sqrt(share * (1 - share) / size + square / (4 * size * size))
    return max(0.0, (middle - reach) / (1 + square / size)), min(1.0, (middle + reach) / (1 + square / size))
