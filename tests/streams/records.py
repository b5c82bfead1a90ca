"""Records of source topics for tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Incoming:
    """A record of a source topic, as aiokafka gives it."""

    value: bytes | None
    topic: str = "clicks"
    partition: int = 3
    offset: int = 17
    timestamp: int = 1_767_607_200_000
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
