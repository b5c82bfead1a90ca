"""Channels whose topics are known to exist: what lacks is asked for again, what is there is sent to."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from streams.libraries import Channels, channels
from streams.settings import Settings


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The topics that the broker has, with their partitions."""
    present: dict[str, int] = {}

    async def counts(_settings: Settings, names: Iterable[str]) -> dict[str, int]:
        return {name: present[name] for name in names if name in present}

    monkeypatch.setattr(channels, "partition_counts", counts)
    return present


async def test_topics_are_found_as_they_come(topics: dict[str, int]) -> None:
    settings = Settings(namespace="eu")
    known = Channels(settings, {"eu.decisions": 4, "eu.triggers.email": 2})
    assert await known.missing(["email"]) == ()
    assert known.topics == {"email": "eu.triggers.email"}
    assert await known.missing(["push", "email", "chat"]) == ("eu.triggers.chat", "eu.triggers.push")
    topics["eu.triggers.push"] = 8
    assert await known.missing(["push", "email", "chat"]) == ("eu.triggers.chat",)
    assert known.topics == {"email": "eu.triggers.email", "push": "eu.triggers.push"}
    assert known.partitions == {"eu.decisions": 4, "eu.triggers.email": 2, "eu.triggers.push": 8}


async def test_what_is_known_is_not_asked_for_again(topics: dict[str, int]) -> None:
    topics["triggers.email"] = 1
    known = Channels(Settings(), {})
    assert await known.missing(["email"]) == ()
    topics.clear()
    assert await known.missing(["email"]) == ()
