"""A mapping file to a SourceMapping, or all that is wrong with it."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path as File
from typing import Any, get_args
from zoneinfo import ZoneInfo

from rules import Path, Place
from streams.codecs.fields import GROUPS, NUMBERS, TEXTS
from streams.codecs.mapping.document import MappingError, Walk, shown
from streams.codecs.mapping.model import CsvStyle, From, Kind, Others, SourceMapping, TimeFrom
from streams.codecs.times import UNITS

REQUIRED = ("time", "type", "customer")
FIELDS = (*TEXTS, *NUMBERS)
FROM_KEYS = ("from", "value", "as", "table", "others", "default")
TIME_KEYS = ("from", "format", "zone")
CSV_KEYS = ("delimiter", "quote", "encoding", "decimal")
FITTING: Mapping[str, type | tuple[type, ...]] = {"text": str, "number": (int, float), "boolean": bool, "any": object}


def read_mapping(file: File) -> SourceMapping:
    """Reads a mapping file.

    Raises:
        MappingError: with all problems, each with its line and column.
    """
    return _Reader(Walk(file)).mapping()


class _Reader:
    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.places: dict[str, Place] = {}

    def mapping(self) -> SourceMapping:
        keys = self.walk.keys((), ("csv", "time", *FIELDS, *GROUPS))
        for name in REQUIRED:
            self._require(name, keys)
        mapping = SourceMapping(
            file=self.walk.document.file,
            time=self._time(),
            fields={
                name: self._from((name,), "number" if name in NUMBERS else "text") for name in FIELDS if name in keys
            },
            identities=self._group("identities"),
            properties=self._group("properties"),
            csv=self._csv(),
            places=self.places,
        )
        if self.walk.problems:
            raise MappingError(self.walk.problems)
        return mapping

    def _require(self, name: str, keys: tuple[str, ...]) -> None:
        if name not in keys:
            self.walk.problem((), f"no `{name}`", f"where the {name} comes from", f"add `{name}: COLUMN`")

    def _group(self, name: str) -> Mapping[str, From]:
        return {key: self._from((name, key), "any") for key in self.walk.table((name,))}

    def _from(self, path: Path, usual: Kind) -> From:
        if not self.walk.is_table(path):
            return From(self._column(path), usual)
        keys = self.walk.keys(path, FROM_KEYS)
        if ("from" in keys) == ("value" in keys):
            found = "both `from` and `value`" if "from" in keys else "neither `from` nor `value`"
            self.walk.problem(path, found, "one of them", "write `from: COLUMN` or `value: CONSTANT`", at_key=True)
        kind: Kind = self.walk.text((*path, "as"), get_args(Kind)) or usual  # type: ignore[assignment]
        others: Others = self.walk.text((*path, "others"), get_args(Others)) or "refuse"  # type: ignore[assignment]
        return From(
            column=self._column((*path, "from")) if "from" in keys else None,
            kind=kind,
            constant=self._constant((*path, "value"), kind),
            table=self._table((*path, "table")) if "table" in keys else None,
            others=others,
            default=self._constant((*path, "default"), kind),
        )

    def _column(self, path: Path) -> str | None:
        column = self.walk.text(path)
        if column is not None:
            self.places.setdefault(column, self.walk.at(path))
        elif self.walk.value(path) is None:
            self.walk.problem(path, f"nothing at `{path[-1]}`", "a column", "name one", at_key=True)
        return column

    def _constant(self, path: Path, kind: Kind) -> Any:
        value = self.walk.value(path)
        if value is None or (isinstance(value, FITTING[kind]) and (kind != "number" or not isinstance(value, bool))):
            return value
        self.walk.problem(path, shown(value), f"a {kind}", "write one")
        return None

    def _table(self, path: Path) -> Mapping[str, Any]:
        return {key: self.walk.value((*path, key)) for key in self.walk.table(path)}

    def _time(self) -> TimeFrom:
        path: Path = ("time",)
        if not self.walk.document.has(path):
            return TimeFrom("")
        if not self.walk.is_table(path):
            return TimeFrom(self._column(path) or "")
        if "from" not in self.walk.keys(path, TIME_KEYS):
            self.walk.problem(
                path, "no `from` at `time`", "where the time comes from", "add `from: COLUMN`", at_key=True
            )
            return TimeFrom("")
        return TimeFrom(
            self._column((*path, "from")) or "", self._pattern((*path, "format")), self._zone((*path, "zone"))
        )

    def _pattern(self, path: Path) -> str:
        pattern = self.walk.text(path) or "iso"
        if pattern != "iso" and pattern not in UNITS and not _is_strptime(pattern):
            expected = "`iso`, `epoch_s`, `epoch_ms` or a pattern of strptime"
            self.walk.problem(path, f"`{pattern}`", expected, 'write, for example, `"%Y-%m-%d %H:%M:%S"`')
        return pattern

    def _zone(self, path: Path) -> tzinfo:
        name = self.walk.text(path)
        try:
            return UTC if name is None else ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            self.walk.problem(path, f"`{name}`", "an IANA time zone", "write, for example, `Europe/Brussels`")
            return UTC

    def _csv(self) -> CsvStyle:
        path: Path = ("csv",)
        self.walk.table(path)
        texts = {name: self._style((*path, name)) for name in self.walk.keys(path, CSV_KEYS)}
        return CsvStyle(**{name: text for name, text in texts.items() if text is not None})

    def _style(self, path: Path) -> str | None:
        value = self.walk.text(path)
        if path[-1] == "encoding":
            if not _is_encoding(value):
                self.walk.problem(path, f"`{value}`", "an encoding", "write, for example, `latin-1`")
        elif value is not None and len(value) != 1:
            self.walk.problem(path, f"`{value}`", "one character", 'write, for example, `";"`')
        return value


def _is_strptime(pattern: str) -> bool:
    """Whether strptime reads with it what strftime wrote with it."""
    day = datetime(2026, 1, 5, tzinfo=UTC)
    try:
        return "%" in pattern and bool(datetime.strptime(day.strftime(pattern), pattern))  # noqa: DTZ007
    except ValueError:
        return False


def _is_encoding(name: str | None) -> bool:
    try:
        return name is None or bool(codecs.lookup(name))
    except LookupError:
        return False
