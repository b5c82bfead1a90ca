"""What keeps a detector from starting: it says so, with everything that is wrong, and ends with 1."""

from __future__ import annotations

from pathlib import Path

from tests.detector import Detector
from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import QUICK
from tests.kafka import Kafka, free_ports

BAD = Path(__file__).parents[1] / "testdata" / "bad"
GOOD_END, WRONG = 0, 1
INTERNAL = ("touchpoints", "telltale-states-changelog", "decisions", "dead-letters")


def test_no_topics(install: Installer) -> None:
    installation = install(topics=False)
    detector = installation.detector().start()
    assert detector.wait_ended() == WRONG
    for topic in (*INTERNAL, "triggers.email", "triggers.site"):
        assert f"error: topic {installation.name(topic)}: found no such topic, expected one of 4" in detector.output()
    assert "telltale topics --create" in detector.output()


def test_one_topic_is_missing(install: Installer, kafka: Kafka) -> None:
    installation = install()
    kafka.delete_topic(installation.name("triggers.site"))
    detector = installation.detector().start()
    assert detector.wait_ended() == WRONG
    errors = [line for line in detector.output().splitlines() if line.startswith("error: ")]
    assert [line.partition(": found")[0] for line in errors] == [f"error: topic {installation.name('triggers.site')}"]


def test_no_broker(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with Detector(f"127.0.0.1:{port}", QUICK, folder=tmp_path / "one", wait=2) as detector:
        assert detector.wait_ended() == WRONG
        assert f"waiting for a broker at 127.0.0.1:{port}, 2 s more at most" in detector.output()
        assert f"broker 127.0.0.1:{port}: found nobody within 2 s" in detector.output()
        assert "expected a Kafka broker; start it, or give its address with --broker" in detector.output()


def test_told_to_end_while_it_waits_for_a_broker(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with Detector(f"127.0.0.1:{port}", QUICK, folder=tmp_path / "one", wait=600) as detector:
        detector.wait_output("waiting for a broker")
        assert detector.terminate() == GOOD_END


def test_library_with_errors(kafka: Kafka, tmp_path: Path) -> None:
    wrong = BAD / "catalogue"
    with Detector(kafka.bootstrap, wrong, folder=tmp_path / "one") as detector:
        assert detector.wait_ended() == WRONG
        expected = wrong.with_suffix(".txt").read_text().splitlines()
        found = [line.replace(f"{BAD}/", "") for line in detector.output().splitlines()]
        assert len(expected) > 1
        assert found == expected


def test_a_library_that_is_not_there(kafka: Kafka, tmp_path: Path) -> None:
    with Detector(kafka.bootstrap, tmp_path / "nothing", folder=tmp_path / "one") as detector:
        assert detector.wait_ended() == WRONG
        assert "nothing" in detector.output()
