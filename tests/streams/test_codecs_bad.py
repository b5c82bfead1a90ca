"""Bad records of every format, each beside the exact text of its refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.codecs import codec_for
from streams.ingest import Refused, translate
from tests.streams.records import Incoming

RECORDS = Path(__file__).parent.parent / "testdata" / "records"
FORMATS = ("cloudevents", "json", "native", "segment")
BAD = sorted(path for name in FORMATS for path in (RECORDS / name).glob("*.json"))


def refusal(path: Path) -> str:
    name = path.parent.name
    codec = codec_for(name, RECORDS / "site.yaml" if name == "json" else None)
    refused = translate(codec, Incoming(path.read_bytes()))
    assert isinstance(refused, Refused)
    return f"{refused.reason}{' at ' + refused.place if refused.place else ''}: {refused.detail}"


@pytest.mark.parametrize("path", BAD, ids=[f"{path.parent.name}-{path.stem}" for path in BAD])
def test_says_exactly_what_is_wrong(path: Path) -> None:
    assert refusal(path) + "\n" == path.with_suffix(".txt").read_text("utf-8")


def test_every_expected_text_has_its_record() -> None:
    assert sorted(path.with_suffix(".json") for path in RECORDS.rglob("*.txt")) == BAD
    assert len(BAD) >= 40


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("value", [None, b"", b"null", b"7", b"[]", b"\xff\xfe", b'{"a":' * 100_000])
def test_what_is_no_object_is_refused_by_every_format(name: str, value: bytes | None) -> None:
    codec = codec_for(name, RECORDS / "site.yaml" if name == "json" else None)
    refused = translate(codec, Incoming(value))
    assert isinstance(refused, Refused)
    assert refused.reason in {"not json", "not utf-8", "too deep", "wrong type"}
    assert refused.value == value


def test_too_large_a_touchpoint_is_refused() -> None:
    value = b'{"id":"1","type":"a","time":0,"customer":"ann","brand":"' + b"x" * 300_000 + b'"}'
    refused = translate(codec_for("native"), Incoming(value))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.detail) == ("too large", f"{len(value):,} bytes; expected 262,144 at most")


def test_a_codec_that_fails_makes_a_dead_letter() -> None:
    def broken(_: object) -> dict[str, object]:
        raise ZeroDivisionError("by a bug")

    refused = translate(broken, Incoming(b"{}", key=b"ann"))
    assert refused == Refused(17, "translation failed", "", "ZeroDivisionError: by a bug", b"ann", b"{}")
