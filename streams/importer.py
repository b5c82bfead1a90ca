"""A CSV file to touchpoints of the log, by a mapping file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from rules import BadRecord, Place, Problem, decode_touchpoint, nearest, one_of, to_millis
from streams.codecs.mapping import MappingError, SourceMapping, touchpoint
from streams.codecs.record import Fields
from streams.csv_rows import BadRow, CsvFile, Row, column_place


@dataclass(frozen=True, slots=True)
class Imported:
    """A touchpoint of a row: its time in epoch milliseconds, its customer, and itself as JSON of the log's format."""

    line: int
    time: int
    customer: str
    value: bytes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row whose type the mapping leaves out."""

    line: int


Outcome = Imported | LeftOut | BadRow


def check_columns(mapping: SourceMapping, header: tuple[str, ...], file: Path) -> None:
    """Raises MappingError where the mapping names columns that the file lacks, or has more than once."""
    wrong = ((column, spot) for column, spot in mapping.places.items() if header.count(column) != 1)
    problems = [_problem(mapping, column, spot, header, file) for column, spot in wrong]
    if problems:
        raise MappingError(problems)


def _problem(mapping: SourceMapping, column: str, spot: Place, header: tuple[str, ...], file: Path) -> Problem:
    if column in header:
        found = f"`{column}`, which {file.name} has {header.count(column)} times"
        return Problem(mapping.file, *spot, found, "a column's own name", f"rename one of them in {file.name}")
    close = nearest(column, header)
    expected = f"a column of {file.name}: {one_of(header)}" if header else f"columns, but {file.name} is empty"
    return Problem(mapping.file, *spot, f"`{column}`", expected, f"write `{close}`" if close else "name one of them")


def read_csv(
    path: Path, mapping: SourceMapping, progress: Callable[[int, int], None] = lambda _done, _size: None
) -> Iterator[Outcome]:
    """What becomes of each row, in the file's order. ``progress`` is called with bytes read and their number.

    A row without an id of its own gets ``FILE:LINE``, so that importing the file twice makes duplicates of the same id.

    Raises:
        MappingError: when the mapping names columns that the file lacks.
        BadRecord: when there is no header to be read.
        OSError, EOFError: when the file can't be read.
    """
    with CsvFile(path, mapping.csv) as file:
        check_columns(mapping, file.header, path)
        place = partial(column_place, file.header)
        for row in file.rows():
            yield row if isinstance(row, BadRow) else _outcome(row, mapping, place, f"{path.name}:{row.line}")
            progress(file.progress(), file.size)


def _outcome(row: Row, mapping: SourceMapping, place: Callable[[str], str], fallback_id: str) -> Outcome:
    try:
        fields = touchpoint(mapping, row.values.get, place, fallback_id)
        return LeftOut(row.line) if fields is None else _imported(row.line, fields)
    except BadRecord as error:
        return BadRow(row.line, error)


def _imported(line: int, fields: Fields) -> Imported:
    value = orjson.dumps(fields)
    decoded = decode_touchpoint(value)
    return Imported(line, to_millis(decoded.time), decoded.customer, value)


def by_time(outcomes: Iterable[Imported]) -> list[Imported]:
    """In event-time order, rows of one time in the file's: what was collected customer by customer isn't all late."""
    return sorted(outcomes, key=lambda imported: imported.time)
