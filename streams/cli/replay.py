"""`telltale replay FILE...`: touchpoints through a library, and a table of what came of them."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Final, NoReturn, TypeVar

import typer

from rules import Clock as RunClock
from rules import (
    History,
    Library,
    MixedLinesError,
    Outgoing,
    Plan,
    Share,
    Until,
    all_compared,
    compile_plan,
    replay,
)
from streams.cli.against import Comparing, show_differences
from streams.cli.application import new_app
from streams.cli.files import Lines, Write, writing
from streams.cli.flags import flags, settings_of
from streams.cli.libraries import PASSED_OVER, history_of, twice_readable
from streams.cli.moments import until as parse_until
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, fail, plan_at, say
from streams.cli.progress import Progress, progress_bar
from streams.cli.shares import TroubleError, in_shares
from streams.cli.table import Tally, summary, table
from streams.collecting import collect_seldom

HELP = """Run touchpoints through a library and count what would be sent.

With --against, run them through another library too, and show what a change from that one to this one changes.
With --libraries, go over from one published library to the next where the log does, as the detector did.
FILE holds JSON lines (.gz too, - for standard input), plain or written by `telltale log dump`."""


T = TypeVar("T")

LOG: Final = "touchpoints"
LIBRARIES: Final = "libraries"


class Clock(StrEnum):
    """The clock of the run that a dumped log comes from."""

    log = "log"
    wall = "wall"


def app() -> typer.Typer:
    app = new_app()
    app.command("replay", help=HELP)(flags("broker", "namespace", "wait")(replay_files))
    return app


def replay_files(  # noqa: PLR0913, PLR0917  each is a flag
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...")] = None,
    library: Annotated[
        Path | None, typer.Option(metavar="DIR", exists=True, file_okay=False, help="the library's folder")
    ] = None,
    libraries: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="published libraries, as `telltale log dump --topic libraries` writes them: the log's switches to "
            "them are followed; with --topic and no --library they are read from the broker",
        ),
    ] = None,
    topic: Annotated[bool, typer.Option("--topic", help="read a broker's log instead of files")] = False,
    triggers: Annotated[Path | None, typer.Option(metavar="FILE", help="write what would be sent")] = None,
    decisions: Annotated[Path | None, typer.Option(metavar="FILE", help="write what is decided")] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="OTHER_DIR", exists=True, file_okay=False, help="the library as it was before a change"),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="let time run on until then, or +90d after the last touchpoint")
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="share the customers out among so many, to count or compare (one per processor)"
        ),
    ] = None,
    clock: Annotated[
        Clock, typer.Option(help="clock of the run that was dumped; a plain file always has the log's own")
    ] = Clock.wall,
    **given: object,
) -> None:
    _check(files or [], topic)
    _check_libraries(library, libraries, against, topic)
    if against is not None and (triggers or decisions):
        fail(
            "found --against with --triggers or --decisions; expected one of them; replay without it to write",
            WRONG_USAGE,
        )
    end = _until(until)
    own = plan_at(library) if library else None
    if processes and processes > 1:
        _check_shares(bool(triggers or decisions or libraries or own is None), files or [])
    collect_seldom()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="telltale-")))
        files = files or [_dumped(folder, given, LOG)]
        if against is not None and library is not None and own is not None:
            before, after = (plan_at(against).library, against), (own.library, library)
            _compare(Comparing(before, after, clock.value, end), files, processes)
        plan: Plan | History
        if libraries or own is None:
            files = twice_readable(files, folder)
            plan = history_of(libraries or _dumped(folder, given, LIBRARIES), files, own)
        else:
            plan = own
        lines = Lines(files)
        if isinstance(plan, Plan) and not (triggers or decisions):
            counting = Counting(plan.library, clock.value, end)
            tally = _joined(_guarded(lines, lambda: in_shares(counting, lines, processes, "replaying")))
        else:
            out = _Out(*(stack.enter_context(_writing(path)) for path in (triggers, decisions)))
            tally = _guarded(lines, lambda: _written(plan, lines, clock, end, out))
    if tally.switched and isinstance(plan, Plan):
        say(PASSED_OVER)
    _show(tally, sys.stderr if "-" in map(str, (triggers, decisions)) else sys.stdout)
    raise typer.Exit(WRONG_INPUT if tally.unread else 0)


def _compare(work: Comparing, files: list[Path], processes: int | None) -> NoReturn:
    lines = Lines(files)
    unread = show_differences(
        work, all_compared(_guarded(lines, lambda: in_shares(work, lines, processes, "comparing")))
    )
    raise typer.Exit(WRONG_INPUT if unread else 0)


def _check(files: list[Path], topic: bool) -> None:
    if topic == bool(files):
        found = "both FILE and --topic" if topic else "neither FILE nor --topic"
        fail(f"found {found}; expected one of them", WRONG_USAGE)
    for file in files:
        if str(file) != "-" and (not file.exists() or file.is_dir()):
            fail(f"FILE: found no file `{file}`; expected JSON lines, or - for standard input", WRONG_USAGE)


def _check_libraries(library: Path | None, libraries: Path | None, against: Path | None, topic: bool) -> None:
    if library is None and libraries is None and not topic:
        fail("found neither --library nor --libraries; expected the library, or those that were published", WRONG_USAGE)
    if against is not None and (library is None or libraries is not None):
        fail("--against: expected --library DIR beside it, and no --libraries: two libraries are compared", WRONG_USAGE)


def _check_shares(ordered: bool, files: list[Path]) -> None:
    if ordered:
        fail("found --processes with --triggers, --decisions or --libraries; expected it for counts alone", WRONG_USAGE)
    if any(str(file) == "-" for file in files):
        fail("found --processes for standard input; expected files, which each of them can read", WRONG_USAGE)


def _until(text: str | None) -> Until | None:
    try:
        return None if text is None else parse_until(text)
    except ValueError:
        expected = "a time such as 2026-01-05T10:00:00Z, or +90d (s, m, h, d) after the last touchpoint"
        fail(f"--until: found {text!r}; expected {expected}", WRONG_USAGE)


class _Out:
    """Where triggers and decisions are written."""

    def __init__(self, trigger: Write, decision: Write) -> None:
        self._trigger, self._decision = trigger, decision

    def write(self, triggers: list[Outgoing], decisions: list[Outgoing]) -> None:
        for record in triggers:
            self._trigger(record.value + b"\n")
        for record in decisions:
            self._decision(record.value + b"\n")


@dataclass(frozen=True, slots=True)
class Counting:
    """The work of counting what a library makes of touchpoints."""

    library: Library
    clock: RunClock
    until: Until | None

    def __call__(self, lines: Lines, share: Share, progress: Progress) -> Tally:
        """What it makes of the lines' customers of a share; raises as `rules.replay`."""
        tally = Tally()
        for replayed in replay(compile_plan(self.library), lines, self.clock, self.until, share=share):
            tally.add(replayed, lines.place)
            progress(lines.progress(), lines.size)
        return tally


def _written(plan: Plan | History, lines: Lines, clock: Clock, end: Until | None, out: _Out) -> Tally:
    tally = Tally()
    with progress_bar("replaying") as progress:
        for replayed in replay(plan, lines, clock.value, end):
            tally.add(replayed, lines.place)
            out.write(replayed.slice.triggers, replayed.slice.decisions)
            progress(lines.progress(), lines.size)
    return tally


def _joined(tallies: Sequence[Tally]) -> Tally:
    first, *others = tallies
    for tally in others:
        first.join(tally)
    return first


def _guarded(lines: Lines, run: Callable[[], T]) -> T:
    try:
        return run()
    except TroubleError as error:
        fail(str(error))
    except BrokenPipeError:
        raise
    except (MixedLinesError, OSError, EOFError) as error:
        fail(lines.trouble(error))


@contextmanager
def _writing(path: Path | None) -> Iterator[Write]:
    if path is None:
        yield lambda _: None
        return
    with writing(path) as write:
        yield write


def _dumped(folder: Path, given: dict[str, object], topic: str) -> Path:
    """The log of a broker, or its libraries, dumped to a file in the folder."""
    from streams.cli.log import dump_to  # noqa: PLC0415  # Kafka is loaded where it is used

    path = folder / f"{topic}.jsonl"
    dump_to(path, settings_of(os.environ, given), topic)
    return path


def _show(tally: Tally, file: IO[str]) -> None:
    if tally.outcomes:
        print("\n".join(table(tally)), file=file)
    for line in summary(tally):
        say(line)
