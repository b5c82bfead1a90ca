"""Work on a file's customers, shared out among processes.

Each process reads all lines and evaluates the customers of its share: reading costs a tenth of evaluating.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

from rules import WHOLE, LinkedError, MixedLinesError, Share
from streams.cli.files import Lines
from streams.cli.progress import Progress, progress_bar
from streams.collecting import collect_seldom

T = TypeVar("T")
Found_co = TypeVar("Found_co", covariant=True)

WORTH: Final = 4 * 1024 * 1024
"""Bytes of lines that a share must have at least: a process takes about half a second to start."""

REPORT: Final = 0.2
"""Seconds between two reports of how far a share is."""


class Work(Protocol[Found_co]):
    """What is done with the customers of a share. It must be picklable, and so must be what it gives."""

    def __call__(self, lines: Lines, share: Share, progress: Progress, /) -> Found_co: ...


class TroubleError(Exception):
    """Lines couldn't be read, or the work not be finished; the text says it all."""


def in_shares(work: Work[T], lines: Lines, processes: int | None, text: str) -> list[T]:
    """What the work gives for each share, by ``processes`` or as many as there are processors and the lines are worth.

    Where customers turn out to be linked, it is done as a whole. ``text`` is shown with a progress bar. Raises
    TroubleError, and what the work raises where it is done here.
    """
    count = processes or min(processors(), lines.length // WORTH)
    with progress_bar(text) as progress:
        if count > 1:
            with suppress(LinkedError):
                return _elsewhere(work, lines, count, progress)
        return [work(lines, WHOLE, progress)]


def processors() -> int:
    """How many this process may use; where that can't be asked, as on macOS, how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class _Child(Generic[T]):
    """A process at work on a share. ``read``: how many bytes it has."""

    near: Connection
    process: Any
    read: int = 0
    found: list[T] | None = None


def _elsewhere(work: Work[T], lines: Lines, count: int, progress: Progress) -> list[T]:
    with _children(work, lines.paths, count) as children:
        while busy := [child for child in children if child.found is None]:
            ready = wait([child.near for child in busy])
            for child in busy:
                if child.near in ready:
                    _listen(child)
            progress(min(child.read for child in children), lines.size)
    return [one for child in children for one in child.found or ()]


def _listen(child: _Child[T]) -> None:
    try:
        kind, said = child.near.recv()
    except EOFError:
        raise TroubleError(
            "found a process of its own ended before its work; expected memory for all of them"
        ) from None
    if kind == "failed":
        raise said
    if kind == "found":
        child.found = [said]
    else:
        child.read = said


@contextmanager
def _children(work: Work[T], paths: list[Path], count: int) -> Iterator[list[_Child[T]]]:
    context, children = get_context("spawn"), list[_Child[T]]()
    try:
        for part in range(count):
            near, far = context.Pipe()
            # Daemons, and such as end when the pipe does: they never outlive this process.
            process = context.Process(target=_serve, args=(far, work, paths, Share(part, count)), daemon=True)
            process.start()
            far.close()
            children.append(_Child(near, process))
        yield children
    finally:
        for child in children:
            child.process.terminate()
            child.near.close()
            child.process.join()


def _serve(far: Connection, work: Work[Any], paths: list[Path], share: Share) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the one in front decides what ends
    collect_seldom()
    lines, told = Lines(paths), time.monotonic()

    def progress(done: int, _total: int) -> None:
        nonlocal told
        if time.monotonic() - told > REPORT:
            told = time.monotonic()
            far.send(("read", done))

    try:
        far.send(("found", work(lines, share, progress)))
    except BrokenPipeError:
        return
    except (MixedLinesError, OSError, EOFError) as error:
        far.send(("failed", TroubleError(lines.trouble(error))))
    except Exception as error:  # noqa: BLE001  it is raised where the work was asked for
        far.send(("failed", error))
