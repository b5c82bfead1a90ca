"""Dead letters: what is written, what is cut, what a flood leaves out."""

from __future__ import annotations

from typing import Any

from rules import DeadLetter
from streams.dead_letters import BURST, MOST_BYTES, RATE, DeadLetters
from streams.metrics import Metrics
from tests.streams.fakes import FakeSender


class Stage:
    def __init__(self) -> None:
        self.now = 0.0
        self.sender = FakeSender()
        self.metrics = Metrics()
        sender: Any = self.sender
        self.letters = DeadLetters(sender, "dead-letters", 2, self.metrics, clock=lambda: self.now)

    def value(self, name: str, reason: str) -> float:
        found = self.metrics.registry.get_sample_value(name, {"topic": "log", "reason": reason})
        return found or 0.0


def letter(offset: int = 5, value: bytes | None = b"{", reason: str = "not json") -> DeadLetter:
    return DeadLetter(offset, reason, "$.x", "why", b"c1", value)


async def test_headers_tell_where_it_came_from_and_why() -> None:
    stage = Stage()
    await stage.letters.send("log", 3, [letter()])
    topic, partition, [(key, value, headers)] = stage.sender.sent[0]
    assert (topic, partition, key, value) == ("dead-letters", 1, b"c1", b"{")
    assert dict(headers) == {
        "topic": b"log",
        "partition": b"3",
        "offset": b"5",
        "reason": b"not json",
        "place": b"$.x",
        "detail": b"why",
    }


async def test_a_large_value_is_cut_and_says_how_large_it_was() -> None:
    stage = Stage()
    await stage.letters.send("log", 0, [letter(value=b"x" * (MOST_BYTES + 1)), letter(value=b"x" * MOST_BYTES)])
    (_, cut, headers), (_, whole, whole_headers) = stage.sender.sent[0][2]
    assert (len(cut), dict(headers)["cut"]) == (MOST_BYTES, str(MOST_BYTES + 1).encode())
    assert len(whole) == MOST_BYTES
    assert "cut" not in dict(whole_headers)


async def test_null_values_and_text_that_is_no_utf8() -> None:
    stage = Stage()
    await stage.letters.send("log", 0, [letter(value=None), letter(reason="r")._replace(detail="\udcff")])
    assert stage.sender.sent[0][2][0][1] is None


async def test_a_flood_is_counted_not_written_and_other_reasons_pass() -> None:
    stage = Stage()
    await stage.letters.send("log", 0, [letter() for _ in range(int(BURST) + 30)])
    await stage.letters.send("log", 0, [letter(reason="wrong type")])
    assert [len(records) for _, _, records in stage.sender.sent] == [BURST, 1]
    assert stage.value("telltale_dead_letters_total", "not json") == BURST
    assert stage.value("telltale_dead_letters_left_out_total", "not json") == 30
    stage.now += 2
    await stage.letters.send("log", 0, [letter() for _ in range(int(BURST))])
    assert len(stage.sender.sent[-1][2]) == 2 * RATE


async def test_nothing_is_sent_when_all_is_left_out() -> None:
    stage = Stage()
    await stage.letters.send("log", 0, [])
    assert stage.sender.sent == []
