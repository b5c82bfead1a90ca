"""What becomes of firings, and of triggers afterwards, from a list of all triggers that there ever were."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.calendar import HOUR, local, zone_of
from tests.oracle.customer import Customer
from tests.oracle.expression import truth_of, value_of
from tests.oracle.follow import Follow
from tests.oracle.library import Library, Signal
from tests.oracle.matcher import Matcher
from tests.oracle.silent import Silent
from tests.oracle.stories import share
from tests.oracle.types import matches
from tests.oracle.values import MISSING, duration, key_of
from tests.oracle.values import field as field_of

Tree = dict[str, Any]
MINUTE = 60_000
HALF_LIFE = 90 * 24 * HOUR
ANSWERED_WITHIN = 30 * 24 * HOUR
RESPONSES = {"trigger.opened", "trigger.clicked", "trigger.converted"}
NEVER_CAME = {"trigger.failed", "trigger.refused"}


@dataclass
class Firing:
    """A firing as policy is asked about it. `lookup` names values as of now, `ended` is that of its silences."""

    signal: Signal
    matcher: Matcher
    moment: int
    ids: list[str]
    late: bool
    wanted: bool
    touchpoint: Tree | None
    carry: Tree
    ended: int | None


@dataclass
class Trigger:
    """One that went, or waits (`waits`), or never will (`never`). All times are ms."""

    firing: Firing
    channel: str
    goes: int
    values: dict[str, Any]
    waits: bool = False
    never: bool = False
    cancelled: bool = False
    answered: bool = False

    @property
    def expires(self) -> int:
        return self.firing.moment + self.firing.signal.expires


@dataclass
class Verdict:
    """What is decided: the outcome, why, on which channel, and when, where that isn't the firing's moment."""

    outcome: str
    reason: str | None = None
    channel: str | None = None
    at: int | None = None


@dataclass
class Policy:
    """One customer's. `told` is what happened on channels, in order: (what, channel, ms of its trigger, ms)."""

    customer: Customer
    library: Library
    triggers: list[Trigger] = field(default_factory=list)
    told: list[tuple[str, str, int, int]] = field(default_factory=list)

    # Firings

    def rank(self, firing: Firing) -> tuple[float, str, str]:
        signal, value = firing.signal, firing.signal.value
        if self.group(signal).get("by") == "response":
            value *= max([self.chance(name, firing.moment) for name in self.options(signal)], default=0.0)
        return (-value, signal.name, firing.matcher.per or "")

    def decide(self, firing: Firing, append: int, gone: set[str]) -> Verdict:
        signal = firing.signal
        options = self.options(signal)
        only = options[0] if len(options) == 1 else None
        before = self.before_channels(firing, gone)
        if before in {"status", "if"}:
            return Verdict("held", before, only)
        if not self.agreed(signal):
            return Verdict("held", "consent", only)
        welcome = [name for name in options if self.welcomes(name)]
        if options and not welcome:
            return Verdict("held", "consent", only)
        reason = before or self.capped(firing)
        if reason:
            return Verdict("held", reason, only)
        left = [name for name in welcome if not self.full(firing, self.of(name), lambda t: t.channel == name)]  # noqa: B023
        if (welcome and not left) or self.full(firing, self.library.tree["library"], lambda _: True):
            return Verdict("held", "cap", only)
        if self.told_already(firing):
            return Verdict("held", "content", only)
        return self.on_a_channel(firing, left, append, gone, only)

    def before_channels(self, firing: Firing, gone: set[str]) -> str | None:
        """The first of status, if, unless, holdout and arbitration (consent is asked between)."""
        signal = firing.signal
        if signal.shadow:
            return "status"
        if not firing.wanted:
            return "if"
        if self.forbids(firing, firing.moment, firing.touchpoint):
            return "unless"
        if self.held_out(signal):
            return "holdout"
        return "arbitration" if signal.body.get("group") in gone else None

    def on_a_channel(self, firing: Firing, left: list[str], append: int, gone: set[str], only: str | None) -> Verdict:
        """Quiet hours, the choice, expiry; the trigger that comes of it."""
        if firing.signal.body["then"].get("channel") == "best":
            left.sort(key=lambda name: (-self.worth(firing, name), name))
        if "mix" in firing.signal.body["then"]:
            behind = self.behind(firing.signal.body["then"]["mix"], firing.moment)
            left.sort(key=lambda name: -behind.get(name, 0))
        if not left:
            return Verdict("held", "no channel", only)
        awake = [name for name in left if not self.sleeps(name, append) or self.of(name)["quiet"].get("then") != "drop"]
        if not awake:
            return Verdict("held", "quiet", only)
        of_use = [name for name in awake if not self.useless(firing, name)]
        if not of_use:
            return Verdict("held", "no channel", only)
        now = [name for name in of_use if not self.sleeps(name, append)]
        later = [name for name in of_use if self.wakes(name, append) < firing.moment + firing.signal.expires]
        if not now and not later:
            return Verdict("held", "expired", only)
        channel = (now or later)[0]
        if now and firing.moment + firing.signal.expires <= append:
            return Verdict("held", "expired", channel)
        if "group" in firing.signal.body:
            gone.add(firing.signal.body["group"])
        self.triggers.append(
            Trigger(firing, channel, firing.moment if now else self.wakes(channel, append), self.values(firing))
        )
        if now:
            self.told.append(("sent", channel, firing.moment, firing.moment))
            return Verdict("sent", None, channel)
        self.triggers[-1].waits = True
        return Verdict("deferred", "quiet", channel)

    # What is asked

    def behind(self, story: str, now: int) -> dict[str, float]:
        """By channel, how much of the story's attention its share lacks."""
        [mix] = [one["mix"] for one in self.library.tree["stories"] if one["story"] == story]
        found, lookup = dict[str, float](), self.customer.lookup(now, None, None)
        for name, portion in mix.items():
            channels, wanted = (portion["of"], portion["share"]) if isinstance(portion, dict) else ([name], portion)
            actual = value_of(f"story.{story}.share.{name}", lookup)
            lacks = round(share(wanted) - (0 if actual is MISSING else actual), 9)
            found |= dict.fromkeys(channels, lacks)
        return found

    def options(self, signal: Signal) -> list[str]:
        named = signal.body["then"].get("channel")
        if named == "best":
            return sorted(self.library.tree["channels"])
        return [named] if isinstance(named, str) else list(named or [])

    def of(self, channel: str) -> Tree:
        return self.library.tree["channels"][channel] or {}

    def group(self, signal: Signal) -> Tree:
        groups = self.library.tree["library"].get("groups") or {}
        return groups.get(signal.body.get("group")) or {}

    def agreed(self, signal: Signal) -> bool:
        purpose = signal.body.get("purpose")
        return purpose is None or self.customer.profile_field(f"consent.{purpose}") is True

    def welcomes(self, channel: str) -> bool:
        consent = self.of(channel).get("consent")
        return consent is None or self.customer.profile_field(consent) is True

    def forbids(self, firing: Firing, now: int, touchpoint: Tree | None) -> bool:
        text = firing.signal.body.get("unless")
        own = touchpoint if touchpoint is not None and firing.matcher.is_own(touchpoint) else None
        return text is not None and truth_of(text, self.customer.lookup(now, firing.matcher.per, own))

    def held_out(self, signal: Signal) -> bool:
        digest = hashlib.sha256(f"{signal.name}:{self.customer.name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64 < signal.body.get("holdout", 0)

    def capped(self, firing: Firing) -> str | None:
        signal = firing.signal
        own = self.full(firing, signal.body, lambda one: one.firing.signal.name == signal.name)
        group = signal.body.get("group")
        mates = self.full(firing, self.group(signal), lambda one: one.firing.signal.body.get("group") == group)
        return "cap" if own or mates else None

    def full(self, firing: Firing, body: Tree, counts: Callable[[Trigger], bool]) -> bool:
        """Whether one of the caps that a part of the library says is reached."""
        for cap in listed(body.get("cap")):
            since, per = firing.moment - duration(cap["over"]), cap.get("per")
            mine = self.values(firing).get(per)
            found = [one for one in self.triggers if not one.never and one.goes > since and counts(one)]
            if len([one for one in found if per is None or one.values.get(per) == mine]) >= cap["count"]:
                return True
        return False

    def values(self, firing: Firing) -> dict[str, Any]:
        """What caps with `per` count by."""
        signal = firing.signal
        bodies = [signal.body, self.group(signal), self.library.tree["library"], *map(self.of, self.options(signal))]
        fields = {cap["per"] for body in bodies for cap in listed(body.get("cap")) if "per" in cap}
        return {name: self.value(firing, name) for name in fields}

    def value(self, firing: Firing, name: str) -> str | None:
        if firing.signal.per == name:
            return firing.matcher.per
        own = firing.touchpoint if firing.touchpoint and firing.matcher.is_own(firing.touchpoint) else None
        found = MISSING if own is None else field_of(own, name)
        return None if found is MISSING else key_of(found)

    def told_already(self, firing: Firing) -> bool:
        again, content = self.library.tree["library"].get("content_again"), firing.signal.body["then"].get("content")
        if again is None or content is None:
            return False
        since = firing.moment - duration(again)
        return any(
            one.firing.signal.body["then"].get("content") == content and one.goes > since and not one.never
            for one in self.triggers
        )

    # Quiet hours

    def sleeps(self, channel: str, now: int) -> bool:
        quiet = self.of(channel).get("quiet")
        if quiet is None:
            return False
        zone = zone_of(self.customer.profile_field("time_zone")) or self.library.zone
        clock = f"{local(now, zone):%H:%M}"
        begin, end = quiet["from"], quiet["to"]
        return begin <= clock < end if begin < end else clock >= begin or clock < end

    def wakes(self, channel: str, now: int) -> int:
        """The first minute that isn't quiet any more."""
        at = (now // MINUTE + 1) * MINUTE
        while self.sleeps(channel, at):
            at += MINUTE
        return at

    # What is to be expected

    def chance(self, channel: str, now: int) -> float:
        prior = self.of(channel).get("response", 0.05)
        own = [one for one in self.told if one[1] == channel]
        now = max([now, *(at for _, _, _, at in own)])
        failed = [sent for what, _, sent, _ in own if what == "failed"]
        counts = {"sent": 0.0, "answered": 0.0}
        for what, _, _, at in own:
            if what == "sent" and at in failed:
                failed.remove(at)
            elif what != "failed":
                counts[what] += 2.0 ** ((at - now) / HALF_LIFE)
        return round(min((counts["answered"] + 10 * prior) / (counts["sent"] + 10), 1), 9)

    def worth(self, firing: Firing, channel: str) -> float:
        value, cost = firing.signal.value, self.of(channel).get("cost", 0)
        return float(round(value * self.chance(channel, firing.moment) - cost, 9))

    def useless(self, firing: Firing, channel: str) -> bool:
        rest = self.of(channel).get("rest")
        if rest and self.in_a_row(channel) >= rest["after"]:
            last = max(at for what, name, _, at in self.told if name == channel and what == "sent")
            if firing.moment < last + duration(rest["for"]):
                return True
        best = firing.signal.body["then"].get("channel") == "best"
        return best and self.worth(firing, channel) < 0

    def in_a_row(self, channel: str) -> int:
        row = 0
        for what, name, _, _ in self.told:
            if name == channel:
                row = row + 1 if what == "sent" else 0 if what == "answered" else max(row - 1, 0)
        return row

    # Afterwards

    def next_going(self, limit: int) -> int | None:
        return min((one.goes for one in self.triggers if one.waits and one.goes <= limit), default=None)

    def release(self, due: int, append: int) -> Iterable[tuple[Trigger, Verdict]]:
        """What becomes of those that waited until then; one that finds it quiet again waits on, and says nothing."""
        for trigger in [one for one in self.triggers if one.waits and one.goes <= due]:
            reason = self.changed(trigger, due, append)
            if reason:
                trigger.waits, trigger.never = False, True
                yield trigger, Verdict("held", reason, trigger.channel, due)
            elif self.sleeps(trigger.channel, append):
                trigger.goes = self.wakes(trigger.channel, append)
            else:
                trigger.waits = False
                self.told.append(("sent", trigger.channel, trigger.goes, trigger.goes))
                yield trigger, Verdict("sent", None, trigger.channel, due)

    def changed(self, trigger: Trigger, due: int, append: int) -> str | None:
        if not self.agreed(trigger.firing.signal) or not self.welcomes(trigger.channel):
            return "consent"
        if self.forbids(trigger.firing, due, None):
            return "unless"
        goes = self.wakes(trigger.channel, append) if self.sleeps(trigger.channel, append) else append
        return "expired" if trigger.expires <= goes else None

    def see(self, touchpoint: Tree, now: int, *, late: bool) -> Iterable[tuple[Trigger, Verdict]]:
        """What a touchpoint that isn't too late takes back, and what it tells of responses."""
        self.note_outcome(touchpoint, now)
        for trigger in self.triggers:
            if trigger.never or trigger.cancelled or now >= trigger.expires:
                continue
            reason = self.takes_back(trigger, touchpoint, late=late)
            if reason:
                trigger.cancelled, trigger.never, trigger.waits = True, trigger.waits, False
                yield trigger, Verdict("cancelled", reason, trigger.channel, now)

    def takes_back(self, trigger: Trigger, touchpoint: Tree, *, late: bool) -> str | None:
        firing, kind = trigger.firing, touchpoint["type"]
        matcher = firing.matcher
        lenient = matcher.is_own(touchpoint) or matcher.value_in(touchpoint) is None
        cancels = firing.signal.body["then"].get("cancel_on")
        if cancels and matches(cancels, kind) and touchpoint["time"] >= firing.moment and lenient:
            return "cancel_on"
        if kind == "profile.updated" and not (self.agreed(firing.signal) and self.welcomes(trigger.channel)):
            return "opted out"
        return "late" if late and falls_into_silence(firing, touchpoint, lenient=lenient) else None

    def note_outcome(self, touchpoint: Tree, now: int) -> None:
        kind, named = touchpoint["type"], (touchpoint.get("properties") or {}).get("trigger")
        if kind not in RESPONSES | NEVER_CAME:
            return
        for trigger in self.triggers:
            fresh = not (trigger.waits or trigger.never or trigger.answered)
            if identity(trigger.firing, self.customer.name) == named and fresh:
                if touchpoint["time"] < trigger.goes + ANSWERED_WITHIN:
                    trigger.answered = True
                    what = "answered" if kind in RESPONSES else "failed"
                    self.told.append((what, trigger.channel, trigger.goes, now))
                return


def falls_into_silence(firing: Firing, touchpoint: Tree, *, lenient: bool) -> bool:
    """Whether it lies in one of the silences at whose end the signal fired."""
    matcher, time, kind = firing.matcher, touchpoint["time"], touchpoint["type"]
    if isinstance(matcher, Silent):
        end = (firing.ended or 0) - matcher.latency
        inside = end - matcher.length < time < end
        return firing.ended is not None and inside and matches(matcher.types, kind) and matcher.is_own(touchpoint)
    if not isinstance(matcher, Follow) or not lenient or firing.ended is None:
        return False
    end = firing.ended
    for wait in reversed(matcher.waits):
        if wait.silence is None:
            return False
        begin = end - wait.latency - wait.silence
        if begin <= time < end - wait.latency and any(matches(types, kind) for types in wait.breakers):
            return True
        end = begin
    return False


def listed(caps: Any) -> list[Tree]:
    return [caps] if isinstance(caps, dict) else list(caps or [])


def identity(firing: Firing, customer: str) -> str:
    per = [] if firing.matcher.per is None else [firing.matcher.per]
    parts = [firing.signal.name, customer, *per, str(firing.moment)]
    return ":".join(part.replace("%", "%25").replace(":", "%3A") for part in parts)
