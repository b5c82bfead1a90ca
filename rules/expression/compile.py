"""From an expression to one Python function, made from its checked tree alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType, MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from rules.expression.emit import Emitter
from rules.expression.expression import Expression
from rules.expression.scope import FeatureRead

if TYPE_CHECKING:
    from rules.touchpoint import Touchpoint

Parts = dict[int, Any]
Profile = dict[str, Any]
Reader = Callable[[Parts, int, str | None], Any]
TouchpointFunction = Callable[["Touchpoint"], Any]
CustomerFunction = Callable[[Parts, Profile, "Touchpoint | None", int, "str | None"], Any]


def compile_touchpoint(expression: Expression, zone: str = "UTC") -> TouchpointFunction:
    """A function of one touchpoint that gives the value, None where it is missing. It never raises.

    Now is the touchpoint's own time there, and dates are of the time zone ``zone``.
    """
    function: TouchpointFunction = _function("T", expression, Emitter(_no_reader, "T.time", "None", zone))
    return function


class HasValues(Protocol):
    """Holds the values of the context, whatever they are when an expression is asked."""

    @property
    def values(self) -> Mapping[str, Any]: ...


def compile_customer(
    expression: Expression,
    readers: Mapping[FeatureRead, Reader],
    zone: str = "UTC",
    surroundings: HasValues | None = None,
) -> CustomerFunction:
    """A function of (parts, profile, touchpoint or None, now in ms, own per value) that gives the value.

    Each reader gets the parts, now, and the per value that it is to read: the signal's own, the one said, or
    None for a feature kept without. ``profile`` is name -> [value, time]. Dates are of the customer's own time
    zone, ``profile.time_zone``, and of ``zone`` where that is absent or unknown. ``surroundings`` holds the context;
    without it nothing is known of it.

    Raises:
        KeyError: when a feature that the expression reads has no reader.
        ValueError: when there is no time zone of that name.
    """
    emitter = Emitter(readers.__getitem__, zone=zone, surroundings=surroundings or _NOTHING)
    function: CustomerFunction = _function("P, Q, T, N, K", expression, emitter)
    return function


class _Nothing:
    values: Mapping[str, Any] = MappingProxyType({})


_NOTHING: Final = _Nothing()


def _no_reader(read: FeatureRead) -> Reader:
    raise KeyError(read)


def _function(parameters: str, expression: Expression, emitter: Emitter) -> Any:
    body = emitter.emit(expression.tree)
    given = "".join(f", {name}={name}" for name in emitter.bound)  # as defaults: nothing is found faster
    return eval(_code(f"lambda {parameters}{given}: {body}"), {"__builtins__": {}}, emitter.bound)  # noqa: S307 - source is made by the emitter alone


@lru_cache(maxsize=1024)
def _code(source: str) -> CodeType:
    """What expressions of one shape share, so that those of a large library stay in the processor's caches."""
    return compile(source, "<expression>", "eval")
