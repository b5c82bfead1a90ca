"""`telltale check DIR`: all that is wrong with a library, or what is in it and what could be better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from rules import Finding, Library, LibraryError, compile_plan, lint_library, load_placed
from streams.cli.application import new_app
from streams.cli.output import WRONG_INPUT, counted
from streams.cli.report import Format, remarks, report

HELP = """Check a library of signals: print all its problems, or what is in it and what could be better.

Problems end with exit code 1; what could be better, warnings and hints, does so only with --strict."""


def app() -> typer.Typer:
    app = new_app()
    app.command("check", help=HELP)(check)
    return app


def check(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="the library's folder")
    ],
    strict: Annotated[bool, typer.Option("--strict", help="take warnings and hints for problems")] = False,
    form: Annotated[
        Format, typer.Option("--format", help="text; json for programs; github for comments beside the lines there")
    ] = Format.TEXT,
) -> None:
    try:
        placed = load_placed(directory)
        compile_plan(placed.library)
    except LibraryError as error:
        report(remarks(error.problems), counted(len(error.problems), "problem"), form)
        raise typer.Exit(WRONG_INPUT) from None
    findings = lint_library(placed)
    verdict = f"{directory}: {summary(placed.library)}; {_verdict(findings)}"
    report(remarks(findings=findings), verdict, form)
    if findings and strict:
        raise typer.Exit(WRONG_INPUT)


def _verdict(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(counted(counts[kind], kind) for kind in ("warning", "hint") if counts[kind]) or "good"


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"


def summary(library: Library) -> str:
    """What is in a library, in a line."""
    counts = Counter(signal.status for signal in library.signals)
    statuses = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    parts = [
        f"library {library.name}",
        counted(len(library.signals), "signal") + (f" ({statuses})" if statuses else ""),
        counted(len(library.features), "feature"),
        *([_stories(len(library.stories))] if library.stories else []),
        counted(len(library.channels), "channel"),
        *([counted(len(library.timelines), "timeline")] if library.timelines else []),
    ]
    return ", ".join(parts + ([counted(len(library.interactions), "touchpoint type")] if library.has_catalogue else []))
