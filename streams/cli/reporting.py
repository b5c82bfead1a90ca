"""`telltale report`: what fired, what was held and by what, what it cost and what it brought."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from rules import Library, nearest
from streams.cli.application import new_app
from streams.cli.files import Lines
from streams.cli.flags import flags, settings_of
from streams.cli.moments import ago, span
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, counted, fail, placed_at, say
from streams.cli.table import aligned
from streams.report import BY, SECTIONS, Asked, MissingDuckDbError, Period, Section, Shown, Store, counted_by_section
from streams.report.lines import Unread, decision_rows, touchpoint_rows

HELP = """Report what fired and what became of it: sent, held and by what, answered, converted; cost against value.

FILE holds decisions as JSON lines (.gz too, - for standard input), as `telltale replay --decisions` or `telltale log
dump --topic decisions` write them; without FILE they, and the log, are read from the broker."""

NAMES: Final = tuple(section.name for section in SECTIONS)
_RUN: Final = ("live", "shadow")


class Form(StrEnum):
    """How it is printed."""

    text = "text"
    csv = "csv"
    json = "json"
    prometheus = "prometheus"


def app() -> typer.Typer:
    app = new_app()
    app.command("report", help=HELP)(flags("broker", "namespace", "wait")(report))
    return app


def report(  # noqa: PLR0913, PLR0917  each is a flag
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...")] = None,
    touchpoints: Annotated[
        list[Path] | None,
        typer.Option("--touchpoints", metavar="FILE", help="the log, for what became of triggers; repeatable"),
    ] = None,
    library: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="the library, for signals that don't fire"),
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="WHAT", help=f"count firings by {', '.join(BY)}; repeatable")
    ] = None,
    section: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=f"only this: {', '.join(NAMES)}; repeatable")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="firings from then on, or 30d-ago")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="firings before then, or 1d-ago")] = None,
    stale: Annotated[str, typer.Option(metavar="SPAN", help="a signal that hasn't fired for so long is stale")] = "30d",
    losing: Annotated[int, typer.Option(metavar="N", min=1, help="firings without one sent that make it lose")] = 20,
    cycles: Annotated[int, typer.Option(metavar="N", min=1, help="triggers without an answer that are enough")] = 3,
    goal: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="what signals are for, in place of what they say as `goal`; repeatable"),
    ] = None,
    within: Annotated[str, typer.Option(metavar="SPAN", help="how long after a firing the goal counts")] = "14d",
    form: Annotated[Form, typer.Option("--format", help="how it is printed")] = Form.text,
    **given: object,
) -> None:
    sections = _sections(by or [], section or [])
    if form is Form.csv and len(sections) != 1:
        fail("--format csv: expected one table; name it with --section or --by", WRONG_USAGE)
    placed = placed_at(library).library if library else None
    now = time.time_ns() // 1_000_000
    period = Period(_moment("--since", since, now), _moment("--until", until, now))
    goals = _goals(placed, goal or [])
    with tempfile.TemporaryDirectory(prefix="telltale-") as folder:
        live = not files
        if live:
            files, touchpoints = _dumped(Path(folder), given, ("decisions", "touchpoints"))
        unread = Unread()
        with _opened() as store:
            _load(store, files or [], touchpoints or [], unread, goals, period)
            asked = Asked(
                end=period.until or (now if live else store.latest() + 1),
                signals=None if placed is None else [one.name for one in placed.signals if one.status in _RUN],
                goals=goals,
                responses=bool(touchpoints),
                stale=_span("--stale", stale),
                within=_span("--within", within),
                losing=losing,
                cycles=cycles,
            )
            shown = [one.shown(store, asked) for one in sections]
    typer.echo(_FORMS[form](shown))
    _tell(unread)


def _sections(by: Sequence[str], names: Sequence[str]) -> list[Section]:
    for name in by:
        _known("--by", name, tuple(BY))
    for name in names:
        _known("--section", name, NAMES)
    chosen = [one for one in SECTIONS if one.name in names]
    if by:
        chosen.insert(0, counted_by_section(*dict.fromkeys(by)))
    return chosen or list(SECTIONS)


def _known(flag: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        near = nearest(name, names)
        fail(f"{flag}: found {name!r}; expected {', '.join(names)}" + (f"; write {near}" if near else ""), WRONG_USAGE)


def _moment(flag: str, text: str | None, now: int) -> int | None:
    try:
        return None if text is None else ago(text, now)
    except ValueError:
        fail(f"{flag}: found {text!r}; expected a time such as 2026-01-05T10:00:00Z, or 30d-ago", WRONG_USAGE)


def _span(flag: str, text: str) -> int:
    try:
        return span(text)
    except ValueError:
        fail(f"{flag}: found {text!r}; expected a whole number and a unit, such as 30d", WRONG_USAGE)


def _goals(library: Library | None, given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What each signal is for: what was given, else what it says itself."""
    return {signal.name: tuple(given) or signal.goal for signal in library.signals} if library else {}


def _opened() -> Store:
    try:
        return Store()
    except MissingDuckDbError as error:
        fail(str(error))


def _load(
    store: Store,
    files: list[Path],
    touchpoints: list[Path],
    unread: Unread,
    goals: Mapping[str, Sequence[str]],
    period: Period,
) -> None:
    types = {name for names in goals.values() for name in names}
    decided, log = Lines(_present("FILE", files)), Lines(_present("--touchpoints", touchpoints))
    try:
        store.load(
            decision_rows(decided, decided.place, unread), touchpoint_rows(log, log.place, unread, types), period
        )
    except (OSError, EOFError) as error:
        fail(f"found {error}; expected files that can be read, and room in the temporary folder")


def _present(flag: str, files: list[Path]) -> list[Path]:
    for file in files:
        if str(file) != "-" and (not file.exists() or file.is_dir()):
            fail(f"{flag}: found no file `{file}`; expected JSON lines, or - for standard input", WRONG_USAGE)
    return files


def _dumped(folder: Path, given: dict[str, object], topics: Sequence[str]) -> list[list[Path]]:
    from streams.cli.log import dump_to  # noqa: PLC0415  # Kafka is loaded where it is used

    settings = settings_of(os.environ, given)
    paths = [folder / f"{topic}.jsonl" for topic in topics]
    for topic, path in zip(topics, paths, strict=True):
        dump_to(path, settings, topic)
    return [[path] for path in paths]


def _tell(unread: Unread) -> None:
    for line in unread.told:
        say(line)
    if unread.count:
        say(f"{counted(unread.count, 'line')} that can't be used")
        raise typer.Exit(WRONG_INPUT)


def _text(shown: Sequence[Shown]) -> str:
    return "\n\n".join(_block(one) for one in shown)


def _block(one: Shown) -> str:
    lines = [one.title]
    if one.rows:
        cells = [[_cell(cell) for cell in row] for row in one.rows]
        lines += [f"  {line}" for line in aligned([one.columns, *cells], _leading_texts(one))]
    else:
        lines.append("  nothing")
    return "\n".join([*lines, *([f"  ({one.note})"] if one.note else [])])


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _csv(shown: Sequence[Shown]) -> str:
    [one] = shown
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.strip() for column in one.columns)
    writer.writerows(one.rows)
    return out.getvalue().rstrip("\n")


def _json(shown: Sequence[Shown]) -> str:
    said = [
        {
            "section": one.name,
            "title": one.title,
            "rows": [dict(zip(one.columns, row, strict=True)) for row in one.rows],
            **({"note": one.note} if one.note else {}),
        }
        for one in shown
    ]
    return json.dumps({"sections": said}, indent=2, ensure_ascii=False)


def _prometheus(shown: Sequence[Shown]) -> str:
    """A gauge for each column of numbers, as an exporter takes it from a file; the texts before them are its labels."""
    registry = CollectorRegistry()
    for one in shown:
        texts = _leading_texts(one)
        labels = [_plain_name(column) for column in one.columns[:texts]]
        for at, column in enumerate(one.columns[texts:], texts):
            numbers = [row for row in one.rows if isinstance(row[at], int | float)]
            if not numbers:
                continue
            name = f"telltale_report_{_plain_name(one.name)}_{_plain_name(column)}"
            gauge = Gauge(name, f"{one.title}: {column}", labels, registry=registry)
            for row in numbers:
                (gauge.labels(*(_cell(text) for text in row[:texts])) if labels else gauge).set(row[at])
    return generate_latest(registry).decode().rstrip("\n")


def _plain_name(text: str) -> str:
    """A name as Prometheus allows it: ``held out converted %`` is ``held_out_converted_percent``."""
    return re.sub(r"\W+", "_", text.replace("%", "percent").strip())


def _leading_texts(one: Shown) -> int:
    """How many of the first columns are texts; all of them where there is no row."""
    rows = one.rows[:1]
    return next((at for row in rows for at, cell in enumerate(row) if not isinstance(cell, str)), len(one.columns))


_FORMS: Final[Mapping[Form, Callable[[Sequence[Shown]], str]]] = {
    Form.text: _text,
    Form.csv: _csv,
    Form.json: _json,
    Form.prometheus: _prometheus,
}
