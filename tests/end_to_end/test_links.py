"""Links across partitions, with a crash between what goes to other customers and the states: none lost, none twice."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Iterator
from typing import Any

from typer.testing import CliRunner

from rules.state import alias_of
from streams.cli.application import application
from tests.end_to_end.conftest import Installer
from tests.end_to_end.crashing import LINKED
from tests.end_to_end.installation import QUICK, Installation
from tests.end_to_end.traffic import START, Step, message, publish, ticks, touchpoint
from tests.kafka import Message

VISITORS = 60
TYPES = ["product.viewed", "product.viewed", "basket.added", "order.placed"]


def visits(seed: int, steps: int = 40, size: int = 50) -> Iterator[Step]:
    """Visitors who look round first, say who they are at some time, on several devices, and go on under any id."""
    draw, at, number = random.Random(seed), START, 0
    for _ in range(steps):
        done: list[Message] = []
        for _ in range(size):
            at, number, visitor = at + 20, number + 1, draw.randrange(VISITORS)
            identity = draw.choice([f"anon:{visitor}", f"device:{visitor}", f"shopper-{visitor}"])
            said: dict[str, Any] = touchpoint(identity, draw.choice(TYPES), at, str(number), product="tent")
            if draw.random() < 0.1:
                said |= {"type": "identity.linked", "properties": {"to": f"shopper-{visitor}"}}
            done.append(message(said))
        yield [*done, *ticks(at - 500)]
    yield ticks(at + 60_000)


def test_killed_between_forwards_and_states(install: Installer) -> None:
    installation = install(clock="log")
    publish(installation, visits(seed=1))
    command = ("-m", "tests.end_to_end.crashing", "SIGKILL", LINKED, "3", "run")
    assert installation.detector(command=command, poll=100).start().wait_ended() == -signal.SIGKILL
    installation.kafka.evict(installation.group)
    detector = installation.start(poll=100)
    installation.wait_read()
    installation.check()
    assert detector.metric("telltale_forwards_repeated_total") > 0
    assert detector.metric("telltale_identities_linked_total") > 0
    aliases = {key.decode(): of for key, raw in installation.states().items() if (of := alias_of(raw)) is not None}
    assert len(aliases) > VISITORS
    assert all(of == f"shopper-{alias.partition(':')[2]}" for alias, of in aliases.items())
    assert detector.terminate() == 0
    explained(installation, next(iter(sorted(aliases))))


def explained(installation: Installation, alias: str) -> None:
    arguments = ["--library", QUICK, "--broker", installation.kafka.bootstrap, "--namespace", installation.namespace]
    told = CliRunner().invoke(application(), ["explain", alias, *map(str, arguments), "--clock", "log", "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["customer"] == f"shopper-{alias.partition(':')[2]}"
