"""One installation of Telltale on a broker: its topics under a namespace, its detectors, and what came of its log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from rules import MARKER_KEY, Plan, compile_plan, decode_marker, load_library
from rules.forgetting import FORGET
from rules.replaying import History, switches_in
from rules.state import decode_state
from rules.wire import ASIDE
from streams.changelog import ChangelogReader
from streams.cli.application import application
from streams.libraries import Published, from_line
from streams.log_dump import dump
from streams.settings import Settings, load
from streams.states import MemoryStates
from streams.topics import Catalogue, create
from streams.transport import Batch
from tests.detector import COMMAND, Detector
from tests.end_to_end.outcome import Outcome, compare, replayed
from tests.kafka import Kafka, Message, Record
from tests.waiting import wait_for

LIBRARIES = Path(__file__).parent / "libraries"
QUICK = LIBRARIES / "quick"
SHOP = Path(__file__).parents[2] / "rules" / "library" / "shop"
CHANGELOG = "telltale-states-changelog"
SESSION = 6  # seconds: the shortest that a worker may be silent, so that tests of dead ones are short

Fields = Mapping[str, Any]
"""A touchpoint's fields."""


class Installation:
    """The topics of one namespace and what runs on them. `options` are settings of everything in it."""

    def __init__(self, kafka: Kafka, folder: Path, library: Path = QUICK, **options: Any) -> None:
        self.kafka = kafka
        self.library = library
        self.namespace = kafka.topic_name("e2e")
        self._folder = folder
        self._options = {"namespace": self.namespace, **options}
        self._detectors: list[Detector] = []

    @property
    def settings(self) -> Settings:
        """The settings as its detectors have them."""
        return load({}, {"broker": self.kafka.bootstrap, "library": self.library, **self._options})

    @property
    def plan(self) -> Plan:
        """Its library, compiled."""
        return compile_plan(load_library(self.library))

    @property
    def group(self) -> str:
        """The consumer group of its detectors."""
        return self.settings.name("telltale")

    def name(self, topic: str) -> str:
        """A topic's full name."""
        return self.settings.name(topic)

    def create_topics(self) -> None:
        """Creates all its topics."""
        findings = asyncio.run(create(self.settings, Catalogue(self.settings, self.plan.channels)))
        assert not findings, findings

    # Detectors

    def detector(self, *, command: Sequence[str] = COMMAND, **options: Any) -> Detector:
        """A detector that isn't started yet; ended with the installation at the latest."""
        folder = self._folder / f"worker-{len(self._detectors)}"
        given = {"library": self.library, "session_timeout": SESSION, **self._options, **options}
        detector = Detector(self.kafka.bootstrap, folder=folder, command=command, **given)
        self._detectors.append(detector)
        return detector

    def start(self, **options: Any) -> Detector:
        """A detector that reads the log."""
        detector = self.detector(**options).start()
        detector.wait_ready()
        return detector

    def kill9(self, detector: Detector) -> None:
        """Kills a detector and has it forgotten at once, so that the next one needn't wait for the session's end."""
        detector.kill9()
        self.kafka.evict(self.group)

    def close(self) -> None:
        """Ends all its detectors."""
        for detector in self._detectors:
            detector.close()

    def outputs(self) -> str:
        """The end of what each of its detectors has written."""
        return "\n\n".join(f"{one.log_file}\n{_tail(one.output())}" for one in self._detectors)

    # Libraries

    def publish_library(self, folder: Path, *options: str, code: int = 0) -> str:
        """Runs `telltale publish` with a folder; what it has printed. ``code``: what it is to end with."""
        told = ("--broker", self.kafka.bootstrap, "--namespace", self.namespace)
        result = CliRunner().invoke(application(), ["publish", str(folder), *told, *options])
        assert result.exit_code == code, result.output
        return result.output

    def wait_switched(self, sequence: int, *detectors: Detector, limit: float = 60.0) -> None:
        """Returns when the library of this sequence decides all partitions of these detectors, and there are some."""

        def held() -> list[list[float]]:
            return [list(one.samples("telltale_library_sequence").values()) for one in detectors]

        def switched() -> bool:
            return all(found and set(found) == {sequence} for found in held())

        wait_for(switched, lambda: f"the switch to {sequence}; so far {held()}", limit=limit)

    # Traffic

    def publish(self, touchpoints: Iterable[Fields]) -> list[tuple[int, int]]:
        """Writes touchpoints into the log, keyed by their customers; partition and offset of each."""
        return self.write([Message(json.dumps(one).encode(), one["customer"].encode()) for one in touchpoints])

    def write(self, messages: Iterable[Message], topic: str = "touchpoints") -> list[tuple[int, int]]:
        """Writes messages into a topic; partition and offset of each."""
        return self.kafka.produce(self.name(topic), messages)

    # What came of it

    def read(self, topic: str) -> list[Record]:
        """All records of a topic, by partition and offset."""
        return self.kafka.read_all(self.name(topic))

    @property
    def is_read(self) -> bool:
        """Whether the log is read to its end and the states are written."""
        return self._done() == self._ends()

    def wait_read(self, limit: float = 90.0) -> None:
        """Returns when the log is read to its end and the states are written."""
        told = lambda: f"the log to be read; so far {self._done()} of {self._ends()}"  # noqa: E731
        wait_for(lambda: self.is_read, told, limit=limit)

    def wait_quiet(self, limit: float = 90.0) -> None:
        """Returns when the log is read to its end and no timer waits: nobody writes ticks any more."""
        wait_for(lambda: self.is_read and self._no_timers() and self.is_read, "the timers to fire", limit=limit)

    def wait_triggers(self, count: int, channel: str = "email", limit: float = 60.0) -> list[Record]:
        """The triggers of a channel when so many are there."""
        return self.kafka.consume(self.name(f"triggers.{channel}"), count, limit=limit)

    def wait_progress(self, touchpoints: int = 500, limit: float = 60.0) -> None:
        """Returns when so many more records of the log are done than now."""
        before = sum(self._done().values())
        wait_for(lambda: sum(self._done().values()) >= before + touchpoints, "the log to be read on", limit=limit)

    def check(self) -> list[str]:
        """Holds triggers, decisions, dead letters and states against the replay of the dumped log; the repeats' ids."""
        log = self.dump()
        expected = replayed(self.history(log), log, self.settings.clock)
        assert expected.sent, "replay has sent nothing, so nothing was compared"
        return compare(self.live(), expected)

    def dump(self, topic: str = "touchpoints") -> list[bytes]:
        """The log, or another topic, as `telltale log dump` writes it."""
        lines: list[bytes] = []
        asyncio.run(dump(self.settings, lines.append, lambda _done, _total: None, print, topic))
        return lines

    def published(self) -> list[Published]:
        """The libraries of its topic, in order."""
        return [from_line(line) for line in self.dump("libraries")]

    def history(self, log: Iterable[bytes]) -> History:
        """The libraries that the dumped log was evaluated by."""
        switches = switches_in(log)
        plans = {one.digest: compile_plan(one.library()) for one in self.published()}
        assert switches, "a log that names no library"
        return History(plans, switches)

    def live(self) -> Outcome:
        """What the detectors have sent and kept."""
        outcome = Outcome()
        channels = {channel.name for one in self.published() for channel in one.library().channels}
        for topic in (*(f"triggers.{channel}" for channel in sorted(channels)), "decisions"):
            for record in self.read(topic):
                outcome.add(topic, record.partition, (record.key, record.value))
        for key, value in self.states().items():
            outcome.keep(key, value)
        for letter in map(headers, self.read("dead-letters")):
            if letter["topic"] == self.name("touchpoints"):
                place = int(letter["offset"]), letter["reason"], letter["place"]
                outcome.dead.setdefault(int(letter["partition"]), []).append(place)
        return outcome

    def states(self) -> dict[bytes, bytes]:
        """The customers' encoded states as a detector that starts now takes them from the changelog."""
        parts: dict[int, list[Record]] = {}
        for record in self.read(CHANGELOG):
            parts.setdefault(record.partition, []).append(record)
        found: dict[bytes, bytes] = {}
        for number, records in parts.items():
            states = MemoryStates()
            ChangelogReader(str(number), states).read(Batch(records, seeks=1, fetched=0.0))
            found |= states
        return {key: value for key, value in found.items() if key not in ASIDE}

    def compacted(self) -> dict[bytes, bytes]:
        """The customers' encoded states as compaction leaves them: the last one of each."""
        last = {record.key: record.value for record in self.read(CHANGELOG) if record.key not in ASIDE}
        return {key: value for key, value in last.items() if value is not None}

    def evaluated(self) -> dict[int, list[int]]:
        """The offsets of the log that the changelog's partition records tell, in the order they were written."""
        told: dict[int, list[int]] = {}
        for record in self.read(CHANGELOG):
            if record.key == MARKER_KEY:
                told.setdefault(record.partition, []).append(decode_marker(record.value).offset)
        return told

    def _done(self) -> dict[int, int]:
        """The offset behind what is done, by partition, from the partition record."""
        last = self.kafka.last_records(self.name(CHANGELOG))
        assert all(record.key == MARKER_KEY for record in last.values()), "a changelog that ends without its record"
        return {number: decode_marker(record.value or b"").offset + 1 for number, record in last.items()}

    def _ends(self) -> dict[int, int]:
        return {number: end for number, end in self.kafka.end_offsets(self.name("touchpoints")).items() if end}

    def _no_timers(self) -> bool:
        """Whether nobody waits for anything but for being forgotten."""
        return all(decode_state(state).timers.keys() <= {FORGET} for state in self.states().values())


def _tail(output: str) -> str:
    lines = [line for line in output.splitlines() if " = " not in line]  # the settings are known
    return "\n".join(lines[-30:])


def headers(record: Record) -> dict[str, str]:
    """A record's headers as text."""
    return {name: value.decode() for name, value in record.headers}
