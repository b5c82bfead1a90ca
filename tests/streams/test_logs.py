"""A library's message in a flood is written once; ours always are."""

from __future__ import annotations

import logging

import pytest

from streams import logs
from streams.logs import Seldom


def record(name: str, text: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 1, text, values, None)


def test_a_librarys_flood_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(logs.time, "monotonic", lambda: now[0])
    seldom = Seldom()
    assert seldom.filter(record("aiokafka", "Unable to connect to node %s", 1))
    assert not seldom.filter(record("aiokafka", "Unable to connect to node %s", 2))
    assert seldom.filter(record("aiokafka", "another message"))
    now[0] = logs.PAUSE + 1
    assert seldom.filter(record("aiokafka", "Unable to connect to node %s", 3))


def test_ours_always_pass() -> None:
    seldom = Seldom()
    assert [seldom.filter(record("streams.run", "the detector ends")) for _ in range(3)] == [True] * 3
