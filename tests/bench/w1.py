"""W1 on one detector process and a real Kafka, beside an idiomatic one-event-at-a-time Faust agent and a plain aiokafka
loop in the same run. Each finds the whole log written, and has the machine to itself but for the broker."""

from __future__ import annotations

import argparse
import pstats
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench import breakdown, report, stages
from tests.bench.feeding import create_topics, feed
from tests.bench.measured import Measured, Trigger, Workload, counted, measure, triggers_of, workload
from tests.bench.report import Report
from tests.bench.sampling import Sampler
from tests.bench.step import pure_step
from tests.bench.workload import FULL, LIBRARY
from tests.child import Child
from tests.detector import Detector
from tests.kafka import Kafka

FIRST: Final = 40_000
AIM: Final = 60_000
"""Touchpoints a second, by the design: at first, and as the aim."""

PROFILED: Final = 100_000
"""Touchpoints of the run under cProfile, at most."""

STILL: Final = 30.0
"""Seconds without a new trigger after which a contestant has ended, or has lost some."""


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--touchpoints", type=int, default=FULL, metavar="N", help="how many (default: %(default)s)")
    options.add_argument(
        "--faust", type=int, default=20_000, metavar="N", help="how many for Faust (0: none; %(default)s)"
    )
    options.add_argument("--plain", action=argparse.BooleanOptionalAction, default=True, help="the plain loop too")
    options.add_argument("--profile", action="store_true", help="say where the detector's time goes, by a second run")
    report.run("w1", __doc__, arguments, options, work)


def work(given: argparse.Namespace) -> list[Report]:
    with Kafka(heap="1g", flags=()) as kafka, tempfile.TemporaryDirectory(prefix="telltale-bench-") as folder:
        return Contest(kafka, Path(folder), workload(given.touchpoints)).run(given)


class Contest:
    """The contestants on one broker, one after the other."""

    def __init__(self, kafka: Kafka, folder: Path, given: Workload) -> None:
        self.kafka, self.folder, self.full = kafka, folder, given
        self.looks: list[breakdown.Look] = []

    def run(self, given: argparse.Namespace) -> list[Report]:
        """Runs them, and the profile where it is asked for."""
        self._prepare("w1.touchpoints", self.full, "w1.triggers.email", "plain")
        done: dict[str, Measured] = {}
        if given.plain:
            done["plain aiokafka loop, in memory"], _ = self._plain()
        done["detector"], triggers = self._detector()
        if given.faust:
            done["Faust agent, one event at a time"] = self._faust(workload(given.faust))
        reports = [_table(done)]
        reports[0].notes.append(counted(self.full, triggers))
        return reports + (self._profile() if given.profile else [])

    def _plain(self) -> tuple[Measured, list[Trigger]]:
        child = self._module("plain_loop", self.kafka.bootstrap, "w1.touchpoints", "plain")
        with child:
            return self._measure(child, self.full, "plain")

    def _detector(self) -> tuple[Measured, list[Trigger]]:
        with self._new_detector("w1") as detector:
            return self._measure(detector, self.full, "w1.triggers.email")

    def _new_detector(self, namespace: str, **options: Any) -> Detector:
        options |= {"namespace": namespace, "clock": "log", "create_topics": True}
        return Detector(self.kafka.bootstrap, LIBRARY, folder=self.folder / namespace, **options)

    def _faust(self, given: Workload) -> Measured:
        self._prepare("faust.touchpoints", given, "faust")
        arguments = self.kafka.bootstrap, "faust.touchpoints", "faust", str(self.folder / "faust")
        with self._module("faust_agent", *arguments) as child:
            return self._measure(child, given, "faust")[0]

    def _profile(self) -> list[Report]:
        given = workload(min(PROFILED, self.full.touchpoints))
        self._prepare("profile.touchpoints", given, "profile.triggers.email")
        path = self.folder / "profile.stats"
        command = ("-m", "tests.bench.profiled", str(path), "run")
        with self._new_detector("profile", command=command) as detector:
            self._wait(detector, "profile.triggers.email", given.expected.total())
            detector.terminate()
        stats = pstats.Stats(str(path))
        by_function = stages.by_function("w1", stats, given.touchpoints)
        pure = pure_step(self.full.parts)
        return [breakdown.by_thread(self.looks[0], self.looks[1], pure), breakdown.by_part(stats), by_function]

    def _prepare(self, topic: str, given: Workload, *outputs: str) -> None:
        create_topics(self.kafka, topic, *outputs)
        feed(self.kafka, topic, given.parts)

    def _module(self, name: str, *arguments: str) -> Child:
        return Child([sys.executable, "-m", f"tests.bench.{name}", *arguments], self.folder / f"{name}.out")

    def _measure(self, child: Child, given: Workload, output: str) -> tuple[Measured, list[Trigger]]:
        """Lets a contestant run until its triggers are there."""
        assert self.kafka.pid is not None
        with Sampler({"it": child.pid, "broker": self.kafka.pid}) as sampler:
            if isinstance(child, Detector):
                child.wait_ready()
                self.looks = [breakdown.look(child)]
            self._wait(child, output, given.expected.total())
        if isinstance(child, Detector):
            self.looks.append(breakdown.look(child))
        child.terminate()
        triggers = triggers_of(self.kafka.read_all(output))
        return measure(given, triggers, sampler), triggers

    def _wait(self, child: Child, output: str, wanted: int) -> None:
        found, since = 0, time.monotonic()
        while found < wanted and time.monotonic() - since < STILL:
            if not child.running:
                raise child.error("ended before its work was done")
            time.sleep(1)
            before, found = found, sum(self.kafka.end_offsets(output).values())
            if found > before:
                since = time.monotonic()


def _table(done: dict[str, Measured]) -> Report:
    columns = ["", "touchpoints", "a second", "of plain", "CPU us each", "x plain", "broker's CPU", "triggers"]
    table = Report("w1", "W1 on a real Kafka, the broker on the same cores", columns)
    plain = next(iter(done.values()))
    for name, one in done.items():
        rates = f"{one.rate:,.0f}", f"{one.rate / plain.rate:.3f}", f"{one.cpu:.1f}", f"{one.cpu / plain.cpu:.1f}"
        table.add(name, f"{one.touchpoints:,}", *rates, f"{one.broker_cpu:.1f}", one.verdict)
    detector = done["detector"]
    verdict = "the aim is met" if detector.rate >= AIM else "met at first" if detector.rate >= FIRST else "missed"
    table.notes.append(f"Budget: {FIRST:,} a second at first, {AIM:,} as the aim; {detector.rate:,.0f}: {verdict}.")
    return table


if __name__ == "__main__":
    main(sys.argv[1:])
