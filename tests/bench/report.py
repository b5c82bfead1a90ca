"""What a benchmark prints, and what is kept of it in RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
WIDTH: Final = 140
"""Characters of a line where there is no terminal."""

HEAD: Final = """# Results

Each table is of one run; compare within a table, not between machines. `make bench` runs all of them, the command above
a table only that one; `--keep` puts what it printed in its place here.
"""


@dataclass(slots=True)
class Report:
    """One table. `name` is the benchmark's, `notes` are the sentences below it."""

    name: str
    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Adds a row."""
        self.rows.append(cells)

    def show(self) -> None:
        """Prints it."""
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        table = Table(title=self.title, title_justify="left")
        for at, column in enumerate(self.columns):
            table.add_column(column, justify="right" if at else "left", no_wrap=not at)
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        for note in self.notes:
            console.print(note, highlight=False, markup=False)

    def markdown(self) -> str:
        """The same for RESULTS.md."""
        lines = [f"**{self.title}**", "", _row(self.columns), _row(["---", *["---:"] * (len(self.columns) - 1)])]
        lines += map(_row, self.rows)
        if self.notes:
            lines += ["", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines)


Benchmark = Callable[[argparse.Namespace], list[Report]]


def run(
    name: str, about: str | None, arguments: Sequence[str], options: argparse.ArgumentParser, work: Benchmark
) -> None:
    """Runs a benchmark from its command line: prints its tables and keeps them where asked to."""
    options.prog, options.description = f"python -m tests.bench.{name}", about
    options.add_argument("--keep", action="store_true", help="put the tables into RESULTS.md")
    reports = work(options.parse_args(arguments))
    for report in reports:
        report.show()
    given = [one for one in arguments if one != "--keep"]
    if options.parse_args(arguments).keep:
        keep(name, " ".join([options.prog, *given]), reports)


def keep(name: str, command: str, reports: Sequence[Report], path: Path = RESULTS) -> None:
    """Puts a benchmark's tables into its section of RESULTS.md, which is made where it isn't there yet."""
    body = "\n\n".join(report.markdown() for report in reports)
    section = f"## {name}\n\n`{command}` on {machine()}\n\n{body}\n"
    text = path.read_text() if path.exists() else HEAD
    found = re.search(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found:
        rest = text[found.end() :]
        text = text[: found.start()] + section + ("\n" + rest if rest else "")
    else:
        text = text.rstrip("\n") + "\n\n" + section
    path.write_text(text)


def machine() -> str:
    """What it ran on, in words."""
    today = datetime.now(tz=UTC).date()
    return f"{os.cpu_count()} cores of {_processor()}, Python {platform.python_version()}, {today}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
