"""A file in `stories/`."""

from __future__ import annotations

from keyword import kwlist
from typing import Annotated, Any, Final

from pydantic import Discriminator, Tag

from rules.schema.declared import Declared
from rules.schema.words import MaybeMillis, MaybeTypes, MaybeWhere, Types
from rules.schema_kinds import Collection, Number, Share, Text, some_of
from rules.schema_kinds.stages import ModulesNeeded

_WORD: Final = "[A-Za-z][A-Za-z0-9_]*"
_IN_WORDS: Final = "letters, digits and `_`, a letter first"
_KEYWORDS: Final = frozenset(kwlist)

STORY_NAME: Final = Text(f"a name of a story: {_IN_WORDS}", "cardio", 60, _WORD, _KEYWORDS)
MODULE_NAME: Final = Text(f"a name of a module: {_IN_WORDS}", "safety", 60, _WORD, _KEYWORDS)
BRANCH_NAME: Final = Text(f"a name of a branch: {_IN_WORDS}", "price", 60, _WORD, _KEYWORDS)
PORTION_NAME: Final = Text(f"a name of a share: {_IN_WORDS}", "digital", 60, _WORD, _KEYWORDS)
STAGE_NAME: Final = Text("a name of a stage", "aware", 60, r"[^\s'\"](?:[^'\"\n]*[^\s'\"])?")
CHANNEL: Final = Text("a channel, as touchpoints say it", "email", 100)
WORD: Final = Text("a word, as touchpoints or the catalogue say it", "customer", 100)

_modules: Final = some_of(MODULE_NAME, "a module, or a list of them", "safety")
_channels: Final = some_of(CHANNEL, "a channel, or a list of them", ["email", "site"])
Modules = Annotated[tuple[str, ...], _modules]
MaybeModules = Annotated[tuple[str, ...] | None, _modules]
Weight = Annotated[float, Share()]


class TouchEntry(Declared):
    """Which touchpoints of the story are meant."""

    called = "touchpoints"

    of: MaybeTypes = None
    """The types that are meant; without it all of the story's own."""
    where: MaybeWhere = None
    """Only touchpoints for which this is true are meant."""


class NeededEntry(TouchEntry):
    """How many touchpoints a stage takes, counted since the stage before it began.

    The touchpoint that led to the stage before doesn't count.
    """

    called = "`touchpoints`"

    count: Annotated[int, Number("a whole number from 1 to 1000", 3, lowest=1, highest=1000, whole=True)] = 1
    """How many it takes."""
    types: Annotated[int, Number("a whole number from 1 to 20", 2, lowest=1, highest=20, whole=True)] = 1
    """Of how many different types they must be at least."""


def _form(value: Any) -> str:
    return "<mapping>" if isinstance(value, dict) else "<value>"


CountForm = Annotated[
    Annotated[
        Annotated[int, Number("a whole number from 1 to 1000", 3, lowest=1, highest=1000, whole=True)], Tag("<value>")
    ]
    | Annotated[NeededEntry, Tag("<mapping>")],
    Discriminator(_form),
]
TouchForm = Annotated[
    Annotated[Types, Tag("<value>")] | Annotated[TouchEntry, Tag("<mapping>")],
    Discriminator(_form),
]


class StageEntry(Declared):
    """A stage, and what leads to it from the one before: all that is said here.

    A touchpoint of the story moves a customer on as far as it goes. The first stage is where all begin: nothing leads
    to it. A stage that begins with a touchpoint counts touchpoints from the next one on.
    """

    called = "a stage"

    stage: Annotated[str, STAGE_NAME]
    """The stage's name. A first stage may be written as its name alone."""
    modules: Annotated[tuple[str, ...] | int | None, ModulesNeeded(each=MODULE_NAME)] = None
    """The modules that must be done, or how many of all modules."""
    touchpoints: CountForm | None = None
    """How many touchpoints must have come since the stage before began: a number, or a mapping that says more."""
    within: MaybeMillis = None
    """How long after the stage before began: when that is reached, `story.NAME.overdue` is true until the shift. It
    doesn't prevent the shift."""


StageForm = Annotated[
    Annotated[Annotated[str, STAGE_NAME], Tag("<value>")] | Annotated[StageEntry, Tag("<mapping>")],
    Discriminator(_form),
]


class ModuleEntry(TouchEntry):
    """A module: a part of what is to be learned.

    Its attention is the sum of what its touchpoints bring, 1 at most, whether it is unlocked or not. It is done when it
    is unlocked and has what it needs, and stays so until the story begins anew.
    """

    called = "a module"

    where: MaybeWhere = None
    """Only touchpoints for which this is true are the module's; without it those whose field `module` is its name."""
    needs: Weight = 0.5
    """The attention with which it is done."""
    after: MaybeModules = None
    """The modules that must be done before it is unlocked."""


class EvidenceEntry(Declared):
    """What a touchpoint's `attention` is worth: the largest weight of those that apply.

    Who led, a reaction and taking part so count for more than looking, and all of these for more than time spent. A
    touchpoint without attention brings none.
    """

    called = "`evidence`"

    led_by: Annotated[
        dict[Annotated[str, WORD], Weight] | None,
        Collection("weights by who led", {"customer": "100%", "rep": "60%"}, least=0, most=10, is_table=True),
    ] = None
    """By the touchpoint's `led_by`. Where it isn't said: what the customer led counts in full."""
    reaction: Weight = 1.0
    """Where the touchpoint has a `reaction`."""
    proves: Annotated[
        dict[Annotated[str, WORD], Weight] | None,
        Collection("weights by evidence", {"participated": "80%", "viewed": "40%"}, most=20, is_table=True),
    ] = None
    """By what the catalogue says of its type as `evidence`."""
    otherwise: Weight = 0.5
    """Where none of these applies."""
    dwell: MaybeMillis = None
    """Where a touchpoint has no `attention`, its `dwell` counts in its place, so long for all of it; it is worth
    `otherwise`, whoever led."""


class PortionEntry(Declared):
    """A share of the mix."""

    called = "a share"

    of: Annotated[tuple[str, ...], _channels]
    """Its channels."""
    share: Weight
    """How much of the story's attention is to come by them."""


PortionForm = Annotated[
    Annotated[Weight, Tag("<value>")] | Annotated[PortionEntry, Tag("<mapping>")],
    Discriminator(_form),
]


class BranchEntry(TouchEntry):
    """What an interest, or an objection, opens.

    With `answered` it is an objection, which stays open until an answer comes; without it an interest.
    """

    called = "a branch"

    times: Annotated[int, Number("a whole number from 1 to 100", 2, lowest=1, highest=100, whole=True)] = 1
    """How many such touchpoints open it; counted anew when it has closed."""
    modules: MaybeModules = None
    """Modules that are locked until the branch is opened; of those in several branches, until one of them is."""
    answered: TouchForm | None = None
    """Of an objection: the touchpoints that answer it, types or a mapping with `of` and `where`. One that opens it too
    opens it again."""
    stays: MaybeMillis = None
    """Of an interest: how long after the last such touchpoint it closes by itself. Those before such a pause don't
    count."""


class ReenterEntry(Declared):
    """When a person goes round again: the story begins anew, at its first stage, with nothing taken in.

    The touchpoint with which it begins anew is the first of the new round.
    """

    called = "`reenter`"

    after: MaybeMillis = None
    """With the next touchpoint after so long without one."""
    by: TouchForm | None = None
    """With such a touchpoint, types or a mapping with `of` and `where`, from a later stage than the first."""


class StoryFile(Declared):
    """A file in `stories/`: one story, a brand's learning path.

    Each customer goes through its stages in order. Its values in expressions:

    `stage.STORY` is the name of the stage, of who has no touchpoint of the story the first one.

    `module.STORY.NAME.attention` (0 to 1), `.done`, `.unlocked`, and `.share.SHARE` of the mix.

    `story.STORY.since` (when the stage began), `.due` (by when it must move on), `.overdue`, `.began` (when the story
    did), `.round` (how often it has begun), `.touchpoints` (in this round), `.modules_done`, `.first_channel`,
    `.last_channel`, `.open.BRANCH` and `.open_since.BRANCH`, `.unlocked.CHANNEL`, `.share.SHARE` and `.off` (how far
    the share that is furthest off is from what it is to be). Moments are epoch milliseconds; what there isn't is
    missing.
    """

    called = "a story"

    story: Annotated[str, STORY_NAME]
    """The story's name, the only one of it in the library."""
    owner: Annotated[str | None, Text("the name of who answers for it", "brand-team", 200)] = None
    """Who answers for the story."""
    reason: Annotated[str | None, Text("a text that says why it is there", "Dosing needs safety first.", 2000)] = None
    """Why the story is there."""
    of: Types
    """The types of the touchpoints that belong to the story, `signal.fired` and `profile.updated` not among them. All
    that is said of touchpoints further down is said of these."""
    where: MaybeWhere = None
    """Only touchpoints for which this is true belong to it, such as those of the brand."""
    stages: Annotated[
        list[StageForm],
        Collection("a list of stages", ["unaware", {"stage": "aware", "modules": 1}], least=2, most=12),
    ]
    """The stages in order, each with what leads to it."""
    modules: Annotated[
        dict[Annotated[str, MODULE_NAME], ModuleEntry] | None,
        Collection("modules", {"efficacy": {"needs": "50%"}}, most=20, is_table=True),
    ] = None
    """What is to be learned."""
    evidence: EvidenceEntry = EvidenceEntry()
    """What attention is worth."""
    half_life: MaybeMillis = None
    """How long it takes to forget half of what was taken in. A module that is done stays so."""
    channels: Annotated[
        dict[Annotated[str, CHANNEL], Modules] | None,
        Collection("channels with modules", {"email": "efficacy"}, most=20, is_table=True),
    ] = None
    """Channels that are locked at first, each with the modules that must be done before; it says what to offer, and
    counts nothing differently."""
    mix: Annotated[
        dict[Annotated[str, PORTION_NAME], PortionForm] | None,
        Collection(
            "shares that make 100%", {"rep": "80%", "digital": {"of": "email", "share": "20%"}}, most=6, is_table=True
        ),
    ] = None
    """By which channels the story's attention is to come: a share, of the channel of that name, or a mapping with `of`
    and `share`. It is of attention before it is weighed; what comes by other channels isn't in it."""
    branches: Annotated[
        dict[Annotated[str, BRANCH_NAME], BranchEntry] | None,
        Collection(
            "branches", {"price": {"of": "objection.raised", "answered": "objection.answered"}}, most=10, is_table=True
        ),
    ] = None
    """What interests and objections open."""
    reenter: ReenterEntry | None = None
    """When the story begins anew; without it never."""
