"""CSV files to touchpoints: what good rows become, and what is said about bad ones."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rules import BadRecord
from streams.codecs.mapping import MappingError, read_mapping
from streams.csv_rows import BadRow
from streams.demo.traffic import bundled
from streams.importer import Imported, by_time, read_csv

CSV = Path(__file__).parent.parent / "testdata" / "csv"
MAP = "time: {from: t, format: epoch_ms}\ntype: {value: visit}\ncustomer: who\n"


def imported(tmp_path: Path, data: bytes, mapping: str = MAP, name: str = "a.csv") -> list[object]:
    (tmp_path / "map.yaml").write_text(mapping)
    (tmp_path / name).write_bytes(data)
    return list(read_csv(tmp_path / name, read_mapping(tmp_path / "map.yaml")))


def test_good_rows() -> None:
    outcomes = list(read_csv(CSV / "good.csv", read_mapping(CSV / "map.yaml")))
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "Imported",
        "Imported",
        "Imported",
        "LeftOut",
        "Imported",
    ]
    ordered = by_time(outcome for outcome in outcomes if isinstance(outcome, Imported))
    assert [json.loads(one.value) for one in ordered] == [
        {"id": "good.csv:4", "type": "product.viewed", "time": "2026-01-05T09:00:00.000Z", "customer": "cé"},
        {
            "id": "good.csv:7",
            "type": "product.viewed",
            "time": "2026-01-05T09:00:00.000Z",
            "customer": "ann",
            "product": "two\nlines",
            "value": 3,
        },
        {
            "id": "good.csv:3",
            "type": "product.viewed",
            "time": "2026-01-05T09:30:00.000Z",
            "customer": "bob",
            "product": "a 'big' hat",
        },
        {
            "id": "good.csv:2",
            "type": "order.placed",
            "time": "2026-01-05T10:00:00.000Z",
            "customer": "ann",
            "product": "tent; green",
            "value": 1299.5,
        },
    ]


def test_bad_rows_are_given_with_their_lines_and_the_others_go_on() -> None:
    outcomes = list(read_csv(CSV / "bad.csv", read_mapping(CSV / "bad-map.yaml")))
    assert [outcome.line for outcome in outcomes if isinstance(outcome, Imported)] == [2, 13]
    bad = [f"{one.line}: {one.error.place}: {one.error.detail}" for one in outcomes if isinstance(one, BadRow)]
    assert "\n".join(bad) + "\n" == (CSV / "bad.txt").read_text("utf-8")


def test_columns_that_the_file_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CSV)
    with pytest.raises(MappingError) as caught:
        list(read_csv(Path("bad.csv"), read_mapping(Path("lost-columns.yaml"))))
    assert str(caught.value) + "\n" == (CSV / "lost-columns.txt").read_text("utf-8")


def test_a_column_that_the_file_has_twice(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        imported(tmp_path, b"who,t,who\nann,5,bob\n")
    expected = "found `who`, which a.csv has 2 times; expected a column's own name; rename one of them in a.csv"
    assert str(caught.value).endswith(expected)


@pytest.mark.parametrize("data", [b"", b"\n"])
def test_an_empty_file(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"found `t`; expected columns, but a\.csv is empty; name one of them"):
        imported(tmp_path, data)


def test_a_header_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="expected a line of column names"):
        imported(tmp_path, b'"who"x,t\n')


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert [type(one) for one in imported(tmp_path, b"\xef\xbb\xbfwho,t\nann,5\n")] == [Imported]


def test_a_packed_file(tmp_path: Path) -> None:
    outcomes = imported(tmp_path, gzip.compress(b"who,t\nann,5\n"), name="a.csv.gz")
    assert outcomes == [Imported(2, 5, "ann", outcomes[0].value)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "data", [b"who,t\nann,5\n", gzip.compress(b"who,t\n" + b"ann,5\n" * 99)[:-20]], ids=["not packed", "cut off"]
)
def test_a_broken_packed_file(data: bytes, tmp_path: Path) -> None:
    with pytest.raises((OSError, EOFError)):
        imported(tmp_path, data, name="a.csv.gz")


def test_what_the_touchpoint_refuses_is_a_bad_row(tmp_path: Path) -> None:
    outcomes = imported(tmp_path, f"who,t\n{'x' * 257},5\nann,6\n".encode())
    assert [type(outcome) for outcome in outcomes] == [BadRow, Imported]


def test_a_field_without_end_spoils_its_row_only(tmp_path: Path) -> None:
    outcomes = imported(tmp_path, b"who,t\nann," + b"5" * 200_000 + b"\nbob,6\n")
    assert [type(outcome) for outcome in outcomes] == [BadRow, Imported]


def test_progress_ends_with_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP)
    (tmp_path / "a.csv").write_bytes(b"who,t\n" + b"ann,5\n" * 3)
    seen: list[tuple[int, int]] = []
    list(
        read_csv(tmp_path / "a.csv", read_mapping(tmp_path / "map.yaml"), lambda done, size: seen.append((done, size)))
    )
    assert seen[-1] == (24, 24)


def test_rows_of_one_time_stay_in_the_files_order() -> None:
    rows = [Imported(line, time, "ann", b"") for line, time in [(2, 5), (3, 4), (4, 5), (5, 4)]]
    assert [row.line for row in by_time(rows)] == [3, 5, 2, 4]


def test_the_bundled_traffic_is_whole_and_in_order() -> None:
    traffic = bundled()
    assert len(traffic.touchpoints) == 31_106
    assert len({one.customer for one in traffic.touchpoints}) == 600
    times = [one.time for one in traffic.touchpoints]
    assert times == sorted(times)
    assert traffic.last - traffic.first == 15_329_822_000
    assert len({json.loads(one.value)["id"] for one in traffic.touchpoints}) == 31_106


def test_an_empty_line_is_left_out(tmp_path: Path) -> None:
    assert len(imported(tmp_path, b"who,t\n\nann,5\n\n\n")) == 1
