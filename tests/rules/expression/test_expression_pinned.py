"""Which values of a field an expression says that it wants."""

from __future__ import annotations

import pytest

from rules.expression import Scope, parse, pinned


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("properties.signal == 'a'", "a"),
        ("'a' == properties.signal", "a"),
        ("properties['signal'] == 'a'", "a"),
        ("properties.signal in ['a', 'b']", "ab"),
        ("properties.signal == 'a' and value > 3", "a"),
        ("value > 3 and (properties.signal == 'a' and product)", "a"),
        ("properties.signal == 'a' or properties.signal in ['b', 'c']", "abc"),
        ("properties.signal in ['a', 'b'] and properties.signal in ['b', 'c']", "b"),
        ("properties.signal == 'a' == properties.product", "a"),
        ("properties.signal == 'a' and properties.signal == 'b'", ""),
    ],
)
def test_pinned(text: str, values: str) -> None:
    assert pinned(parse(text, Scope("touchpoint")), "properties.signal") == frozenset(values)


@pytest.mark.parametrize(
    "text",
    [
        "value > 3",
        "True",
        "properties.signal != 'a'",
        "not properties.signal == 'a'",
        "properties.signal not in ['a']",
        "properties.signal == 'a' or value > 3",
        "properties.signal == properties.other",
        "properties.signal in ['a', properties.other]",
        "properties.signal in [1]",
        "properties.signal == 1",
        "properties.signal in properties.list",
        "'a' in properties.signal",
        "properties.signal in 'abc'",
        "properties.signals == 'a'",
        "properties.signal.name == 'a'",
        "startswith(properties.signal, 'a')",
        "lower(properties.signal) == 'a'",
        "properties.signal >= 'a'",
        "True if properties.signal == 'a' else False",
    ],
)
def test_not_pinned(text: str) -> None:
    assert pinned(parse(text, Scope("touchpoint")), "properties.signal") is None
