"""Which types a name, a list of names or a wildcard stands for."""

from __future__ import annotations

from typing import Any

MADE_BY_NO_CUSTOMER = {
    "signal.fired",
    "profile.updated",
    "identity.linked",
    "identity.unlinked",
    "state.moved",
    "clock.tick",
    "library.switched",
}


def names(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def matches(types: str | list[str], name: str) -> bool:
    return any(matches_one(one, name) for one in names(types))


def matches_one(pattern: str, name: str) -> bool:
    if pattern == "*":
        return name not in MADE_BY_NO_CUSTOMER and not name.startswith("trigger.")
    if pattern.endswith(".*"):
        return name.startswith(pattern[:-1])
    return pattern == name


def specificity(pattern: str) -> tuple[int, int]:
    """Larger for what names a type more closely: the type itself, then the longer wildcard, then `*`."""
    if pattern == "*":
        return (0, 0)
    return (1, pattern.count(".")) if pattern.endswith(".*") else (2, 0)


def weight_of(weights: dict[str, Any], name: str) -> Any:
    """The weight that the most specific key gives; None where no key matches."""
    fitting = [pattern for pattern in weights if matches_one(pattern, name)]
    return weights[max(fitting, key=specificity)] if fitting else None
