"""Records that can't be read: dead letters that say where they stood and why, and traffic around them unharmed."""

from __future__ import annotations

import json
from typing import Final

from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import headers
from tests.end_to_end.traffic import message, now, touchpoint
from tests.kafka import Message

KEPT: Final = 256 * 1024  # bytes of a value that a dead letter keeps


def of(customer: str = "eve", **fields: object) -> bytes:
    """A touchpoint with other fields than it should have."""
    good = touchpoint(customer, "product.viewed", 1_760_000_000_000)
    return json.dumps({name: value for name, value in {**good, **fields}.items() if value != "left out"}).encode()


def nested(depth: int) -> bytes:
    """JSON as deep as that."""
    return of()[:-1] + b',"properties":{"a":' + b"[" * depth + b"]" * depth + b"}}"


POISON: Final[dict[str, tuple[Message, str, str]]] = {
    "no JSON": (Message(b"<touchpoint/>", b"eve"), "not json", ""),
    "half of it": (Message(of()[:-9], b"eve"), "not json", ""),
    "nothing": (Message(b"", b"eve"), "not json", ""),
    "a number": (Message(b"7", b"eve"), "wrong type", "$"),
    "a list": (Message(b"[]", b"eve"), "wrong type", "$"),
    "no type": (Message(of(type="left out"), b"eve"), "wrong type", "$"),
    "an empty id": (Message(of(id=""), b"eve"), "wrong type", "$.id"),
    "a number for a text": (Message(of(product=7), b"eve"), "wrong type", "$.product"),
    "attention above one": (Message(of(attention=1.5), b"eve"), "wrong type", "$.attention"),
    "a time of words": (Message(of(time="yesterday"), b"eve"), "wrong type", "$.time"),
    "a time before all": (Message(of(time=-1), b"eve"), "wrong time", "$.time"),
    "a time after all": (Message(of(time=10**18), b"eve"), "wrong time", "$.time"),
    "a time without end": (Message(of(time=0).replace(b'"time": 0', b'"time": 1e999'), b"eve"), "wrong type", "$.time"),
    "huge": (Message(of(properties={"a": "x" * 300_000}), b"eve"), "too large", ""),
    "deep": (Message(nested(50_000), b"eve"), "too deep", ""),
    "not UTF-8": (Message(of(product="?").replace(b"?", b"\xff\xfe"), b"eve"), "not utf-8", ""),
    "half a surrogate pair": (Message(of(product="?").replace(b"?", rb"\ud800"), b"eve"), "not json", ""),
    "an empty key": (Message(of(), b""), "no key", ""),
    "no key": (Message(of(), partition=0), "no key", ""),
    "neither": (Message(None, partition=0), "no value", ""),
    "another's key": (Message(of(), b"bob"), "wrong key", "$.customer"),
    "a key that isn't UTF-8": (Message(of(), b"\xff"), "wrong key", "$.customer"),
    "the partition record's key": (Message(of("\0"), b"\0"), "wrong key", "$.customer"),
    "a tick with a key": (Message(of(type="clock.tick"), b"eve"), "reserved type", "$.type"),
    "a tick without a time": (Message(b'{"type": "clock.tick"}', partition=0), "wrong type", "$.time"),
    "a tick of words": (Message(b'{"type": "clock.tick", "time": "noon"}', partition=0), "wrong type", "$.time"),
    "a switch without a sequence": (
        Message(b'{"type": "library.switched", "time": 5}', partition=0),
        "wrong type",
        "$.sequence",
    ),
    "a switch with a key": (Message(of(type="library.switched"), b"eve"), "reserved type", "$.type"),
    "a firing of one's own": (Message(of(type="signal.fired"), b"eve"), "reserved type", "$.type"),
}


def test_dead_letters(install: Installer) -> None:
    quick = install(partitions=1)
    detector = quick.start()
    at = now()
    offsets = {}
    for number, (name, (poison, _, _)) in enumerate(POISON.items()):
        good = message(touchpoint(f"good-{number // 3}", "product.viewed", at + number, product="tent"))
        (_, (_, offsets[name])) = quick.write([good, poison])
    quick.wait_quiet()
    letters = {int(headers(letter)["offset"]): letter for letter in quick.read("dead-letters")}
    assert sorted(letters) == sorted(offsets.values())
    for name, (poison, reason, place) in POISON.items():
        letter = letters[offsets[name]]
        found = headers(letter)
        assert (found["topic"], found["partition"]) == (quick.name("touchpoints"), "0"), name
        assert (name, found["reason"], found["place"]) == (name, reason, place)
        assert found["detail"]
        assert letter.key == poison.key, name
        assert letter.value == (poison.value and poison.value[:KEPT]), name
    # Three views within two seconds around poison: every one counted.
    keen = {json.loads(one.value)["subject"] for one in quick.read("triggers.site") if b'"keen"' in one.value}
    assert keen == {f"good-{number}" for number in range(len(POISON) // 3)}
    assert quick.check() == []
    assert detector.terminate() == 0
