"""The libraries that a replay follows: a dump of the topic `libraries`, and the switches to them in the log."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from rules import History, Plan, UnknownLibraryError, compile_plan, switches_in
from streams.cli.files import Lines
from streams.cli.output import fail
from streams.libraries import BadPublishedError, from_line

PASSED_OVER = (
    "the log switches its library, and --library was run over all of it; to go over from one to the next as the "
    "detector did, give --libraries FILE (from `telltale log dump --topic libraries`)"
)


def history_of(libraries: Path, files: list[Path], before: Plan | None) -> History:
    """What a replay of a dumped log follows; ends the command where a library is missing or can't be used.

    ``before``: the plan until a partition's first switch, where that isn't the one of that switch.
    """
    plans = _plans(libraries)
    if not plans:
        fail(f"{libraries}: found no library; expected a dump by `telltale log dump --topic libraries`")
    try:
        return History(plans, switches_in(Lines(files)), before)
    except UnknownLibraryError as error:
        fail(f"{libraries}: {error}")


def _plans(path: Path) -> dict[str, Plan]:
    lines, plans = Lines([path]), dict[str, Plan]()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            library = from_line(line).library()
        except BadPublishedError as error:
            fail(f"{lines.place(number)}: {error}")
        plans.pop(library.digest, None)
        plans[library.digest] = compile_plan(library)
    return plans


def twice_readable(files: list[Path], folder: Path) -> list[Path]:
    """The files, standard input being kept in the folder: its switches are looked for before it is replayed."""
    kept = folder / "standard-input.jsonl"
    if any(str(file) == "-" for file in files):
        with kept.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
    return [kept if str(file) == "-" else file for file in files]
