"""A published library on the wire: there and back, and what is refused."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from msgspec.structs import replace

from streams.libraries import Approval, BadPublishedError, decode, encode, from_line
from streams.log_dump import line
from tests.streams.libraries import published
from tests.streams.records import Incoming

ONE = published(approved=(Approval("ben", "ab", "2026-11-22T09:00:00.000Z"),), replaces="cd", warm_from=1_000)


def test_there_and_back() -> None:
    key, value = encode(ONE)
    assert key == ONE.digest.encode()
    assert decode(7, key, value) == replace(ONE, sequence=7)
    assert decode(7, key, value).library().digest == ONE.digest


def test_the_fields_on_the_wire() -> None:
    wire = json.loads(encode(ONE)[1])
    assert wire == {
        "name": "shop",
        "digest": ONE.digest,
        "version": f"shop@{ONE.digest[:12]}",
        "format": 1,
        "published": "2026-11-22T10:00:00.000Z",
        "by": "ann",
        "approved": [{"by": "ben", "digest": "ab", "at": "2026-11-22T09:00:00.000Z"}],
        "replaces": "cd",
        "warm_from": 1_000,
        "files": dict(ONE.files),
    }


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (b"k", None, "found a record without a value, expected a library"),
        (b"k", b"{", "found a value that is no library (Input data was truncated), expected one's JSON"),
        (b"k", b"[]", "found a value that is no library (Expected `object`, got `array`), expected one's JSON"),
        (b"k", b"\xff", "found a value that is no library (JSON is malformed: invalid character (byte 0)), expected"),
        (b"k", b"[" * 100_000, "found a value that is no library ("),
        (b"k", b'{"name":"a"}', "missing required field `digest`"),
        (b"other", encode(ONE)[1], f"found the key b'other', expected the library's digest {ONE.digest}"),
        (None, encode(ONE)[1], f"found the key None, expected the library's digest {ONE.digest}"),
        (
            ONE.digest.encode(),
            encode(replace(ONE, format=2))[1],
            "found the format 2, expected 1; start a newer telltale",
        ),
    ],
)
def test_what_is_no_library(key: bytes | None, value: bytes | None, expected: str) -> None:
    with pytest.raises(BadPublishedError) as caught:
        decode(0, key, value)
    assert expected in str(caught.value)


def test_files_with_another_digest_are_refused() -> None:
    other = published(late_by="2h")
    with pytest.raises(BadPublishedError) as caught:
        replace(ONE, files=other.files).library()
    assert str(caught.value) == f"found files with the digest {other.digest}, expected {ONE.digest}"


def test_files_with_problems_are_refused() -> None:
    with pytest.raises(BadPublishedError) as caught:
        replace(ONE, files={"library.yaml": "name: shop\n", "features.yaml": "a: {}\n"}).library()
    assert str(caught.value).startswith(
        f"found 2 problems in {ONE.version}, expected none; the first: features.yaml:1:1:"
    )


def test_a_dumped_line_is_the_library() -> None:
    key, value = encode(ONE)
    assert from_line(line(Incoming(value, key=key))) == replace(ONE, sequence=17)


@pytest.mark.parametrize("text", [b"", b"{}", b'{"_log": {"offset": "a"}}', b'{"_log": {"offset": 1, "key": "%"}}'])
def test_a_line_that_is_no_dumped_one(text: bytes) -> None:
    with pytest.raises(BadPublishedError, match="found a line that is no dumped library's"):
        from_line(text)


def test_a_dumped_line_of_something_else() -> None:
    packed = b64encode(b"x").decode()
    with pytest.raises(BadPublishedError, match="found a value that is no library"):
        from_line(json.dumps({"_log": {"offset": 1, "key": packed}}).encode())
