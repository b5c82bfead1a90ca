"""`telltale import FILE --mapping MAP.yaml`: a CSV file to touchpoints, into a file or the log."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from rules import BadRecord
from streams.cli.application import new_app
from streams.cli.files import writing
from streams.cli.flags import flags, settings_of
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, counted, fail, fail_with, quiet_kafka, say
from streams.cli.progress import progress_bar
from streams.codecs.mapping import MappingError, SourceMapping, read_mapping
from streams.csv_rows import BadRow
from streams.importer import Imported, LeftOut, by_time, read_csv

LISTED = 20
"""Bad rows that are listed one by one; more are only counted."""


def app() -> typer.Typer:
    app = new_app()
    app.command("import", help=HELP)(flags("broker", "namespace", "wait")(import_csv))
    return app


HELP = """Turn a CSV file (.gz too) into touchpoints, by a mapping file that says which column is what.

They go in order of time to standard output, to a file (--to) or to the log of a broker (--broker). A mapping, of which
time, type and customer are required:

\b
  time: {from: when, format: "%Y-%m-%d %H:%M", zone: Europe/Brussels}  # or iso, epoch_s, epoch_ms
  customer: client                                                     # a column's name
  type: {from: action, table: {buy: order.placed, ping: null}}         # null: left out
  channel: {value: web}                                                # the same for all
  product: {from: sku, default: unknown}
  value: price
  properties: {size: {from: size, table: {s: small}, others: keep}, gift: {from: gift, as: boolean}}
  csv: {delimiter: ";", quote: "'", encoding: latin-1, decimal: ","}

Other fields: id, source, brand, content, module, attention, dwell, led_by, reaction, identities. What a table lacks is
refused, or by `others` kept or dropped (keep, drop). `as` is text, number, boolean or any."""


@dataclass(slots=True)
class Tally:
    """What became of the rows."""

    written: int = 0
    left_out: int = 0
    bad: list[BadRow] = field(default_factory=list)


def import_csv(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV with a header")],
    mapping: Annotated[Path, typer.Option(metavar="MAP.yaml", exists=True, dir_okay=False, help="mapping file")],
    to: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="file to write, .gz packed, - for output")
    ] = None,
    sort: Annotated[
        bool, typer.Option(help="in order of time; without, in the file's order and in little memory")
    ] = True,
    **given: object,
) -> None:
    if to is not None and given["broker"] is not None:
        fail("found both --to and --broker; expected one of them", WRONG_USAGE)
    tally = Tally()
    touchpoints = _touchpoints(file, _mapping(mapping), tally)
    try:
        _deliver(by_time(touchpoints) if sort else touchpoints, to, given, tally)
    except MappingError as error:
        fail_with(error.problems)
    except BadRecord as error:
        fail(f"{file}:1: {error.detail}")
    except BrokenPipeError:
        raise
    except (OSError, EOFError) as error:
        fail(f"{file}: found {error}; expected a file that can be read, and room to write")
    _report(tally, file, mapping)


def _mapping(path: Path) -> SourceMapping:
    try:
        return read_mapping(path)
    except MappingError as error:
        fail_with(error.problems)


def _touchpoints(file: Path, mapping: SourceMapping, tally: Tally) -> Iterator[Imported]:
    with progress_bar(f"reading {file.name}") as progress:
        for outcome in read_csv(file, mapping, progress):
            if isinstance(outcome, Imported):
                yield outcome
            elif isinstance(outcome, LeftOut):
                tally.left_out += 1
            else:
                tally.bad.append(outcome)


def _deliver(touchpoints: Iterable[Imported], to: Path | None, given: dict[str, object], tally: Tally) -> None:
    if given["broker"] is not None:
        tally.written = _to_log(touchpoints, given)
        return
    with writing(to) as write:
        for touchpoint in touchpoints:
            write(touchpoint.value + b"\n")
            tally.written += 1


def _to_log(touchpoints: Iterable[Imported], given: dict[str, object]) -> int:
    from aiokafka.errors import KafkaError  # noqa: PLC0415  # Kafka is loaded where it is used

    from streams.broker import BrokerAbsentError  # noqa: PLC0415
    from streams.feed import NoLogError, publish  # noqa: PLC0415

    quiet_kafka()
    settings = settings_of(os.environ, given)
    try:
        return asyncio.run(publish(settings, ((one.customer.encode(), one.value) for one in touchpoints), say))
    except (BrokerAbsentError, NoLogError) as error:
        fail(str(error))
    except KafkaError as error:
        fail(f"broker {settings.broker}: found {error!r}; expected it to take touchpoints; see its own log")


def _report(tally: Tally, file: Path, mapping: Path) -> None:
    for row in tally.bad[:LISTED]:
        place = f" {row.error.place}:" if row.error.place else ""
        say(f"{file}:{row.line}:{place} {row.error.detail}")
    if len(tally.bad) > LISTED:
        say(f"... and {len(tally.bad) - LISTED:,} more bad lines")
    left_out = f", {tally.left_out:,} left out by {mapping.name}" if tally.left_out else ""
    bad = f", {counted(len(tally.bad), 'bad line')} not imported" if tally.bad else ""
    say(f"{counted(tally.written, 'touchpoint')} from {file.name}{left_out}{bad}")
    if tally.bad:
        raise typer.Exit(WRONG_INPUT)
