"""The profile of a customer: what `profile.updated` sets, removes and adds to.

A field is [value, time]: what the newest one by event time set (None: removed), of those of one time the later in the
log. One that was added to is [value, time, set, moments, amounts]: what was set, and what has been added since.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final

from rules.fields import as_key, is_number, storable
from rules.touchpoint import BadRecord, Touchpoint

PROFILE_LIMIT: Final = 256  # names of a profile; beyond, the one changed longest ago goes
ADD: Final = "$add"
UPDATED: Final = "profile.updated"
MOST_ADDED: Final = 16  # increments told apart since a field was set; of more the two oldest count as one
DECIMALS: Final = 9

Entry = list[Any]


def check_profile(touchpoint: Touchpoint) -> int:
    """How many of the values of a `profile.updated` are too large to be kept, so that they count as removed.

    Raises:
        BadRecord: when what it adds isn't numbers by name.
    """
    properties = touchpoint.properties or {}
    added = properties.get(ADD)
    if added is not None:
        _check_added(added)
    return sum(value is not None and as_key(value) is None for name, value in properties.items() if name != ADD)


def _check_added(added: Any) -> None:
    place = f"$.properties.{ADD}"
    if not isinstance(added, dict):
        raise BadRecord("wrong type", place, f"{_shown(added)}; expected numbers by name, such as {{'points': 5}}")
    for name, amount in added.items():
        if name == ADD or not is_number(amount):
            raise BadRecord("wrong type", f"{place}.{name}", f"{_shown(amount)}; expected a number to add")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def update_profile(profile: dict[str, Entry], touchpoint: Touchpoint) -> int:
    """Merges the properties; how many names had to go for new ones. What one record sets is set before it adds."""
    time, properties = touchpoint.time, touchpoint.properties or {}
    for name, value in properties.items():
        if name != ADD:
            profile[name] = _set(profile.pop(name, None), storable(value), time)
    added = properties.get(ADD)
    for name, amount in added.items() if isinstance(added, dict) else ():
        entry = profile.pop(name, None)
        profile[name] = _added(entry, amount, time) if is_number(amount) else entry or [None, time]
    return _within_limit(profile)


def _within_limit(profile: dict[str, Entry]) -> int:
    gone = max(len(profile) - PROFILE_LIMIT, 0)
    for _ in range(gone):
        del profile[next(iter(profile))]
    return gone


def _set(known: Entry | None, value: Any, time: int) -> Entry:
    """What was added before, by event time or else in the log, is in what is set."""
    if known is None:
        return [value, time]
    if known[1] > time:
        return known
    moments, amounts = known[3:] or ([], [])
    passed = bisect_right(moments, time)
    return _entry(value, time, moments[passed:], amounts[passed:])


def _added(known: Entry | None, amount: float, time: int) -> Entry:
    """What is added to before it was set newly is in what was set; to what isn't there, it is added to 0."""
    since, base, moments, amounts = _taken_apart(known)
    if time < since:
        return known or _entry(base, since, moments, amounts)
    place = bisect_right(moments, time)
    moments, amounts = [*moments[:place], time, *moments[place:]], [*amounts[:place], amount, *amounts[place:]]
    if len(moments) > MOST_ADDED:
        moments, amounts = moments[1:], [storable(amounts[0] + amounts[1]), *amounts[2:]]
    return _entry(base, since, moments, amounts)


def _taken_apart(known: Entry | None) -> tuple[int, Any, list[int], list[float]]:
    """When it was set, to what, and what was added since; -1 and nothing for what never was."""
    if known is None:
        return -1, None, [], []
    value, since, *more = known
    return (since, *more) if more else (since, value, [], [])


def _entry(base: Any, since: int, moments: list[int], amounts: list[float]) -> Entry:
    return [_total(base, amounts), since, base, moments, amounts] if moments else [base, since]


def _total(base: Any, amounts: list[float]) -> Any:
    """The number with all that was added; what isn't a number stays as it is."""
    if base is not None and not is_number(base):
        return base
    total = (base or 0) + sum(amounts)
    return storable(round(total, DECIMALS) if type(total) is float else total)


def united(one: Entry, other: Entry) -> Entry:
    """The entry of two customers who prove to be one: the newer of what was set, and what both added since."""
    both = _taken_apart(one), _taken_apart(other)
    since, base, _, _ = max(both, key=lambda apart: apart[0])
    entry = _entry(base, since, [], [])
    for moment, amount in sorted(pair for *_, moments, amounts in both for pair in zip(moments, amounts, strict=True)):
        entry = _added(entry, amount, moment)
    return entry
