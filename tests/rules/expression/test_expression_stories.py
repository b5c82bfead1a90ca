"""Values of stories in expressions: what they are known to be, and names that features may have too."""

from __future__ import annotations

import pytest

from rules.expression import ExpressionError, FeatureInfo, FeatureRead, Scope, Tendency, compile_customer, parse

STORIES = {
    ("stage", "s"): FeatureInfo("text", tendency=Tendency.STILL, always=True, words=("one", "two")),
    ("module", "s", "m", "done"): FeatureInfo("bool", tendency=Tendency.STILL, always=True),
    ("story", "s", "overdue"): FeatureInfo("bool", tendency=Tendency.RISES, always=True),
    ("story", "s", "open", "topic"): FeatureInfo("bool", tendency=Tendency.FALLS, always=True),
    ("story", "s", "unlocked", "direct-mail"): FeatureInfo("bool", tendency=Tendency.STILL, always=True),
}
FEATURES = {"module": FeatureInfo("number", always=True), "story": FeatureInfo("number", per="brand", always=True)}
SCOPE = Scope("customer", FEATURES, stories=STORIES)


@pytest.mark.parametrize(
    ("text", "tendency"),
    [
        ("stage.s == 'two'", Tendency.STILL),
        ("module.s.m.done", Tendency.STILL),
        ("story.s.overdue", Tendency.RISES),
        ("not story.s.overdue", Tendency.FALLS),
        ("not story.s.open.topic", Tendency.RISES),
        ("story.s.overdue and not story.s.open.topic", Tendency.RISES),
    ],
)
def test_what_time_alone_can_do_to_it(text: str, tendency: Tendency) -> None:
    assert parse(text, SCOPE, timed=True).tendency is tendency


def test_what_it_reads() -> None:
    expression = parse("stage.s == 'two' and story.s.unlocked['direct-mail'] and module > 1", SCOPE)
    assert {(read.name, read.story) for read in expression.reads} == {
        ("stage.s", "s"),
        ("story.s.unlocked.direct-mail", "s"),
        ("module", None),
    }


def test_a_feature_may_be_called_as_values_of_stories_begin() -> None:
    assert parse("module > 1 and story['x'] > 1", SCOPE).reads == {
        FeatureRead("module"),
        FeatureRead("story", key="x"),
    }


def test_it_is_read_by_its_reader() -> None:
    expression = parse("stage.s == 'two'", SCOPE)
    function = compile_customer(expression, {FeatureRead("stage.s"): lambda parts, _now, _per: parts[1]})
    assert function({1: "two"}, {}, None, 0, None) is True
    assert function({1: "one"}, {}, None, 0, None) is False


@pytest.mark.parametrize(
    ("text", "found", "instead"),
    [
        ("stage.t == 'one'", "the unknown name `stage.t`", "write `stage.s`"),
        ("stage.s == 'tow'", "`'tow'`, which `stage.s` never is", "write 'two'"),
        ("module.s", "`module.s` alone", "write `module.s.m`"),
        ("story.s.open.topci", "the unknown name `story.s.open.topci`", "write `story.s.open.topic`"),
        ("story.s.overdue.x", "`story.s.overdue.x`", "write `story.s.overdue`"),
        ("stage[s]", "`stage[s]`", "names in quotes"),
        ("stage.__class__", "`stage.__class__`", "use another field"),
    ],
)
def test_what_is_refused(text: str, found: str, instead: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, SCOPE)
    assert caught.value.mistakes[0].found == found
    assert instead in f"{caught.value.mistakes[0].instead} {caught.value.mistakes[0].expected}"


def test_no_story_in_what_sees_a_touchpoint_alone() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("stage.s == 'two'", Scope("touchpoint"))
    assert caught.value.mistakes[0].instead == "ask for the stage in the signal's `if`"
