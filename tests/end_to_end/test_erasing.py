"""A customer of two identities in two partitions is exported and erased, with a detector that is killed over it."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rules import compile_plan, is_erased, load_library, replay
from streams.cli.application import application
from streams.topics import CHANGELOG as CHANGELOG_CONFIG
from tests.detector import Detector
from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import CHANGELOG, Installation
from tests.end_to_end.traffic import now
from tests.kafka import Message
from tests.oracle.written import write_library
from tests.waiting import wait_for

MARK = "m4rk"
LIBRARY: dict[str, Any] = {
    "library": {"name": "quick", "format": 1},
    "channels": {"site": {}},
    "features": {"views": {"count": "product.viewed"}, "main": {"top": "product", "of": "product.viewed"}},
    "signals": [
        {
            "signal": "keen",
            "owner": "me",
            "reason": "r",
            "status": "live",
            "when": "views >= 3",
            "then": {"channel": "site", "carry": {"main": "main"}, "cancel_on": "order.placed", "expires": "48h"},
        }
    ],
}


def view(customer: str, number: int, time: int, **more: Any) -> dict[str, Any]:
    return {"id": f"{customer}-{number}", "type": "product.viewed", "time": time, "customer": customer, **more}


def command(quick: Installation, *arguments: object) -> list[str]:
    """A command line of `telltale customer` for an installation."""
    given = ("--broker", quick.kafka.bootstrap, "--namespace", quick.namespace)
    return ["customer", *map(str, (*arguments, *given))]


def telltale(quick: Installation, *arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(application(), command(quick, *arguments))
    assert done.exit_code == code, done.output
    return done.stdout


def apart(quick: Installation) -> str:
    """An identity whose records are in another partition than those of c-1."""
    names = ["c-1", *(f"anon:{number}" for number in range(20))]
    places = quick.publish([{"id": f"first-{one}", "type": "seen", "time": now(), "customer": one} for one in names])
    home = places[0][0]
    return next(one for one, (number, _) in zip(names, places, strict=True) if number != home)


def marked(values: Iterable[bytes | None]) -> list[bytes]:
    return [value for value in values if value is not None and MARK.encode() in value]


@pytest.mark.slow
def test_exported_and_erased(install: Installer, tmp_path: Path) -> None:
    folder = write_library(LIBRARY, tmp_path / "library")
    quick = install(folder, partitions=2)
    detector = quick.start()
    alias, at = apart(quick), now()
    fill(quick, alias, at)
    holds_all(json.loads(telltale(quick, alias, "--export", "--library", folder)), alias)
    telltale(quick, alias, "--check", code=1)
    page = telltale(quick, alias, "--library", folder)
    assert f"{alias} is another id of c-1" in page
    assert "sent to site" in page
    assert detector.terminate() == 0

    healed = erased_while_killed(quick, alias)
    quick.wait_read()
    assert_gone(quick, alias)
    ended(quick)

    quick.publish([view(alias, 9, at, product=MARK), view("c-1", 10, at, product=MARK), view(alias, 11, now() + 1)])
    quick.wait_read()
    assert healed.metric("telltale_refused_total") == 2
    assert marked(quick.compacted().values()) == []
    new = json.loads(telltale(quick, alias, "--export", "--library", folder))
    assert new["states"][alias]["features"]["views"]["value"] == 1
    assert new["states"][alias]["links"]["alias"] is None
    assert healed.terminate() == 0

    read_again(quick)
    dumped = quick.dump()
    assert {json.loads(line)["id"] for line in marked(dumped)} == {f"{alias}-9", "c-1-10"}  # behind it, and refused
    live = {one.value for one in quick.read("triggers.site")}
    replayed = [one.value for part in replay(compile_plan(load_library(folder)), dumped) for one in part.slice.triggers]
    assert replayed
    assert set(replayed) <= live


def fill(quick: Installation, alias: str, at: int) -> None:
    """Marks wherever something may be kept of a customer, who is linked after a signal has fired."""
    properties = {f"{MARK}-field": f"{MARK}-value"}
    quick.publish(
        [
            *(view(alias, number, at, product=f"{MARK}-seen", source=f"{MARK}-source") for number in range(3)),
            {**view(alias, 3, at), "type": "identity.linked", "properties": {"to": "c-1"}},
            {**view("c-1", 4, at), "type": "profile.updated", "properties": properties},
            {**view("c-1", 5, at), "type": "trigger.delivered", "properties": {"trigger": f"{MARK}-trigger"}},
            *(view("other", number, at, product="tent") for number in range(3)),
        ]
    )
    quick.write([Message(f"{MARK}-dead".encode(), b"c-1")])
    quick.wait_triggers(2, "site")
    wait_for(lambda: is_moved(quick, alias), "the link")
    quick.wait_read()


def holds_all(exported: dict[str, Any], alias: str) -> None:
    states, topics = exported["states"], exported["topics"]
    assert exported["identities"] == ["c-1", alias]
    assert states["c-1"]["profile"][f"{MARK}-field"]["value"] == f"{MARK}-value"
    assert states["c-1"]["features"]["main"]["value"] == f"{MARK}-seen"
    assert states[alias]["links"]["alias"] == "c-1"
    told = {name: json.dumps(records) for name, records in topics.items()}
    for topic, mark in (("touchpoints", "source"), ("touchpoints", "trigger"), ("triggers.site", "seen")):
        assert f"{MARK}-{mark}" in told[topic]
    assert len(topics["decisions"]) == 1
    assert topics["dead-letters"][0]["headers"]["reason"] == "not json"
    assert b64decode(topics["dead-letters"][0]["bytes"]) == f"{MARK}-dead".encode()


def erased_while_killed(quick: Installation, alias: str) -> Detector:
    """Has the customer erased by a detector that is killed with its cancels sent and its states unwritten."""
    fuse = ("-m", "tests.end_to_end.crashing", "SIGKILL", "before the changelog", "1", "run")
    struck = quick.detector(command=fuse).start()
    asking = [sys.executable, "-m", "streams.cli", *command(quick, alias, "--erase", "--yes", "--wait", 90)]
    erasing = subprocess.Popen(asking, stdout=subprocess.PIPE, text=True)
    try:
        assert struck.wait_ended() == -9
        quick.kafka.evict(quick.group)
        healed = quick.start()
        said, _ = erasing.communicate(timeout=120)
    finally:
        erasing.kill()
    assert erasing.returncode == 0, said
    assert said.startswith(f"c-1, {alias}: 0 states in the table\n")
    assert "triggers.site: " in said
    return healed


def ended(quick: Installation) -> None:
    """The trigger is cancelled, and records without a value stand behind all."""
    cancels = [json.loads(one.value) for one in quick.read("triggers.site") if one.value and b"cancelled" in one.value]
    assert {one["data"]["reason"] for one in cancels} == {"erased"}
    assert len({one["id"] for one in cancels}) == 1
    for topic in ("triggers.site", "decisions", "touchpoints", "dead-letters"):
        assert [one.key for one in quick.read(topic) if one.value is None and one.key], topic
    assert len(quick.read("dead-letters")) == 2  # the one, and its end


def read_again(quick: Installation) -> None:
    """All states are lost, and the log is read from its start: nothing from before the erasure comes back."""
    before = {(one.partition, one.offset) for one in quick.read("triggers.site")}
    quick.kafka.delete_topic(quick.name(CHANGELOG))
    wait_for(lambda: created(quick), "the changelog to be made anew")
    again = quick.start()
    quick.wait_read()
    assert marked(one.value for one in quick.read(CHANGELOG)) == []
    since = [one.value for one in quick.read("triggers.site") if (one.partition, one.offset) not in before]
    assert {json.loads(value)["subject"] for value in since if value} == {"other"}
    assert again.terminate() == 0


def is_moved(quick: Installation, alias: str) -> bool:
    raw = quick.states().get(b"c-1")
    return raw is not None and alias.encode() in raw


def created(quick: Installation) -> bool:
    try:
        quick.kafka.create_topic(quick.name(CHANGELOG), 2, dict(CHANGELOG_CONFIG))
    except Exception:  # noqa: BLE001  the broker still deletes the other one
        return False
    return True


def assert_gone(quick: Installation, alias: str) -> None:
    """Whatever compaction does: nothing but that they were erased is the last value under any key."""
    last = quick.compacted()
    assert marked(last.values()) == []
    assert all(is_erased(last[key]) for key in (b"c-1", alias.encode()))
    assert telltale(quick, "c-1", "--check").startswith("c-1, ")
