"""One customer: everything that ever happened to it, and the instances of the signals that watch it."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Any

from tests.oracle import features, stories
from tests.oracle.calendar import zone_of
from tests.oracle.context import Context
from tests.oracle.date import DateWindow
from tests.oracle.expression import CONTEXT, NOW, ZONE, Lookup
from tests.oracle.features import Record
from tests.oracle.follow import Follow
from tests.oracle.library import Library, Signal
from tests.oracle.matcher import Matcher, View
from tests.oracle.profile import Field
from tests.oracle.silent import Silent
from tests.oracle.values import MISSING, field, key_of
from tests.oracle.when import When, features_per

KEPT_IDS = 64
KEPT_INSTANCES = 100
MATCHERS: dict[str, type[Matcher]] = {"when": When, "follow": Follow, "silent": Silent, "date": DateWindow}

Fired = tuple[Matcher, list[str]]  # an instance that fires, and the ids of what made it


class Customer:
    """Keeps the whole history. `clock` (ms) is None before the first record."""

    def __init__(self, name: str, library: Library, context: Context) -> None:
        self.name = name
        self.library = library
        self.context = context
        self.clock: int | None = None
        self.order = 0
        self.moments: set[tuple[str, str | None, int]] = set()
        self.history: list[Record] = []
        self.ids: deque[str] = deque(maxlen=KEPT_IDS)
        self.profile: dict[str, Field] = {}
        self.stands_at: dict[tuple[str, int], stories.Round | None] = {}
        self.view = View(library, self.lookup, self.records, self.standing)
        self.instances: dict[str, OrderedDict[str | None, Matcher]] = {
            signal.name: OrderedDict() for signal in library.signals
        }
        self.kept_at: dict[tuple[str, int], dict[str | None, list[Record]]] = {}
        for signal in library.signals:
            if signal.per is None:
                self.begin(signal, None)

    # How it reads

    def lookup(self, now: int, per: str | None, touchpoint: dict[str, Any] | None) -> Lookup:
        """The names of `when`, `if` and `carry` at a moment, for one instance."""

        def value(name: str, key: Any) -> Any:
            if name in {NOW, ZONE}:
                return now if name == NOW else zone_of(self.profile_field("time_zone")) or self.library.zone
            if name == CONTEXT:
                return self.context.at(key)
            place, _, rest = name.partition(".")
            if place == "touchpoint":
                return MISSING if touchpoint is None else field(touchpoint, rest)
            if place == "profile":
                return self.profile_field(rest if key is None else f"{rest}.{key}")
            if place in {"stage", "module", "story"}:
                return self.of_story(name.split("."), now)
            return self.feature(name, per if key is None else key_of(key), now)

        return value

    def profile_field(self, name: str) -> Any:
        """A field of the profile, or a part of one by its dotted name."""
        return field({top: one.value() for top, one in self.profile.items()}, name)

    def feature(self, name: str, key: str | None, now: int) -> Any:
        feature = self.library.features[name]
        values = self.kept(name)
        return features.read(feature, values.get(key if feature.per else None, []), now)

    def of_story(self, path: list[str], now: int) -> Any:
        return stories.read(self.library.stories[path[1]], self.standing(path[1]), path, now)

    def standing(self, name: str) -> stories.Round | None:
        """Where it stands in a story after its history."""
        place = (name, len(self.history))
        if place not in self.stands_at:
            self.stands_at[place] = stories.standing(self.library.stories[name], self.history)
        return self.stands_at[place]

    def kept(self, name: str) -> dict[str | None, list[Record]]:
        """What a feature keeps of the history as it stands."""
        place = (name, len(self.history))
        if place not in self.kept_at:
            self.kept_at[place] = features.kept(self.library.features[name], self.history)
        return self.kept_at[place]

    def records(self, name: str) -> list[Record]:
        return [record for records in self.kept(name).values() for record in records]

    # Time

    def every_instance(self) -> Iterator[Matcher]:
        for instances in self.instances.values():
            yield from instances.values()

    def next_firing(self, limit: int) -> tuple[int, list[Fired]] | None:
        """The first ms in (clock, limit] in which time alone makes an instance fire, and all that fire then."""
        if self.clock is None:
            return None
        at: dict[int, list[Fired]] = {}
        limit = min(limit, self.clock + self.library.forget_after)
        for matcher in self.every_instance():
            for moment, ids in matcher.due(self.clock, limit):
                if self.may_fire(matcher, moment):
                    at.setdefault(moment, []).append((matcher, ids))
        return min(at.items(), key=lambda item: item[0], default=None)

    def is_forgotten(self, now: int) -> bool:
        """Whether nothing has come of it for too long, once all that time makes fire until then has fired."""
        return self.clock is not None and self.clock + self.library.forget_after <= now

    def run_until(self, now: int) -> None:
        """Moves the clock, with all that time does on the way."""
        if self.clock is not None:
            for matcher in self.every_instance():
                matcher.settle(self.clock, now)
        self.clock = now

    def may_fire(self, matcher: Matcher, moment: int) -> bool:
        """At most one firing in a millisecond, of an instance that began anew in it, too: it would have the same id."""
        return (matcher.signal.name, matcher.per, moment) not in self.moments and matcher.may_fire(moment)

    # Records

    def knows(self, touchpoint: dict[str, Any]) -> bool:
        return touchpoint["id"] in self.ids

    def apply(self, time: int, touchpoint: dict[str, Any]) -> tuple[bool, list[Fired]]:
        """Applies a record whose timers have fired: whether it was late, and which instances it makes fire."""
        self.order += 1
        late = self.clock is not None and time < self.clock
        now = max(time, self.clock or 0)
        self.run_until(now)
        record = Record(self.order, time, touchpoint, self.is_too_late(touchpoint, time, now))
        self.begin_instances(record)
        for matcher in self.every_instance():
            matcher.before(now)
        self.keep(record)
        made = [(matcher, matcher.after(record, now)) for matcher in self.every_instance()]
        fired = [(matcher, ids) for matcher, ids in made if ids is not None and self.may_fire(matcher, now)]
        return late, [] if record.too_late else fired

    def is_too_late(self, touchpoint: dict[str, Any], time: int, now: int) -> bool:
        return time < now - self.library.late_by_of(touchpoint) and touchpoint["type"] != "profile.updated"

    def keep(self, record: Record) -> None:
        before = {name: set(self.kept(name)) for name in self.library.features}
        if record.touchpoint["type"] != "signal.fired":
            self.ids.append(record.touchpoint["id"])
        self.history.append(record)
        if record.touchpoint["type"] == "profile.updated":
            self.merge(record)
        for signal in self.library.signals:
            if signal.pattern == "when" and signal.per:
                for name in features_per(signal, self.library):
                    for gone in before[name] - set(self.kept(name)):
                        self.instances[signal.name].pop(gone, None)

    def merge(self, record: Record) -> None:
        properties = record.touchpoint.get("properties") or {}
        for name, value in properties.items():
            if name != "$add":
                self.profile.setdefault(name, Field()).sets.append((record.time, record.order, value))
        for name, amount in properties.get("$add", {}).items():
            self.profile.setdefault(name, Field()).adds.append((record.time, record.order, amount))

    # Instances

    def begin(self, signal: Signal, per: str | None) -> None:
        """Begins an instance, or touches the one there is."""
        instances = self.instances[signal.name]
        if per not in instances:
            instances[per] = MATCHERS[signal.pattern](signal, per, self.view)
        instances.move_to_end(per)
        if signal.pattern != "when" and len(instances) > KEPT_INSTANCES:
            instances.popitem(last=False)

    def begin_instances(self, record: Record) -> None:
        for signal in self.library.signals:
            if signal.pattern == "date":
                continue
            value = field(record.touchpoint, signal.per) if signal.per else MISSING
            if value is not MISSING and self.is_begun_by(signal, record):
                self.begin(signal, key_of(value))

    def is_begun_by(self, signal: Signal, record: Record) -> bool:
        if signal.pattern == "when":
            return any(
                features.takes(self.library.features[name], record) for name in features_per(signal, self.library)
            )
        probe = MATCHERS[signal.pattern](signal, None, self.view)
        assert isinstance(probe, Follow | Silent)
        return not record.too_late and probe.names(record.touchpoint["type"])
