"""Stories that nothing reads, modules that lead nowhere, stages in which nobody stays."""

from __future__ import annotations

from collections.abc import Iterator

from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted
from rules.story import Story


class UnusedStory(Check):
    """A story of which no signal reads a value."""

    name = "unused-story"
    reason = "A story is kept for every customer, whether anything reads it or not."
    fix = "take it away, or read its stage"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        read = {name for signal in linted.kept for name in linted.relations.stories_read(signal)}
        for story in linted.library.stories:
            if story.name not in read:
                spot = linted.places.of("story", story.name)
                yield self.found(spot, f"the story `{story.name}`, which no signal reads", "one that is read")


class IdleModule(Check):
    """A module on which nothing hangs: no stage, no other module, no channel, and no signal."""

    name = "idle-module"
    reason = "What a customer learns and nothing asks for changes nothing, and was meant to."
    fix = "let a stage need it or a signal read it, or take it away"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        read = {name for signal in linted.kept for name in linted.relations.story_values_read(signal)}
        for story in linted.library.stories:
            used = _used(story)
            for module in story.modules:
                is_read = any(name.startswith(f"module.{story.name}.{module.name}.") for name in read)
                if module.name not in used and not is_read and not _counts_all(story):
                    spot = linted.places.of("story", story.name, "modules", module.name, at_key=True)
                    found = f"the module `{module.name}`, on which nothing hangs"
                    yield self.found(spot, found, "one that leads somewhere")


class PassedStage(Check):
    """A stage that is left at the moment at which it begins."""

    name = "passed-stage"
    reason = "Nobody is ever seen in a stage whose next one needs nothing more: no signal can fire by it."
    fix = "let the next stage need a module more, or touchpoints"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        for story in linted.library.stories:
            done: set[str] = set()
            some = 0
            for at, stage in enumerate(story.stages[:-1]):
                done.update(stage.modules)
                some = max(some, stage.some, len(done))
                following = story.stages[at + 1]
                more = following.touchpoints is not None or following.some > some or set(following.modules) - done
                if at and not more:
                    spot = linted.places.of("story", story.name, "stages", at)
                    found = f"the stage `{stage.name}`, after which `{following.name}` needs nothing more"
                    yield self.found(spot, found, "a stage in which a customer can stay")


def _used(story: Story) -> set[str]:
    """The modules that a stage needs, that come before others or open a channel."""
    named = [stage.modules for stage in story.stages] + [module.after for module in story.modules]
    named += [gate.after for gate in story.channels]
    return {name for names in named for name in names}


def _counts_all(story: Story) -> bool:
    """Whether a stage asks for a number of modules, of which each may be one."""
    return any(stage.some for stage in story.stages)
