"""Records of the log to lines of a dump, and back by a replay."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from rules import decode_touchpoint
from streams.log_dump import line
from tests.streams.records import Incoming

PLACE = {"partition": 3, "offset": 17, "time": 1_767_607_200_000}


def test_a_touchpoint_keeps_its_own_bytes() -> None:
    value = b'{"id":"1", "type":"a","time":5,"customer":"ann","value":1.50}'
    assert (
        line(Incoming(value, key=b"ann"))
        == value[:-1] + b',"_log":' + json.dumps(PLACE).replace(" ", "").encode() + b"}"
    )


def test_a_tick_needs_no_key() -> None:
    assert json.loads(line(Incoming(b'{"type":"clock.tick","time":5}'))) == {
        "type": "clock.tick",
        "time": 5,
        "_log": PLACE,
    }


def test_what_is_written_over_several_lines_becomes_one() -> None:
    dumped = line(Incoming(b'\n{\r\n  "customer": "ann"\n}\n', key=b"ann"))
    assert b"\n" not in dumped
    assert json.loads(dumped) == {"customer": "ann", "_log": PLACE}


@pytest.mark.parametrize("value", [b"{}", b"{ }"])
def test_an_empty_object(value: bytes) -> None:
    assert json.loads(line(Incoming(value, key=b"?"))) == {"_log": PLACE}


@pytest.mark.parametrize("value", [None, b"", b"[]", b"7", b"no json", b"\xff", b'{"customer": 5}', b'{"a":' * 9_999])
@pytest.mark.parametrize("key", [None, b"", b"\xff"])
def test_what_is_no_touchpoint_is_kept_as_it_is(value: bytes | None, key: bytes | None) -> None:
    place = json.loads(line(Incoming(value, key=key)))["_log"]
    assert (None if place["value"] is None else b64decode(place["value"])) == value
    assert (None if place["key"] is None else b64decode(place["key"])) == key


@pytest.mark.parametrize("key", [None, b"bob"])
def test_a_key_that_is_not_the_customer_is_kept(key: bytes | None) -> None:
    place = json.loads(line(Incoming(b'{"customer":"ann"}', key=key)))["_log"]
    assert (None if place["key"] is None else b64decode(place["key"])) == key
    assert "value" not in place


def test_a_place_that_a_publisher_made_up_does_not_count() -> None:
    value = b'{"id":"1","type":"a","time":5,"customer":"ann","_log":{"partition":9,"offset":9,"time":9}}'
    dumped = line(Incoming(value, key=b"ann"))
    assert json.loads(dumped)["_log"] == PLACE
    assert decode_touchpoint(dumped) == decode_touchpoint(value)
