"""Stories: names that exist, an order that has no circle, stages that can be reached, shares that make a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.check.parts import Parts
from rules.check.stages import check_mix, check_stages
from rules.check.types import check_named, named
from rules.circles import find_circles, in_words
from rules.fields import is_internal, matches
from rules.names import nearest, one_of
from rules.problem import Problem
from rules.schema import NeededEntry, StageEntry, StoryFile, TouchEntry
from rules.schema_reading import Placed
from rules.source import Path


def check_stories(parts: Parts) -> Iterator[Problem]:
    """What is wrong with the stories of a library, each of which is right or mended by itself."""
    yield from _check_names(parts)
    proofs = {entry.evidence for entry in (parts.interactions or {}).values() if entry.evidence is not None}
    for story in parts.stories:
        yield from _check_types(story, parts)
        yield from _check_modules(story)
        yield from _check_order(story)
        yield from check_stages(story)
        yield from check_mix(story)
        yield from _check_ends(story)
        if parts.has_catalogue and parts.interactions is not None:
            yield from _check_proofs(story, proofs)


def _check_names(parts: Parts) -> Iterator[Problem]:
    first: dict[str, Placed[StoryFile]] = {}
    for story in parts.stories:
        other = first.setdefault(story.model.story, story)
        if other is not story and not story.is_mended(("story",)):
            line, column = other.document.at(("story",))
            found = f"the name `{story.model.story}`, which {other.document.file}:{line}:{column} has too"
            yield from story.problem(("story",), found, "a name that no other story has", "give it another name")


def _check_types(story: Placed[StoryFile], parts: Parts) -> Iterator[Problem]:
    """The types of the catalogue; those within are among the story's own."""
    within = list(_paths_within(story))
    unknown = list(check_named(story, [("of",), *within], parts))
    yield from unknown
    told = {(problem.line, problem.column) for problem in unknown}
    for path, name in named(story, [("of",)]):
        if is_internal(name) and not name.startswith("trigger."):
            expected = "what customers do"
            yield from story.problem(path, f"`{name}` in a story", expected, "leave it out, or keep a feature of it")
    if story.is_mended_below(("of",)):
        return
    own = story.model.of
    for path, name in named(story, within):
        if not any(_takes_in(pattern, name) for pattern in own) and _place(story, path) not in told:
            near = nearest(name, own)
            instead = f"write `{near}`, or add `{name}` to `of`" if near else f"add `{name}` to the story's own `of`"
            yield from story.problem(path, f"`{name}`, which the story's `of` lacks", "a type of the story", instead)


def _place(story: Placed[StoryFile], path: Path) -> tuple[int, int]:
    return story.document.at((*story.path, *path))


def _takes_in(pattern: str, name: str) -> bool:
    """Whether all that ``name``, a type or a wildcard, means is among what ``pattern`` does."""
    if name == "*":
        return pattern == "*"
    return pattern == name or matches(pattern, name.removesuffix(".*") + ".x" if name.endswith(".*") else name)


def _paths_within(story: Placed[StoryFile]) -> Iterator[Path]:
    """Where a story names types but for its own `of`."""
    file = story.model
    yield from (("modules", name, "of") for name in file.modules or {})
    for at, stage in enumerate(file.stages):
        if isinstance(stage, StageEntry) and isinstance(stage.touchpoints, NeededEntry):
            yield "stages", at, "touchpoints", "of"
    for name, branch in (file.branches or {}).items():
        yield "branches", name, "of"
        yield ("branches", name, "answered", *(("of",) if isinstance(branch.answered, TouchEntry) else ()))
    if file.reenter is not None:
        yield ("reenter", "by", *(("of",) if isinstance(file.reenter.by, TouchEntry) else ()))


def _check_modules(story: Placed[StoryFile]) -> Iterator[Problem]:
    """Modules that are named are there."""
    if story.is_mended(("modules",)):
        return
    known = story.document.keys(("modules",))
    for path in _paths_of_modules(story):
        for place, name in _names_at(story, path):
            if name not in known:
                near = nearest(name, known)
                expected = (
                    f"a module of the story: {one_of(known)}" if known else "a module of the story, which has none"
                )
                instead = f"write `{near}`" if near else f"add `{name}: {{}}` to `modules`"
                yield from story.problem(place, f"the unknown module `{name}`", expected, instead)
    for name, module in (story.model.modules or {}).items():
        if module.needs == 0:
            path = ("modules", name, "needs")
            yield from story.problem(
                path, "a module that needs nothing", "a share over 0%", "write, for example, `50%`"
            )


def _paths_of_modules(story: Placed[StoryFile]) -> Iterator[Path]:
    file = story.model
    yield from (("modules", name, "after") for name in file.modules or {})
    yield from (("stages", at, "modules") for at, stage in enumerate(file.stages) if _names_modules(stage))
    yield from (("channels", channel) for channel in file.channels or {})
    yield from (("branches", name, "modules") for name in file.branches or {})


def _names_modules(stage: str | StageEntry) -> bool:
    return isinstance(stage, StageEntry) and isinstance(stage.modules, tuple)


def _names_at(story: Placed[StoryFile], path: Path) -> Iterator[tuple[Path, str]]:
    """The names at a path, one or a list of them; none where nothing is there."""
    return ((place, name) for place, name in named(story, [path]) if not story.is_mended(place))


def _check_order(story: Placed[StoryFile]) -> Iterator[Problem]:
    modules = story.model.modules or {}
    after = {name: module.after or () for name, module in modules.items()}
    for circle in find_circles(after).found:
        found = f"a circle of modules: {in_words(circle).replace(' reads ', ' after ')}"
        expected = "modules that don't come after one another in a circle"
        instead = f"take `{circle[1]}` out of `after` of `{circle[0]}`"
        yield from story.problem(("modules", circle[0], "after"), found, expected, instead)


def _check_ends(story: Placed[StoryFile]) -> Iterator[Problem]:
    """How a branch closes, and when the story begins anew."""
    for name in story.model.branches or {}:
        path: Path = ("branches", name)
        if story.has(*path, "answered") and story.has(*path, "stays"):
            found, expected = "`stays` beside `answered`", "`stays` of an interest, or `answered` of an objection"
            instead = "leave it out: an objection stays open until it is answered"
            yield from story.problem((*path, "stays"), found, expected, instead, at_key=True)
    said = any(story.has("reenter", key) for key in ("after", "by"))
    if story.has("reenter") and not said and not story.is_mended_below(("reenter",)):
        expected = "one of `after` and `by`, or both"
        yield from story.problem(
            ("reenter",), "`reenter` without `after` and `by`", expected, "add, for example, `after: 365d`"
        )


def _check_proofs(story: Placed[StoryFile], proofs: Iterable[str]) -> Iterator[Problem]:
    """What is weighed as evidence is what a type of the catalogue proves."""
    weighed: Mapping[str, float] = story.model.evidence.proves or {}
    for word in weighed:
        if word not in proofs:
            near = nearest(word, proofs)
            instead = f"write `{near}`" if near else "leave it out, or write it to a type in interactions.yaml"
            found, expected = f"`{word}`, which no type of interactions.yaml proves", one_of(sorted(proofs))
            yield from story.problem(("evidence", "proves", word), found, expected, instead, at_key=True)
