"""What is refused, with the exact words: what was found, what was expected, what to write instead."""

from __future__ import annotations

import pytest

from rules.expression import ExpressionError, Mistake, Scope, parse
from rules.expression.refused import ALLOWED

PYTHON = "an expression as in Python"
NAMES = "a feature, `profile.NAME`, `segment.NAME` or `touchpoint.FIELD`"
FIELD = "a field of the touchpoint"
FUNCTION = (
    "`min`, `max`, `abs`, `round`, `len`, `exists`, `days_since`, `days_until`, `hours_since`, `share`, `lower`, "
    "`startswith` or `matches`"
)
COUNT = "make a feature that counts or sums"
A_LIST = "write a list, such as ['a', 'b']"
ORDER = "compare numbers with numbers and texts with texts"
PATH = "a path that begins with a name"
PATH_ADVICE = "write `profile.NAME`, `touchpoint.FIELD` or a feature"
SPLIT = "make features of parts of it, or several signals"
DATE = "a date such as '2026-01-31', or an instant such as '2026-01-31T09:00:00Z'"
TREND = "`rising`, `falling` or `steady`"
SEGMENT = "a segment of segments.yaml"
WITHIN = "names in quotes, or places in a list, within [ ]"
DUNDER = "a name that doesn't begin with `__`"


def mistakes_of(text: str, scope: Scope, *, timed: bool = False) -> tuple[Mistake, ...]:
    with pytest.raises(ExpressionError) as raised:
        parse(text, scope, timed=timed)
    return raised.value.mistakes


CONSTRUCTS = [
    ("lambda: 1", "a lambda", "write the condition itself"),
    ("[x for x in profile.y]", "a comprehension", COUNT),
    ("{x for x in profile.y}", "a comprehension", COUNT),
    ("{x: 1 for x in profile.y}", "a comprehension", COUNT),
    ("(x for x in profile.y)", "a comprehension", COUNT),
    ("f'{orders}'", "an f-string", "write a plain text in quotes"),
    ("(x := orders)", "an assignment with `:=`", "write the value where it is needed"),
    ("await profile.x", "`await`", "leave it out"),
    ("(yield)", "`yield`", "leave it out"),
    ("(yield from profile.x)", "`yield from`", "leave it out"),
    ("(1, 2)", "a tuple", A_LIST),
    ("()", "a tuple", A_LIST),
    ("{1, 2}", "a set", A_LIST),
    ("{'a': 1}", "a mapping", "compare one field of it"),
    ("profile.x is True", "`is`", "write `==`, or not exists(x)"),
    ("profile.x is not True", "`is not`", "write `!=`, or exists(x)"),
    ("orders // 2", "`//`", "write `/`, and round(x) around it"),
    ("orders ** 2", "`**`", "multiply with `*`"),
    ("orders @ 2", "`@`", "multiply with `*`"),
    ("orders & 2", "`&`", "write `and`"),
    ("orders | 2", "`|`", "write `or`"),
    ("orders ^ 2", "`^`", "write `!=`"),
    ("orders << 2", "`<<`", "write `<`"),
    ("orders >> 2", "`>>`", "write `>`"),
    ("~orders", "`~`", "write `not`"),
    ("+orders", "`+` before a value", "leave it out"),
]


@pytest.mark.parametrize(("text", "found", "instead"), CONSTRUCTS)
def test_constructs_of_python(customer_scope: Scope, text: str, found: str, instead: str) -> None:
    inner = text.strip("()") if ":=" in text or "yield" in text else text
    assert mistakes_of(text, customer_scope) == (Mistake(text.index(inner), len(inner), found, ALLOWED, instead),)


IN_CUSTOMER_SCOPE = [
    # names
    ("viws_1h > 2", 0, 7, "the unknown name `viws_1h`", NAMES, "write `views_1h`"),
    ("true", 0, 4, "the unknown name `true`", NAMES, "write `True`"),
    ("null", 0, 4, "the unknown name `null`", NAMES, "ask with exists(x) or not exists(x)"),
    ("None", 0, 4, "`None`", "a value", "ask with exists(x) or not exists(x)"),
    ("min > 5", 0, 3, "the unknown name `min`", NAMES, "call it: write `min(a, b)`"),
    ("days_since > 5", 0, 10, "the unknown name `days_since`", NAMES, "call it: write `days_since(date)`"),
    ("value > 5", 0, 5, "`value`, a touchpoint's field", NAMES, "write `touchpoint.value`"),
    ("touchpoint.prodct == 'a'", 0, 17, "the unknown name `touchpoint.prodct`", FIELD, "write `touchpoint.product`"),
    ("touchpoint", 0, 10, "`touchpoint`", "one field of it", "write `touchpoint.FIELD`"),
    ("touchpoint['type']", 0, 18, "`touchpoint['type']`", "one field of it", "write `touchpoint.FIELD`"),
    ("touchpoint.properties", 0, 21, "`touchpoint.properties` alone", "one of them", "write `properties.NAME`"),
    ("profile", 0, 7, "`profile` alone", "one field of it", "write `profile.NAME`"),
    ("profile[orders]", 0, 15, "`profile[orders]`", WITHIN, "write `.NAME`, ['NAME'] or [0]"),
    (
        "stage.learning == 2",
        0,
        14,
        "the unknown name `stage.learning`",
        "a story in stories/",
        "declare `learning` in stories/learning.yaml",
    ),
    # attributes and dunders
    ("profile.x.__class__", 0, 19, "`profile.x.__class__`", DUNDER, "use another field"),
    ("orders.__class__", 0, 16, "`orders.__class__`", DUNDER, "use another field"),
    ("__import__", 0, 10, "`__import__`", DUNDER, "use another field"),
    ("orders.real", 0, 11, "`orders.real`", "`orders` alone, which has no parts", "write `orders`"),
    ("'a'.join", 0, 8, "`'a'.join`, a part of a value", PATH, PATH_ADVICE),
    ("[1][0]", 0, 6, "`[1][0]`, a part of a value", PATH, PATH_ADVICE),
    ("lower(interest).x", 0, 17, "`lower(interest).x`, a part of a value", PATH, PATH_ADVICE),
    # features kept per a field
    (
        "brand_heat > 3",
        0,
        10,
        "`brand_heat`, kept per brand, where the signal has no `per`",
        "one value of it",
        "write brand_heat['VALUE'], or give the signal `per: brand`",
    ),
    ("brand_heat[1] > 3", 0, 13, "`brand_heat[1]`", "one brand as a text in quotes", "write brand_heat['VALUE']"),
    (
        "brand_heat['a']['b']",
        0,
        20,
        "`brand_heat['a']['b']`",
        "one brand as a text in quotes",
        "write brand_heat['VALUE']",
    ),
    (
        "orders['a']",
        0,
        11,
        "`orders['a']`, but `orders` is not kept per a field",
        "`orders` alone",
        "write `orders`, or give the feature a `per`",
    ),
    # calls
    ("foo(1)", 0, 6, "a call of `foo`", FUNCTION, "call one of these"),
    ("rond(orders)", 0, 12, "a call of `rond`", FUNCTION, "write round(x) or round(x, 2)"),
    ("eval('1')", 0, 9, "a call of `eval`", FUNCTION, "call one of these"),
    ("profile.x.lower()", 0, 17, "a call of `profile.x.lower`", FUNCTION, "call one of these"),
    ("(lambda: 1)()", 0, 13, "a call of `lambda: 1`", FUNCTION, "call one of these"),
    ("day_since(profile.x)", 0, 20, "a call of `day_since`", FUNCTION, "write days_since(date)"),
    ("days_until()", 0, 12, "`days_until` with 0 values", "days_until(date)", "write days_until(date)"),
    (
        "days_since(orders > 1) > 3",
        11,
        10,
        "`orders > 1`, true or false in `days_since`",
        "a text or a number",
        "write days_since(date)",
    ),
    ("days_until('31.12.2026') < 3", 11, 12, "`'31.12.2026'` as a date", DATE, "write one of these forms"),
    ("hours_since('2026-02-30') < 3", 12, 12, "`'2026-02-30'` as a date", DATE, "write one of these forms"),
    ("days_since(True) < 3", 11, 4, "`True` as a date", DATE, "write one of these forms"),
    (
        "days_since(profile.x) > '5'",
        24,
        3,
        "`days_since(profile.x)`, a number, beside `'5'`, a text, in `>`",
        "a number on both sides",
        "write 5 without quotes",
    ),
    # what has only a few words
    ("momentum == 'risng'", 12, 7, "`'risng'`, which `momentum` never is", TREND, "write 'rising'"),
    ("'up' != momentum", 0, 4, "`'up'`, which `momentum` never is", TREND, "write 'rising'"),
    ("momentum in ['steady', 'down']", 23, 6, "`'down'`, which `momentum` never is", TREND, "write 'rising'"),
    # segments
    ("segment", 0, 7, "`segment`", "one segment", "write `segment.NAME`"),
    ("segment.young.old", 0, 17, "`segment.young.old`", "one segment", "write `segment.NAME`"),
    ("segment['young']", 0, 16, "`segment['young']`", "one segment", "write `segment.NAME`"),
    ("segment.yuong", 0, 13, "the unknown name `segment.yuong`", SEGMENT, "declare `yuong` in segments.yaml"),
    ("min(orders)", 0, 11, "`min` with 1 value", "min(a, b)", "write min(a, b)"),
    ("share(1, 2, 3)", 0, 14, "`share` with 3 values", "share(part, whole)", "write share(part, whole)"),
    ("len()", 0, 5, "`len` with 0 values", "len(x)", "write len(x)"),
    (
        "round(orders, ndigits=2)",
        0,
        24,
        "`round` with values by name",
        "round(x) or round(x, 2)",
        "write round(x) or round(x, 2)",
    ),
    ("exists(*profile.x)", 7, 10, "`*` before a value", ALLOWED, "write the values one by one"),
    ("round(orders, 99)", 14, 2, "`99` as the digits to keep", "a whole number from -15 to 15", "write round(x, 2)"),
    (
        "round(orders, profile.n)",
        14,
        9,
        "`profile.n` as the digits to keep",
        "a whole number from -15 to 15",
        "write round(x, 2)",
    ),
    (
        "round(orders, True)",
        14,
        4,
        "`True` as the digits to keep",
        "a whole number from -15 to 15",
        "write round(x, 2)",
    ),
    (
        "matches(interest, profile.p)",
        18,
        9,
        "`profile.p` as the pattern",
        "a text in quotes",
        "write the pattern out in quotes",
    ),
    (
        "matches(interest, '(')",
        18,
        3,
        "the pattern `'('` (missing ): ()",
        "a regular expression that RE2 can read",
        "mend it",
    ),
    (
        "matches(interest, '(?=a)')",
        18,
        7,
        "the pattern `'(?=a)'` (invalid perl operator: (?=)",
        "a regular expression that RE2 can read",
        "mend it",
    ),
    (f"matches(interest, '{'a' * 201}')", 18, 203, "a pattern of 201 characters", "200 at most", "write a shorter one"),
    # kinds
    (
        "orders > '5'",
        9,
        3,
        "`orders`, a number, beside `'5'`, a text, in `>`",
        "a number on both sides",
        "write 5 without quotes",
    ),
    (
        "orders == 'x'",
        10,
        3,
        "`orders`, a number, beside `'x'`, a text, in `==`",
        "a number on both sides",
        "write a number (a time is epoch milliseconds)",
    ),
    (
        "interest < 5",
        11,
        1,
        "`interest`, a text, beside `5`, a number, in `<`",
        "a text on both sides",
        "write '5' in quotes",
    ),
    (
        "interest != orders",
        12,
        6,
        "`interest`, a text, beside `orders`, a number, in `!=`",
        "a text on both sides",
        ORDER,
    ),
    (
        "orders in [1, 'a']",
        14,
        3,
        "`orders`, a number, beside `'a'`, a text, in a list",
        "a number on both sides",
        "write a number (a time is epoch milliseconds)",
    ),
    (
        "(orders > 1) == 1",
        16,
        1,
        "`orders > 1`, true or false, beside `1`, a number, in `==`",
        "true or false on both sides",
        "write the condition alone, or `not` before it",
    ),
    (
        "True < profile.x",
        0,
        4,
        "`True`, true or false, which has no order",
        "a number or a text on both sides of `<`",
        ORDER,
    ),
    ("interest in orders", 12, 6, "`orders`, a number after `in`", "a list or a text", A_LIST),
    (
        "orders in interest",
        0,
        6,
        "`orders`, a number before `in` and a text",
        "a text",
        "write a text before `in`, or a list after it",
    ),
    ("interest + 2", 0, 8, "`interest`, a text beside `+`", "a number", "calculate with numbers only"),
    ("-interest", 1, 8, "`interest`, a text after `-`", "a number", "write a number"),
    (
        "orders + (orders > 1)",
        10,
        10,
        "`orders > 1`, true or false beside `+`",
        "a number",
        "calculate with numbers only",
    ),
    ("abs(interest)", 4, 8, "`interest`, a text in `abs`", "a number", "write abs(x)"),
    ("len(orders)", 4, 6, "`orders`, a number in `len`", "a text or a list", "write len(x)"),
    ("startswith(interest, 5)", 21, 1, "`5`, a number in `startswith`", "a text", "write startswith(text, beginning)"),
    # literals
    ("b'a'", 0, 4, "`b'a'`", "a number, a text in quotes, True or False", "write one of these"),
    ("3j", 0, 2, "`3j`", "a number, a text in quotes, True or False", "write one of these"),
    ("...", 0, 3, "`...`", "a number, a text in quotes, True or False", "write one of these"),
    ("1e999", 0, 5, "`1e999`", "a number of 2**53 at most", "write a smaller one"),
    ("-9007199254740993", 1, 16, "`9007199254740993`", "a number of 2**53 at most", "write a smaller one"),
    ("9007199254740993", 0, 16, "`9007199254740993`", "a number of 2**53 at most", "write a smaller one"),
    ("9007199254740992 * 2", 0, 20, "`9007199254740992 * 2`", "a number of 2**53 at most", "write a smaller one"),
    ("1 / 0", 0, 5, "`1 / 0`, a division by 0", "a number", "divide by another"),
    ("1 % (2 - 2)", 0, 11, "`1 % (2 - 2)`, a division by 0", "a number", "divide by another"),
    (r"'\ud800'", 0, 8, r"half a character in `'\ud800'`", "whole ones", "leave it out"),
    (f"'{'a' * 257}'", 0, 259, "a text of 257 characters", "256 at most", "compare with a shorter one"),
    (f"[{'1,' * 101}]", 0, 204, "a list of 101 values", "100 at most", "write a shorter one"),
    # text that isn't an expression
    ("", 0, 0, "an empty expression", "a condition or a value", "write one, such as `True`"),
    ("  \n ", 0, 4, "an empty expression", "a condition or a value", "write one, such as `True`"),
    ("orders = 5", 7, 1, "`=`", PYTHON, "write `==`"),
    ("orders && heat", 7, 2, "`&&`", PYTHON, "write `and`"),
    ("share(orders, views_1h) >= 50%", 27, 3, "`50%`", PYTHON, "write `0.5`, a share of 1"),
    ("heat > 12.5 % and orders > 1", 7, 6, "`12.5 %`", PYTHON, "write `0.125`, a share of 1"),
    ("(heat > 100%)", 8, 4, "`100%`", PYTHON, "write `1`, a share of 1"),
    ("orders || heat", 7, 2, "`||`", PYTHON, "write `or`"),
    ("orders <> 5", 7, 2, "`<>`", PYTHON, "write `!=`"),
    ("!orders", 0, 1, "`!`", PYTHON, "write `not`"),
    ("orders AND heat", 7, 3, "`AND` (invalid syntax)", PYTHON, "mend it"),
    ("orders >", 8, 0, "its end (invalid syntax)", PYTHON, "mend it"),
    ("exists(orders", 6, 7, "`(orders` ('(' was never closed)", PYTHON, "mend it"),
    ("orders)", 6, 1, "`)` (unmatched ')')", PYTHON, "mend it"),
    ("'abc", 0, 4, "`'abc` (unterminated string literal (detected at line 1))", PYTHON, "mend it"),
    ("orders > 5 # many", 11, 1, "a comment", PYTHON, "put the comment in the YAML, after ` #`"),
    ("orders > 5\0", 10, 1, "the control character U+0000", "readable text", "take it out"),
    ("'a\x07'", 2, 1, "the control character U+0007", "readable text", "take it out"),
    ("'\udcff'", 1, 1, "the control character U+DCFF", "readable text", "take it out"),
    # too much
    ("1" * 2_001, 0, 2_001, "an expression of 2,001 characters", "2,000 at most", "make features of parts of it"),
    ("not " * 40 + "orders", 0, 166, "an expression nested deeper than 40", "40 levels at most", SPLIT),
    ("-" * 1_990 + "orders", 0, 1_996, "an expression nested deeper than 40", "40 levels at most", SPLIT),
    ("+".join(["1"] * 41), 0, 81, "an expression nested deeper than 40", "40 levels at most", SPLIT),
    (
        " or ".join(["True"] * 200),
        0,
        1_596,
        "an expression of 201 parts",
        "200 names, literals and operators at most",
        SPLIT,
    ),
]


@pytest.mark.parametrize(("text", "offset", "length", "found", "expected", "instead"), IN_CUSTOMER_SCOPE)
def test_in_customer_scope(
    customer_scope: Scope, text: str, offset: int, length: int, found: str, expected: str, instead: str
) -> None:
    assert mistakes_of(text, customer_scope) == (Mistake(offset, length, found, expected, instead),)


def test_a_segment_without_its_prefix() -> None:
    scope = Scope("customer", {}, segments={"young": None})
    found = Mistake(0, 5, "`young`, a segment", NAMES, "write `segment.young`")
    assert mistakes_of("young and profile.x", scope) == (found,)


IN_TOUCHPOINT_SCOPE = [
    ("vlaue > 5", 0, 5, "the unknown name `vlaue`", FIELD, "write `value`"),
    ("touchpoint.value > 5", 0, 16, "`touchpoint.value`", "a field by its own name", "leave out `touchpoint.`"),
    ("profile.age > 5", 0, 11, "`profile.age`", FIELD, "ask for the profile in the signal's `if`"),
    ("segment.x", 0, 9, "`segment.x`", FIELD, "ask for the segment in the signal's `if`"),
    (
        "product.size",
        0,
        12,
        "`product.size`",
        "`product` alone, which has no parts",
        "write `product`, or `properties.size`",
    ),
    ("properties", 0, 10, "`properties` alone", "one of them", "write `properties.NAME`"),
    ("properties[product]", 0, 19, "`properties[product]`", WITHIN, "write `.NAME`, ['NAME'] or [0]"),
    ("identities.a.b", 0, 14, "`identities.a.b`", "one identity, a text without parts", "write `identities.a`"),
    (
        "identities.a > 5",
        15,
        1,
        "`identities.a`, a text, beside `5`, a number, in `>`",
        "a text on both sides",
        "write '5' in quotes",
    ),
    (
        "time > '2026-01-01'",
        7,
        12,
        "`time`, a number, beside `'2026-01-01'`, a text, in `>`",
        "a number on both sides",
        "write a number (a time is epoch milliseconds)",
    ),
]


@pytest.mark.parametrize(("text", "offset", "length", "found", "expected", "instead"), IN_TOUCHPOINT_SCOPE)
def test_in_touchpoint_scope(
    touchpoint_scope: Scope, text: str, offset: int, length: int, found: str, expected: str, instead: str
) -> None:
    assert mistakes_of(text, touchpoint_scope) == (Mistake(offset, length, found, expected, instead),)


def test_a_signal_per_another_field(customer_scope: Scope) -> None:
    scope = Scope("customer", customer_scope.features, per="product")
    (mistake,) = mistakes_of("brand_heat > 3", scope)
    assert mistake.found == "`brand_heat`, kept per brand, where the signal is kept per product"


def test_no_touchpoint_with_hold(customer_scope: Scope) -> None:
    scope = Scope("customer", customer_scope.features, holds=True)
    (mistake,) = mistakes_of("touchpoint.value > 3", scope)
    assert str(mistake) == (
        "found `touchpoint.value`; expected no touchpoint in a `when` with `hold`; "
        "leave out `hold`, or keep a feature of the touchpoints and read that"
    )


def test_all_mistakes_come_at_once_and_in_order(customer_scope: Scope) -> None:
    text = "viws_1h > 2 and (orders > 'x' or foo(interst)) and profile.x is 5"
    found = [(mistake.offset, mistake.found) for mistake in mistakes_of(text, customer_scope)]
    assert found == [
        (0, "the unknown name `viws_1h`"),
        (26, "`orders`, a number, beside `'x'`, a text, in `>`"),
        (33, "a call of `foo`"),
        (37, "the unknown name `interst`"),
        (51, "`is`"),
    ]


def test_places_count_characters_of_the_text(customer_scope: Scope) -> None:
    (mistake,) = mistakes_of("\n  interest == 'né'\n\tand viws_1h > 2", customer_scope)
    assert (mistake.offset, mistake.length) == (25, 7)


def test_long_pieces_are_cut_in_messages(customer_scope: Scope) -> None:
    (mistake,) = mistakes_of(f"orders == '{'a' * 200}'", customer_scope)
    assert len(mistake.found) < 130


def test_the_error_says_all_of_it(customer_scope: Scope) -> None:
    with pytest.raises(ExpressionError, match=r"(?s)^0: found the unknown name `a`.*\n9: found the unknown name `b`"):
        parse("a > 1 or b", customer_scope)
