"""Profiles, the context, related people and forgotten ones, on a real Kafka: as in a replay of the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streams.cli.application import application
from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import Installation
from tests.end_to_end.traffic import now, touchpoint
from tests.waiting import wait_for

FILES = {
    "library.yaml": "name: people\nformat: 1\nforget_after: 8s\n",
    "channels.yaml": "email: {}\n",
    "signals/sunny.yaml": """
signal: sunny
status: live
follow: [page.viewed]
if: context.weather[profile.town] == 'sun' and profile.points >= 7
then: {channel: email, carry: {points: profile.points}}
""",
    "signals/claim.yaml": """
signal: claim
status: live
follow: [claim.filed]
then: {channel: email, to: related.parent}
""",
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    (folder / "signals").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def say(people: Installation, *changes: str) -> None:
    """Changes the context by the command line."""
    told = ("--broker", people.kafka.bootstrap, "--namespace", people.namespace)
    result = CliRunner().invoke(application(), ["context", *changes, *told])
    assert result.exit_code == 0, result.output


def updated(customer: str, number: int, **properties: Any) -> dict[str, Any]:
    return touchpoint(customer, "profile.updated", now(), f"{customer}-profile-{number}", properties=properties)


def test_people(install: Installer, library: Path) -> None:
    people = install(library)
    detector = people.start()
    say(people, "weather.Ghent=sun", "weather.Bruges=rain")
    people.publish([updated("ann", 1, town="Ghent", points=2, related={"parent": "bob"})])
    people.publish([updated("ann", 2, **{"$add": {"points": 5}}), updated("cid", 1, town="Bruges", points=9)])
    people.publish([touchpoint(one, "page.viewed", now()) for one in ("ann", "cid")])
    people.publish([touchpoint("ann", "claim.filed", now())])
    triggers = [json.loads(record.value)["data"] for record in people.wait_triggers(2)]
    told = {(one["signal"], one["customer"], one.get("about")) for one in triggers}
    assert told == {("sunny", "ann", None), ("claim", "bob", "ann")}
    people.kill9(detector)
    people.start()
    people.publish([updated("ann", 3, town="Ghent", points=7), touchpoint("ann", "page.viewed", now())])
    assert len(people.wait_triggers(3)) == 3, "the context is known after a restart"
    wait_for(lambda: people.states() == {}, lambda: f"all to be forgotten; so far {people.states().keys()}", limit=60)
    assert people.compacted() == {}
    people.publish([touchpoint("ann", "page.viewed", now())])
    people.wait_read()
    people.check()  # what the killed one has sent may have come twice, the same each time
    refused = {one["id"] for record in people.read("decisions") if (one := json.loads(record.value))["reason"] == "if"}
    assert len(refused) == 2
