"""Files that commands read and write: `-` is standard input or output, .gz is packed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from rules import MixedLinesError
from streams.packed import packed, unpacked

PACKED: Final = 8
"""How much larger JSON lines are than what they are packed to, roughly."""

Write = Callable[[bytes], object]


@contextmanager
def writing(path: Path | None) -> Iterator[Write]:
    """What to write with: to a file, or to standard output where the path is `-` or None."""
    if path is None or str(path) == "-":
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    with packed(path) as file:
        yield file.write


class Lines:
    """The lines of several files, one after the other; knows which file a line stood in, and how far it has got.

    ``size``: of the files, in bytes.
    """

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        self._begins: list[tuple[int, Path]] = []
        self._done = 0
        self._open: IO[bytes] | None = None
        self.size = sum(path.stat().st_size for path in paths if str(path) != "-")

    def __iter__(self) -> Iterator[bytes]:
        number = 0
        for path in self.paths:
            self._begins.append((number, path))
            with _opened(path) as (raw, lines):
                self._open = raw
                for line in lines:
                    number += 1
                    yield line
                self._open = None
            self._done += path.stat().st_size if str(path) != "-" else 0

    def place(self, number: int) -> str:
        """``FILE:LINE`` of the line that is the ``number``-th of all, from 1."""
        before, path = next((begin for begin in reversed(self._begins) if begin[0] < number), (0, Path("-")))
        return f"{path}:{number - before}"

    @property
    def length(self) -> int:
        """Bytes of all lines, roughly; 0 where standard input is among the files."""
        if any(str(path) == "-" for path in self.paths):
            return 0
        return sum(path.stat().st_size * (PACKED if path.suffix == ".gz" else 1) for path in self.paths)

    def trouble(self, error: Exception) -> str:
        """What to say of lines that can't be read."""
        if isinstance(error, MixedLinesError):
            return f"{self.place(error.line)}: {error}"
        return f"found {error}; expected files that can be read, and room to write"

    def progress(self) -> int:
        """Bytes read so far."""
        return self._done + (self._open.tell() if self._open is not None and self._open.seekable() else 0)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    if str(path) == "-":
        yield sys.stdin.buffer, sys.stdin.buffer
        return
    with path.open("rb") as raw:
        yield raw, unpacked(raw, path)
