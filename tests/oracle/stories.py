"""Where a customer stands in a story: all its touchpoints read again in their order, each time it is asked."""

from __future__ import annotations

import ast
import bisect
import math
import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.expression import truth_of
from tests.oracle.features import Record, of_touchpoint
from tests.oracle.types import matches
from tests.oracle.values import MISSING, duration, is_number, kind

KEPT = 8  # a late one is read behind all but the last so many
ROUNDED = 9
Tree = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """A story as its YAML says it; `proofs` is the evidence of the catalogue's types."""

    body: Tree
    proofs: dict[str, str]
    zone: ZoneInfo

    @property
    def name(self) -> str:
        return str(self.body["story"])

    @property
    def stages(self) -> list[Tree]:
        return [one if isinstance(one, dict) else {"stage": one} for one in self.body["stages"]]

    @property
    def modules(self) -> dict[str, Tree]:
        return self.body.get("modules") or {}

    @property
    def branches(self) -> dict[str, Tree]:
        return self.body.get("branches") or {}

    def mix(self) -> dict[str, tuple[list[str], float]]:
        said = self.body.get("mix") or {}
        whole = {name: one if isinstance(one, dict) else {"of": name, "share": one} for name, one in said.items()}
        return {name: (listed(one["of"]), share(one["share"])) for name, one in whole.items()}

    def means(self, touchpoint: Tree, said: Any) -> bool:
        """Whether a touchpoint is of the types that are said and its `where` is true; types may stand alone."""
        one = said if isinstance(said, dict) else {"of": said}
        if one.get("of") is not None and not matches(one["of"], touchpoint["type"]):
            return False
        return truth_of(one.get("where", True), of_touchpoint(touchpoint, self.zone))


@dataclass
class Open:
    """A branch: how many touchpoints of it, the last, since when it is open, whether it ever was."""

    times: int = 0
    last: int | None = None
    since: int | None = None
    ever: bool = False


@dataclass
class Round:
    """One round of a customer through a story."""

    number: int
    began: int
    since: int
    last: int
    stage: int = 0
    seen: list[Tree] = field(default_factory=list)
    in_stage: list[Tree] = field(default_factory=list)
    brought: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    open: dict[str, Open] = field(default_factory=dict)


def own(story: Story) -> Tree:
    return {key: story.body[key] for key in ("of", "where") if key in story.body}


def listed(said: Any) -> list[Any]:
    return [] if said is None else said if isinstance(said, list) else [said]


def share(said: Any) -> float:
    return float(said[:-1]) / 100 if isinstance(said, str) else float(said)


def in_order(story: Story, history: list[Record]) -> list[tuple[int, Tree]]:
    """The story's touchpoints in the order in which they are read, each with the time that it is taken to have."""
    ordered: list[tuple[int, Tree]] = []
    for record in history:
        if record.too_late or not story.means(record.touchpoint, own(story)):
            continue
        place = max(bisect.bisect_right([time for time, _ in ordered], record.time), len(ordered) - KEPT)
        before = ordered[place - 1][0] if place else 0
        ordered.insert(place, (max(record.time, before), record.touchpoint))
    return ordered


def standing(story: Story, history: list[Record]) -> Round | None:
    now: Round | None = None
    for time, touchpoint in in_order(story, history):
        now = after(story, now, max(time, now.last if now else 0), touchpoint)
    return now


def after(story: Story, before: Round | None, time: int, touchpoint: Tree) -> Round:
    now = before
    if now is None or begins_anew(story, now, time, touchpoint):
        now = Round(number=now.number + 1 if now else 1, began=time, since=time, last=time)
        now.open = {name: Open() for name in story.branches}
    now.last = time
    now.seen.append(touchpoint)
    for name, module in story.modules.items():
        if story.means(touchpoint, {"where": f"module == {name!r}", **module}):
            now.brought.setdefault(name, []).append((time, worth(story, touchpoint)))
    for name, branch in story.branches.items():
        move_branch(story, branch, now.open[name], time, touchpoint)
    finish(story, now, time)
    shift(story, now, time, touchpoint)
    return now


def begins_anew(story: Story, now: Round, time: int, touchpoint: Tree) -> bool:
    reenter = story.body.get("reenter") or {}
    by = now.stage > 0 and "by" in reenter and story.means(touchpoint, reenter["by"])
    return by or ("after" in reenter and time - now.last >= duration(reenter["after"]))


def attention_of(story: Story, touchpoint: Tree) -> tuple[float, bool]:
    """How much attention a touchpoint has, and whether it is only dwelt on."""
    evidence = story.body.get("evidence") or {}
    if is_number(touchpoint.get("attention")):
        return touchpoint["attention"], False
    dwell = touchpoint.get("dwell")
    if "dwell" in evidence and is_number(dwell) and dwell > 0:
        return min(1.0, dwell * 1000 / duration(evidence["dwell"])), True
    return 0.0, True


def worth(story: Story, touchpoint: Tree) -> float:
    evidence = story.body.get("evidence") or {}
    attention, dwelt = attention_of(story, touchpoint)
    otherwise = share(evidence.get("otherwise", 0.5))
    if dwelt:
        return attention * otherwise
    led_by = evidence.get("led_by", {"customer": 1.0})
    proves, proof = evidence.get("proves") or {}, story.proofs.get(touchpoint["type"])
    weights = [share(led_by[touchpoint["led_by"]])] if touchpoint.get("led_by") in led_by else []
    weights += [share(evidence.get("reaction", 1.0))] if touchpoint.get("reaction") else []
    weights += [share(proves[proof])] if proof in proves else []
    return attention * max(weights, default=otherwise)


def move_branch(story: Story, branch: Tree, now: Open, time: int, touchpoint: Tree) -> None:
    if "answered" in branch and story.means(touchpoint, branch["answered"]):
        now.times, now.since = 0, None
    if not story.means(touchpoint, {key: branch[key] for key in ("of", "where") if key in branch}):
        return
    if "stays" in branch and now.last is not None and time - now.last >= duration(branch["stays"]):
        now.times, now.since = 0, None
    now.times, now.last = now.times + 1, time
    if now.times >= branch.get("times", 1) and now.since is None:
        now.since, now.ever = time, True


def attention(story: Story, now: Round, module: str, time: int) -> float:
    """What is left at a time of what a module was brought, 1 at most."""
    half_life = story.body.get("half_life")
    brought = now.brought.get(module, [])
    if half_life is not None:
        brought = [(at, amount * math.exp2((at - time) / duration(half_life))) for at, amount in brought]
    return min(1.0, round(math.fsum(amount for _, amount in brought), ROUNDED))


def unlocked(story: Story, now: Round, module: str) -> bool:
    gates = [name for name, branch in story.branches.items() if module in listed(branch.get("modules"))]
    return set(listed(story.modules[module].get("after"))) <= now.done and (
        not gates or any(now.open[name].ever for name in gates)
    )


def finish(story: Story, now: Round, time: int) -> None:
    for _ in story.modules:  # one that is done may unlock another
        for name, module in story.modules.items():
            enough = attention(story, now, name, time) >= share(module.get("needs", 0.5))
            if enough and unlocked(story, now, name):
                now.done.add(name)


def shift(story: Story, now: Round, time: int, touchpoint: Tree) -> None:
    now.in_stage.append(touchpoint)
    while now.stage + 1 < len(story.stages) and leads(story, now, story.stages[now.stage + 1]):
        now.stage, now.since, now.in_stage = now.stage + 1, time, []


def leads(story: Story, now: Round, stage: Tree) -> bool:
    modules, needed = stage.get("modules"), stage.get("touchpoints")
    if isinstance(modules, int):
        if len(now.done) < modules:
            return False
    elif not set(listed(modules)) <= now.done:
        return False
    if needed is None:
        return True
    said = needed if isinstance(needed, dict) else {"count": needed}
    counted = [one for one in now.in_stage if story.means(one, {k: v for k, v in said.items() if k in ("of", "where")})]
    types = said.get("types", 1)
    return len(counted) >= max(said.get("count", 1), types) and len({one["type"] for one in counted}) >= types


# How it reads


def read(story: Story, now: Round | None, path: list[str], time: int) -> Any:
    """The value of a path such as `["module", "cardio", "safety", "done"]`."""
    if path[0] == "stage":
        return story.stages[now.stage if now else 0]["stage"]
    if path[0] == "module":
        return of_module(story, now, path[2], path[3:], time)
    return of_story(story, now, path[2:], time)


def of_module(story: Story, now: Round | None, module: str, path: list[str], time: int) -> Any:
    standing = now or Round(0, 0, 0, 0, open={name: Open() for name in story.branches})
    match path:
        case ["attention"]:
            return attention(story, standing, module, time)
        case ["done"]:
            return module in standing.done
        case ["unlocked"]:
            return unlocked(story, standing, module)
    mine = [
        one for one in standing.seen if story.means(one, {"where": f"module == {module!r}", **story.modules[module]})
    ]
    return shares(story, mine).get(path[1], MISSING)


def of_story(story: Story, now: Round | None, path: list[str], time: int) -> Any:
    match path:
        case ["touchpoints"]:
            return len(now.seen) if now else 0
        case ["round"]:
            return now.number if now else 0
        case ["modules_done"]:
            return len(now.done) if now else 0
        case ["overdue"]:
            moment = due(story, now) if now else None
            return moment is not None and time >= moment
        case ["open", branch]:
            return now is not None and is_open(story.branches[branch], now.open[branch], time)
        case ["unlocked", channel]:
            return now is not None and set(listed(story.body["channels"][channel])) <= now.done
    return MISSING if now is None else of_begun(story, now, path, time)


def of_begun(story: Story, now: Round, path: list[str], time: int) -> Any:
    """What there is only of who has begun the story."""
    match path:
        case ["since"]:
            return now.since
        case ["began"]:
            return now.began
        case ["due"]:
            moment = due(story, now)
            return MISSING if moment is None else moment
        case ["open_since", branch]:
            return now.open[branch].since if is_open(story.branches[branch], now.open[branch], time) else MISSING
        case ["first_channel" | "last_channel" as which]:
            channels = [one["channel"] for one in now.seen if one.get("channel") is not None]
            return MISSING if not channels else channels[0 if which == "first_channel" else -1]
        case ["share", portion]:
            return shares(story, now.seen).get(portion, MISSING)
        case ["off"]:
            found = shares(story, now.seen)
            offs = [abs(found[name] - wanted) for name, (_, wanted) in story.mix().items()] if found else []
            return round(max(offs), ROUNDED) if offs else MISSING
    raise AssertionError(path)


def shares(story: Story, seen: list[Tree]) -> dict[str, float]:
    """The share of each portion of the mix; none where no attention came by any of them."""
    sums = {
        name: math.fsum(attention_of(story, one)[0] for one in seen if one.get("channel") in channels)
        for name, (channels, _) in story.mix().items()
    }
    whole = math.fsum(sums.values())
    return {name: round(one / whole, ROUNDED) for name, one in sums.items()} if whole > 0 else {}


def due(story: Story, now: Round) -> int | None:
    following = story.stages[now.stage + 1 :][:1]
    return now.since + duration(following[0]["within"]) if following and "within" in following[0] else None


def closing(branch: Tree, now: Open) -> int | None:
    return now.last + duration(branch["stays"]) if "stays" in branch and now.last is not None else None


def is_open(branch: Tree, now: Open, time: int) -> bool:
    end = closing(branch, now)
    return now.since is not None and (end is None or time < end)


# What a condition reads


def mentioned(text: Any) -> set[str]:
    """The stories that an expression names."""
    if not isinstance(text, str):
        return set()
    return {match[1] for match in re.finditer(r"\b(?:stage|module|story)\.(\w+)", ast.unparse(ast.parse(text.strip())))}


def moments(story: Story, now: Round | None) -> list[int]:
    """When time alone changes a value by a step."""
    if now is None:
        return []
    closings = [closing(story.branches[name], one) for name, one in now.open.items()]
    return [one for one in (due(story, now), *closings) if one is not None]


def of_library(tree: Tree, zone: ZoneInfo) -> dict[str, Story]:
    catalogue = tree.get("interactions") or {}
    proofs = {name: body["evidence"] for name, body in catalogue.items() if kind(body.get("evidence")) == "text"}
    return {body["story"]: Story(body, proofs, zone) for body in tree.get("stories") or []}
