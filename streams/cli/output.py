"""What commands print: results to standard output, the rest to standard error."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NoReturn

import typer

from rules import LibraryError, PlacedLibrary, Plan, Problem, compile_plan, load_library, load_placed
from streams.cli.report import Format, remarks, report

WRONG_INPUT: Final = 1
WRONG_USAGE: Final = 2


def say(text: str) -> None:
    """A line to standard error."""
    typer.echo(text, err=True)


def fail(text: str, code: int = WRONG_INPUT) -> NoReturn:
    """Ends the command with a message."""
    say(text)
    raise typer.Exit(code)


def fail_with(problems: Iterable[Problem]) -> NoReturn:
    """Ends the command with all problems of a file or library."""
    listed = remarks(problems)
    report(listed, counted(len(listed), "problem"), Format.TEXT, err=True)
    raise typer.Exit(WRONG_INPUT)


def plan_at(path: Path) -> Plan:
    """The compiled library of a folder; ends the command with all problems where it has any."""
    try:
        return compile_plan(load_library(path))
    except LibraryError as error:
        fail_with(error.problems)


def placed_at(path: Path) -> PlacedLibrary:
    """The library of a folder, and where it says what; ends the command with all problems where it has any."""
    try:
        return load_placed(path)
    except LibraryError as error:
        fail_with(error.problems)


def counted(number: int, what: str) -> str:
    """``1 signal``, ``1,234 signals``, ``2 libraries``."""
    return f"{number:,} {what if number == 1 else what[:-1] + 'ies' if what.endswith('y') else what + 's'}"


def quiet_kafka() -> None:
    """Lets the client library's own lines about absent brokers go: commands say what is to be said."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def on_terminal() -> bool:
    return sys.stderr.isatty()
