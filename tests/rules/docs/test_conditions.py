"""Conditions in plain English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest

from rules.declaration import Feature, Library, Segment
from rules.docs.phrase import as_text
from rules.docs.wording.conditions import ConditionWords
from rules.docs.wording.features import FeatureWords
from rules.docs.wording.types import TypeWords
from rules.explaining.needs import mirrored
from rules.explaining.writing import written
from rules.expression import ExpressionError
from rules.expression.tree import Compare, Constant, Node
from rules.relations import Relations

FEATURES = (
    Feature("brand_heat", "score", weights=(), half_life=86_400_000, per="brand"),
    Feature("last_order", "last", ("order.placed",), "time"),
    Feature("met", "count", ("view",), over=3_600_000, per="module"),
    Feature("momentum", "trend", ("a",), over=86_400_000),
    Feature("views", "count", ("view",), over=3_600_000),
)
RELATIONS = Relations(Library("tests", "0", features=FEATURES, segments=(Segment("young", "profile.age < 40"),)))
WORDS = FeatureWords(RELATIONS.features, TypeWords(()))
VIEWS = "the number of `view` in the last hour (`views`)"
YOUNG = "the customer is in the segment `young`"
TRUE = "is known and isn't false, 0 or empty"
ORDERED = "the `time` of the last `order.placed` (`last_order`)"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("views >= 5", f"{VIEWS} is 5 or more"),
        ("views > 5", f"{VIEWS} is more than 5"),
        ("views <= 5", f"{VIEWS} is 5 or less"),
        ("views < 5", f"{VIEWS} is less than 5"),
        ("views == 5", f"{VIEWS} is 5"),
        ("views != 5", f"{VIEWS} is anything but 5"),
        ("5 <= views", f"{VIEWS} is 5 or more"),
        ("2 <= views < 5", f"{VIEWS} is 2 or more and less than 5"),
        ("views >= 12345.5", f"{VIEWS} is 12,345.5 or more"),
        ("views in [1, 2, 3]", f"{VIEWS} is one of 1, 2 or 3"),
        ("profile.plan not in ['a', 'b']", "the profile's `plan` is none of “a” or “b”"),
        ("'x' in profile.tags", "“x” is in the profile's `tags`"),
        ("views", f"{VIEWS} is known and isn't 0"),
        ("not views", f"{VIEWS} is 0, or isn't known"),
        ("profile.email_consent", f"the profile's `email_consent` {TRUE}"),
        ("profile.email_consent == True", "the profile's `email_consent` is true"),
        ("not profile.email_consent", "the profile's `email_consent` is false, 0 or empty, or isn't known"),
        ("lower(profile.name)", "the profile's `name` in lower case is known and isn't empty"),
        ("exists(profile.age)", "the profile's `age` is known"),
        ("context.sales == 'on'", "the context's `sales` is “on”"),
        ("context.w[profile.town].sky == 1", "the context's `w` for the profile's `town`, its `sky` is 1"),
        ("not context.sales", "the context's `sales` is false, 0 or empty, or isn't known"),
        ("not exists(profile.age)", "the profile's `age` isn't known"),
        ("segment.young", "the customer is in the segment `young`"),
        ("not segment.young", "the customer isn't in the segment `young`"),
        ("not (views >= 5)", f"it isn't so that ({VIEWS} is 5 or more)"),
        ("views > 1 and views < 9", f"{VIEWS} is more than 1, and {VIEWS} is less than 9"),
        ("views > 9 or segment.young", f"either {VIEWS} is more than 9, or the customer is in the segment `young`"),
        (
            "segment.young and (views > 9 or profile.vip)",
            f"{YOUNG}, and (either {VIEWS} is more than 9, or the profile's `vip` {TRUE})",
        ),
        ("momentum == 'rising'", "the trend `momentum` is “rising”"),
        ("brand_heat['tent'] > 3", "the score `brand_heat` of “tent” is more than 3"),
        ("touchpoint.channel == 'web'", "the touchpoint's `channel` is “web”"),
        ("days_since(last_order) > 7", f"the number of days since {ORDERED} is more than 7"),
        ("days_until(profile.ends) < 7", "the number of days until the profile's `ends` is less than 7"),
        ("hours_since(last_order) > 7", f"the number of hours since {ORDERED} is more than 7"),
        ("share(views, profile.n) > 0.5", f"the share of {VIEWS} in the profile's `n` is more than 0.5"),
        ("min(views, 3) == 3", f"the smallest of {VIEWS} and 3 is 3"),
        ("max(views, 3, profile.n) == 3", f"the largest of {VIEWS}, 3 and the profile's `n` is 3"),
        ("round(profile.n, 2) == 3", "the profile's `n`, rounded to 2 decimals is 3"),
        ("abs(profile.n) > 3", "the profile's `n` without its sign is more than 3"),
        ("len(profile.name) > 3", "the length of the profile's `name` is more than 3"),
        ("lower(profile.name) == 'x'", "the profile's `name` in lower case is “x”"),
        ("startswith(profile.name, 'x')", "the profile's `name` begins with “x”"),
        ("matches(profile.name, '^x+$')", "the profile's `name` fits the pattern `^x+$`"),
        ("views * 2 + 1 > 3", f"({VIEWS} times 2) plus 1 is more than 3"),
        ("views - 1 > 3", f"{VIEWS} minus 1 is more than 3"),
        ("views / 2 > 3", f"{VIEWS} divided by 2 is more than 3"),
        ("views % 2 == 1", f"what is left of {VIEWS} after dividing it by 2 is 1"),
        ("-profile.n > 3", "minus the profile's `n` is more than 3"),
        ("(3 if segment.young else 5) < views", f"(3 if {YOUNG}, otherwise 5) is less than {VIEWS}"),
        ("segment.young if profile.n > 3 else views > 5",
         f"if the profile's `n` is more than 3: {YOUNG}; otherwise: {VIEWS} is more than 5"),
        ("True", "always"),
        ("False", "never"),
    ],
)  # fmt: skip
def test_a_condition(condition: str, said: str) -> None:
    assert as_text(ConditionWords(RELATIONS, WORDS.read).whole(condition)) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("views > 3", f"whether {VIEWS} is more than 3"),
        ("not profile.vip", "whether the profile's `vip` is false, 0 or empty, or isn't known"),
        ("exists(profile.vip)", "whether the profile's `vip` is known"),
        ("'x'", "“x”"),
        ("True", "true"),
        ("3.0", "3"),
        ("1 if profile.vip else 'none'", f"1 if the profile's `vip` {TRUE}, otherwise “none”"),
    ],
)
def test_a_value(value: str, said: str) -> None:
    assert as_text(ConditionWords(RELATIONS, WORDS.read).value(value, None)) == said


def test_the_own_value_of_an_instance() -> None:
    own = ConditionWords(RELATIONS, WORDS.read).whole("met > 3 and met['x'] > 2", "module")
    told = "the number of `view`{} in the last hour (`met`) is more than {}"
    assert as_text(own) == f"{told.format(' of that `module`', 3)}, and {told.format(' of “x”', 2)}"
    said = ConditionWords(RELATIONS, WORDS.read).whole("brand_heat > 3", "brand")
    assert as_text(said) == "the score `brand_heat` of that `brand` is more than 3"


def test_parts_of_a_condition_one_by_one() -> None:
    parts = ConditionWords(RELATIONS, WORDS.read).parts("views > 3 and (profile.vip or segment.young)", None)
    assert [as_text(part) for part in parts] == [
        f"{VIEWS} is more than 3",
        f"either the profile's `vip` {TRUE}, or the customer is in the segment `young`",
    ]


def test_a_condition_on_a_touchpoint_names_its_fields_and_signals() -> None:
    where = "properties.signal in ['a.b', 'c'] and attention > 0.5"
    expected = "its `properties.signal` is one of `a.b` or `c`, and its `attention` is more than 0.5"
    assert as_text(WORDS.where(where)) == expected


@dataclass(frozen=True)
class Grammar:
    """Forms of expressions; in each, v stands for a value and t for a truth."""

    atoms: Sequence[str]
    values: Sequence[str]
    truths: Sequence[str]
    conditions: Sequence[str]

    def drawn(self, random: Random, depth: int, kind: str) -> str:
        """A random expression; a part of one stands in parentheses."""
        simple, forms = (self.atoms, self.values) if kind == "v" else (self.truths, self.conditions)
        form = random.choice([*simple, *forms, *forms] if depth else simple)
        return re.sub(r"\b[vt]\b", lambda one: f"({self.drawn(random, depth - 1, one[0])})", form)


JOINED = ["t and t", "t or t", "t if t else t", "not t", "t and t and t"]
ASKED = ["v < v", "v <= v", "v > v", "v >= v", "v == v", "v != v", "v in [v, 'y']", "v not in [v]", "v in v"]
CALLS = ["abs(v)", "len(v)", "lower(v)", "round(v)", "round(v, 2)", "days_since(v)", "days_until(v)", "share(v, v)"]
SUMS = ["v + v", "v - v", "v * v", "v / v", "v % v", "-v", "min(v, v)", "max(v, v)"]
EVERYTHING = Grammar(
    ["views", "brand_heat['x']", "momentum", "last_order", "profile.a", "profile.b", "touchpoint.dwell", "3", "'x'"],
    [*CALLS, *SUMS, "v if t else v"],
    ["segment.young", "True", "False", "views", "momentum", "profile.a", "touchpoint.dwell"],
    [*ASKED, *JOINED, "exists(v)", "startswith(v, 'x')", "2 <= v < 5"],
)
LOGIC = Grammar(["views", "3"], [], ["profile.a", "segment.young", "views < 3"], JOINED)
CHOICES = Grammar(["profile.a", "profile.b"], ["v if t else v", "v + v", "-v"], ["profile.a"], ["v < v", "not t"])


def meaning(node: Node) -> str:
    """An expression written out, comparisons from one side."""
    if isinstance(node, Compare) and len(node.rest) == 1 and isinstance(node.first, Constant):
        operator, other = node.rest[0]
        if not isinstance(other, Constant) and (turned := mirrored(operator)):
            return meaning(Compare(node.at, node.kind, node.always, other, ((turned, node.first),)))
    return (
        written(node) if not node.parts() else f"{type(node).__name__} {shape(node)} {list(map(meaning, node.parts()))}"
    )


def shape(node: Node) -> object:
    return (
        getattr(node, "operator", "") or getattr(node, "function", "") or [one for one, _ in getattr(node, "rest", ())]
    )


@pytest.mark.parametrize("grammar", [EVERYTHING, LOGIC, CHOICES], ids=["everything", "logic", "choices"])
def test_what_differs_in_meaning_differs_in_words(grammar: Grammar) -> None:
    """Whoever approves the words has approved the one condition that they say."""
    random, words = Random(2026), ConditionWords(RELATIONS, WORDS.read)
    said: dict[str, tuple[str, str]] = {}
    for _ in range(8_000):
        kind = random.choice("ttv")
        text = grammar.drawn(random, 3, kind)
        try:
            tree = RELATIONS.expression(text).tree
        except ExpressionError:
            continue
        told = as_text(words.whole(text) if kind == "t" else words.value(text, None))
        first, other = said.setdefault(f"{kind}: {told}", (meaning(tree), text))
        assert first == meaning(tree), (other, text, told)
    assert len(said) > 1_000
