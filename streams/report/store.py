"""The tables that reports are made of, in a DuckDB in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from streams.report.period import Period

DECISIONS: Final[Mapping[str, str]] = {
    "id": "VARCHAR",
    "signal": "VARCHAR",
    "customer": "VARCHAR",
    "time": "BIGINT",
    "at": "BIGINT",
    "place": "BIGINT",
    "outcome": "VARCHAR",
    "reason": "VARCHAR",
    "detail": "VARCHAR",
    "channel": "VARCHAR",
    "content": "VARCHAR",
    "group": "VARCHAR",
    "loop": "VARCHAR",
    "value": "DOUBLE",
    "cost": "DOUBLE",
    "late": "BOOLEAN",
    "library": "VARCHAR",
    "segments": "VARCHAR[]",
    "stages": "VARCHAR[]",
}
TOUCHPOINTS: Final[Mapping[str, str]] = {
    "id": "VARCHAR",
    "type": "VARCHAR",
    "time": "BIGINT",
    "customer": "VARCHAR",
    "channel": "VARCHAR",
    "value": "DOUBLE",
    "trigger": "VARCHAR",
    "format": "VARCHAR",
}

# A crash repeats decisions; a deferred or cancelled firing has several. The last one decided is what became of it.
_FIRINGS: Final = """
create table firings as
select *, coalesce(sent_at is not null, false) as went
from (
    select *,
        row_number() over (partition by id order by "at" desc, outcome = 'cancelled' desc, place desc) as rank,
        min("at") filter (outcome = 'sent') over (partition by id) as sent_at,
    from decisions
    where ($since is null or time >= $since) and ($until is null or time < $until)
)
where rank = 1
"""

# Connectors may tell the same thing twice, and a person may open a mail again: a trigger is opened or it isn't.
_RESPONSES: Final = """
create table responses as
select "trigger",
    bool_or(type = 'trigger.delivered') as delivered,
    bool_or(type = 'trigger.opened') as opened,
    bool_or(type = 'trigger.clicked') as clicked,
    bool_or(type = 'trigger.converted') as converted,
    bool_or(type = 'trigger.failed') as failed,
    bool_or(type = 'trigger.refused') as refused,
    bool_or(type in ('trigger.opened', 'trigger.clicked', 'trigger.converted')) as answered,
    max(value) filter (type = 'trigger.converted') as brought,
    max(format) as format,
from touchpoints
where "trigger" is not null
group by "trigger"
"""


class MissingDuckDbError(Exception):
    """DuckDB isn't installed."""

    def __init__(self) -> None:
        super().__init__("found no duckdb; reports need it: pip install 'telltale-streams[report]'")


class Rows(NamedTuple):
    """What a query gives: the columns' names, and the rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Store:
    """Decisions and touchpoints, read once. A context: leaving it lets all of it go.

    Raises:
        MissingDuckDbError: where DuckDB isn't installed.
    """

    def __init__(self) -> None:
        try:
            import duckdb  # noqa: PLC0415  # an extra: other commands do without
        except ImportError:
            raise MissingDuckDbError from None
        # Nothing is fetched or read but what is given here.
        self._duckdb = duckdb.connect(config={"autoinstall_known_extensions": False})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._duckdb.close()

    def load(self, decisions: Iterable[bytes], touchpoints: Iterable[bytes], period: Period) -> None:
        """Takes rows of JSON, as `streams.report.lines` makes them; firings are those of the period."""
        self._read("decisions", DECISIONS, decisions)
        self._read("touchpoints", TOUCHPOINTS, touchpoints)
        self._duckdb.execute(_FIRINGS, {"since": period.since, "until": period.until})
        self._duckdb.execute(_RESPONSES)

    def ask(self, query: str, given: Mapping[str, Any] | None = None) -> Rows:
        """Runs a query of ours; ``given``: its parameters by name."""
        found = self._duckdb.execute(query, dict(given or {}))
        return Rows(tuple(column[0] for column in found.description), found.fetchall())

    def latest(self) -> int:
        """The latest time of a decision or a touchpoint (epoch ms); 0 without any."""
        query = "select max(time) from (select time from decisions union all select time from touchpoints)"
        return self.ask(query).rows[0][0] or 0

    def put(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A small table of our own; ``columns`` with their types."""
        self._duckdb.execute(f"create table {name} ({', '.join(columns)})")
        if rows:
            marks = ", ".join("?" for _ in columns)
            self._duckdb.executemany(f"insert into {name} values ({marks})", [list(row) for row in rows])  # noqa: S608  # our own names

    def _read(self, name: str, columns: Mapping[str, str], rows: Iterable[bytes]) -> None:
        with TemporaryDirectory(prefix="telltale-") as folder:
            path = Path(folder) / f"{name}.jsonl"
            with path.open("wb") as file:
                file.writelines(row + b"\n" for row in rows)
            query = f"create table {name} as from read_json($path, format = 'newline_delimited', columns = $columns)"
            self._duckdb.execute(query, {"path": str(path), "columns": dict(columns)})
