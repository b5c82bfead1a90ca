"""Rows of a CSV file, plain or gzipped, with the line each begins at. A bad row is given as such: reading goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rules import BadRecord
from streams.codecs.mapping.model import CsvStyle
from streams.codecs.record import bad
from streams.packed import unpacked


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``line`` is that of the file at which it begins, from 1."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be read, or that makes no touchpoint."""

    line: int
    error: BadRecord


class CsvFile:
    """An open CSV file. ``header``: its columns; ``progress()``: bytes of the file read so far; ``size``: of all."""

    def __init__(self, path: Path, style: CsvStyle) -> None:
        self.size = path.stat().st_size
        self._raw = path.open("rb")
        self._encoding = style.encoding
        # A byte that isn't in the encoding makes its own row bad, not the whole file.
        text = io.TextIOWrapper(unpacked(self._raw, path), style.encoding, errors="surrogateescape", newline="")
        self._reader = csv.reader(text, delimiter=style.delimiter, quotechar=style.quote, strict=True)
        self.header = self._header()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    def progress(self) -> int:
        return self._raw.tell()

    def _header(self) -> tuple[str, ...]:
        try:
            return tuple(name.removeprefix("\ufeff") for name in next(self._reader, ()))
        except csv.Error as error:
            raise bad("wrong type", "", str(error), "a line of column names") from None

    def rows(self) -> Iterator[Row | BadRow]:
        """The rows behind the header; empty lines are left out. Raises OSError, EOFError where gzip is broken."""
        while True:
            line = self._reader.line_num + 1
            try:
                values = next(self._reader, None)
            except csv.Error as error:
                yield BadRow(line, bad("wrong type", "", str(error), "a row of CSV"))
                continue
            if values is None:
                return
            if values:
                yield self._checked(line, values)

    def _checked(self, line: int, values: list[str]) -> Row | BadRow:
        if len(values) != len(self.header):
            return BadRow(line, bad("wrong type", "", f"{len(values)} columns", f"{len(self.header)} as in the header"))
        broken = next((name for name, value in zip(self.header, values, strict=True) if _is_broken(value)), None)
        if broken is not None:
            place = column_place(self.header, broken)
            return BadRow(
                line, bad("wrong type", place, f"bytes that aren't {self._encoding}", f"text in {self._encoding}")
            )
        return Row(line, dict(zip(self.header, values, strict=True)))


def column_place(header: tuple[str, ...], column: str) -> str:
    """A column as messages name it: by name and number, from 1."""
    return f"column {column} ({header.index(column) + 1})" if column in header else f"column {column}"


def _is_broken(value: str) -> bool:
    return not value.isascii() and any("\udc80" <= character <= "\udcff" for character in value)
