"""Mapping files: bad ones beside the exact text of their problems, and what good ones mean."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from streams.cli.import_csv import HELP
from streams.codecs import codec_for
from streams.codecs.mapping import MappingError, read_mapping
from streams.codecs.mapping.read import FIELDS
from tests.streams.records import Incoming

TESTDATA = Path(__file__).parent.parent / "testdata"
BAD = sorted((TESTDATA / "mapping" / "bad").glob("*.yaml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_says_exactly_what_is_wrong(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with pytest.raises(MappingError) as caught:
        read_mapping(Path(path.name))
    assert str(caught.value) + "\n" == path.with_suffix(".txt").read_text("utf-8")


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        read_mapping(tmp_path / "map.yaml")
    assert "found a file that can't be read (No such file or directory)" in str(caught.value)


def test_the_mapping_that_the_help_shows(tmp_path: Path) -> None:
    example = HELP.partition("\b\n")[2].partition("\n\n")[0]
    (tmp_path / "map.yaml").write_text(dedent(example))
    mapping = read_mapping(tmp_path / "map.yaml")
    assert list(mapping.fields) == ["type", "customer", "channel", "product", "value"]
    assert set(FIELDS) - set(mapping.fields) == set(re.findall(r"\w+", HELP.partition("Other fields: ")[2])) & set(
        FIELDS
    )


def site(value: str) -> dict[str, object] | None:
    return codec_for("json", TESTDATA / "records" / "site.yaml")(Incoming(value.encode()))


def test_a_sites_own_record() -> None:
    fields = site(
        '{"what": "buy", "at": "05/07/2026 11:00", "user": {"id": 7, "email": "ann@example.org"}, "amount": "9,50",'
        ' "fast": "yes", "item": {"sku": "tent", "size": "l", "colour": "blue", "weight": 3}}'
    )
    assert fields == {
        "id": "clicks:3:17",
        "type": "order.placed",
        "time": "2026-07-05T09:00:00.000Z",
        "customer": "7",
        "channel": "web",
        "product": "tent",
        "value": 9.5,
        "identities": {"email": "ann@example.org"},
        "properties": {"express": True, "size": "large", "colour": "blue"},
    }
    assert list(fields)[:4] == ["id", "type", "time", "customer"]


def test_what_a_record_lacks_is_left_out_or_has_its_default() -> None:
    fields = site(
        '{"what": "look", "at": "05/01/2026 11:00", "user": {"id": "ann"}, "item": {"size": "xxl"}, "amount": 3}'
    )
    assert fields == {
        "id": "clicks:3:17",
        "type": "product.viewed",
        "time": "2026-01-05T10:00:00.000Z",
        "customer": "ann",
        "channel": "web",
        "product": "unknown",
        "value": 3,
    }


def test_a_type_that_the_table_has_as_null_is_left_out_before_anything_else_is_looked_at() -> None:
    assert site('{"what": "ping"}') is None


@pytest.mark.parametrize(
    ("time", "written", "expected"),
    [
        ("{from: t}", '"2026-01-05T10:00:00.1239Z"', "2026-01-05T10:00:00.123Z"),
        ("{from: t}", '"2026-01-05 10:00"', "2026-01-05T10:00:00.000Z"),
        ("{from: t, zone: Europe/Brussels}", '"2026-01-05T10:00:00+00:00"', "2026-01-05T10:00:00.000Z"),
        ("{from: t, zone: Europe/Brussels}", '"2026-10-25T02:30:00"', "2026-10-25T00:30:00.000Z"),
        ("{from: t, format: epoch_ms}", "1767607200123", "2026-01-05T10:00:00.123Z"),
        ("{from: t, format: epoch_ms}", '"1767607200123"', "2026-01-05T10:00:00.123Z"),
        ("{from: t, format: epoch_s}", "1767607200.5", "2026-01-05T10:00:00.500Z"),
        ("{from: t, format: '%d %b %Y %H:%M %z'}", '"05 Jan 2026 11:00 +0100"', "2026-01-05T10:00:00.000Z"),
    ],
)
def test_times(time: str, written: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(f"time: {time}\ntype: {{value: visit}}\ncustomer: who\n")
    fields = codec_for("json", tmp_path / "map.yaml")(Incoming(f'{{"who": "ann", "t": {written}}}'.encode()))
    assert fields is not None
    assert fields["time"] == expected


@pytest.mark.parametrize(
    "written", ["true", '"soon"', '"2026-13-05"', '"1969-12-31T23:59:59.999Z"', "1e300", "-1", "[]", "{}"]
)
@pytest.mark.parametrize("form", ["iso", "epoch_ms", "epoch_s", "%Y"])
def test_what_is_no_time(form: str, written: str, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(f"time: {{from: t, format: '{form}'}}\ntype: {{value: visit}}\ncustomer: who\n")
    with pytest.raises(Exception, match=r"at \$\.t: found") as caught:
        codec_for("json", tmp_path / "map.yaml")(Incoming(f'{{"who": "ann", "t": {written}}}'.encode()))
    assert type(caught.value).__name__ == "BadRecord"


@pytest.mark.parametrize(("name", "mapping"), [("json", None), ("segment", "site.yaml"), ("avro", None)])
def test_formats_and_mappings_that_do_not_go_together(name: str, mapping: str | None) -> None:
    with pytest.raises(ValueError, match=r"^found .*; expected ") as caught:
        codec_for(name, TESTDATA / "records" / mapping if mapping else None)
    assert str(caught.value) in {
        "found `json` without a mapping file; expected json:MAPPING.yaml",
        "found a mapping file at `segment`; expected one at `json` only",
        "found the format `avro`; expected one of native, segment, cloudevents, json",
    }
