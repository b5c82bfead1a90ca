"""The small changes of a signal: of its pattern, its `per`, `if`, `again`, channel and policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.declaration import DateWindow, Follow, Pattern, Signal, Silent, When
from rules.mutation.change import Change, Maker
from rules.mutation.steps import changes_of_steps


def changes_of_signal(signal: Signal, begins_twice: bool = True) -> Iterator[Change]:
    """All small changes of a signal that timelines can notice: of when it fires, for what, and to which channel.

    What a trigger carries, when it expires and what it is worth isn't to be seen in a timeline.
    ``begins_twice``: whether what begins a run of a follow can come twice within it.
    """
    maker = Maker("signal", signal.name)
    match signal.pattern:
        case When():
            yield from _of_when(maker, signal, signal.pattern)
        case Follow():
            yield from changes_of_steps(maker, signal, signal.pattern, begins_twice)
        case Silent():
            yield from _of_silent(maker, signal, signal.pattern)
        case DateWindow():
            yield from _of_date(maker, signal, signal.pattern)
    yield from _of_if(maker, signal)
    if signal.again is not None:
        yield from maker.duration(("again",), signal.again, lambda other: replace(signal, again=other))
        yield maker.dropped("again", replace(signal, again=None))
    if signal.per is not None:
        yield maker.dropped("per", replace(signal, per=None))
    if signal.then.channel is not None:
        yield maker.change(("then", "channel"), "`channel` is dropped", _nowhere(signal))
    yield from _of_policy(maker, signal)


def _with(signal: Signal, pattern: Pattern) -> Signal:
    return replace(signal, pattern=pattern)


def _nowhere(signal: Signal) -> Signal:
    return replace(signal, then=replace(signal.then, channel=None))


def _of_when(maker: Maker, signal: Signal, when: When) -> Iterator[Change]:
    yield from maker.condition(("when",), when.condition, lambda text: _with(signal, replace(when, condition=text)))
    if when.hold is not None:
        yield from maker.duration(("hold",), when.hold, lambda other: _with(signal, replace(when, hold=other)))
        yield maker.dropped("hold", _with(signal, replace(when, hold=None)))


def _of_silent(maker: Maker, signal: Signal, silent: Silent) -> Iterator[Change]:
    yield from maker.duration(
        ("silent",), silent.duration, lambda other: _with(signal, replace(silent, duration=other))
    )
    yield from maker.types(("of",), silent.types, lambda types: _with(signal, replace(silent, types=types)))


def _of_date(maker: Maker, signal: Signal, date: DateWindow) -> Iterator[Change]:
    if date.ahead is not None:
        yield from maker.duration(
            ("date", "ahead"), date.ahead, lambda other: _with(signal, replace(date, ahead=other))
        )
    if date.after is not None:
        yield from maker.duration(
            ("date", "after"), date.after, lambda other: _with(signal, replace(date, after=other))
        )
    path = ("date", "yearly") if date.yearly else ("date",)
    says = f"`yearly` becomes `{str(not date.yearly).lower()}`"
    yield maker.change(path, says, _with(signal, replace(date, yearly=not date.yearly)))


def _of_policy(maker: Maker, signal: Signal) -> Iterator[Change]:
    """What holds its triggers back, and what takes them back."""
    if signal.unless is not None:
        yield from maker.condition(("unless",), signal.unless, lambda text: replace(signal, unless=text))
        yield maker.dropped("unless", replace(signal, unless=None))
    if signal.caps:
        more = tuple(replace(cap, count=cap.count + 1) for cap in signal.caps)
        yield maker.change(("cap",), "`cap` lets one more go", replace(signal, caps=more))
        yield maker.dropped("cap", replace(signal, caps=()))
    if signal.purpose is not None:
        yield maker.dropped("purpose", replace(signal, purpose=None))
    then, path = signal.then, ("then", "cancel_on")
    if then.mix is not None:
        yield maker.change(("then", "mix"), "`mix` is dropped", replace(signal, then=replace(then, mix=None)))
    if then.cancel_on:
        yield maker.change(path, "`cancel_on` is dropped", replace(signal, then=replace(then, cancel_on=())))
        yield from maker.types(path, then.cancel_on, lambda types: replace(signal, then=replace(then, cancel_on=types)))


def _of_if(maker: Maker, signal: Signal) -> Iterator[Change]:
    if signal.condition is not None:
        yield from maker.condition(("if",), signal.condition, lambda text: replace(signal, condition=text))
        yield maker.dropped("if", replace(signal, condition=None))
