"""The file: each event a line of JSON, appended whole, on the disk for good before it counts as delivered."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from streams.connectors.answers import Answer
from streams.connectors.orders import Order


class FileTakenError(Exception):
    """Another process writes to the file."""


class LinesFile:
    """A file that lines are appended to; its writes block.

    A line that a crash has torn is cut off when the file is opened: it was never told as delivered. When the file has
    `size` bytes or is `age` seconds old it is put aside under its name with the time in it, and a new one is begun.
    """

    def __init__(self, path: Path, size: int | None = None, age: float | None = None) -> None:
        """Raises FileTakenError and OSError."""
        self._path = path
        self._size = size
        self._age = age
        self._file = self._open()

    def append(self, lines: bytes) -> None:
        """Appends whole lines; they are on the disk when it returns. Raises OSError, and then has appended nothing."""
        if self._full():
            self._rotate()
        end = os.fstat(self._file).st_size
        try:
            _write(self._file, lines)
            os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, end)
            raise

    def close(self) -> None:
        os.close(self._file)

    def _open(self) -> int:
        file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(file, _end_of_lines(file))
            _sync_folder(self._path)
        except BlockingIOError:
            os.close(file)
            raise FileTakenError(
                f"{self._path}: found another process that writes to it, expected none; give each its own --out"
            ) from None
        except BaseException:
            os.close(file)
            raise
        self._since = time.monotonic()
        return file

    def _full(self) -> bool:
        size = os.fstat(self._file).st_size
        if not size:
            return False
        old = self._age is not None and time.monotonic() - self._since >= self._age
        return old or (self._size is not None and size >= self._size)

    def _rotate(self) -> None:
        self._path.rename(_aside(self._path, datetime.now(UTC)))
        new = self._open()
        os.close(self._file)
        self._file = new


class File:
    """A file as a destination: what comes while one write is under way is the next one's batch."""

    def __init__(self, lines: LinesFile) -> None:
        self._lines = lines
        self._waiting: list[tuple[bytes, asyncio.Future[Answer]]] = []
        self._wake = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, lines: LinesFile) -> AsyncIterator[Self]:
        """A destination that writes while the block runs; the file is closed at the end."""
        destination = cls(lines)
        writing = asyncio.create_task(destination.write_all())
        try:
            yield destination
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            lines.close()

    async def send(self, order: Order) -> Answer:
        """Has an event written."""
        # What JSON lets stand between its parts may be a line's end.
        line = order.body.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"
        written: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((line, written))
        self._wake.set()
        return await written

    async def write_all(self) -> None:
        """Writes what waits, batch by batch, until it is cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            answer = await asyncio.to_thread(self._append, b"".join(line for line, _ in batch))
            for _, written in batch:
                written.set_result(answer)

    def _append(self, lines: bytes) -> Answer:
        try:
            self._lines.append(lines)
        except (OSError, FileTakenError):
            return Answer(0, cause="disk")
        return Answer(200)


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _end_of_lines(file: int) -> int:
    """Where the last whole line of a file ends."""
    at = os.fstat(file).st_size
    while at:
        begin = max(0, at - 65_536)
        found = os.pread(file, at - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        at = begin
    return 0


def _aside(path: Path, now: datetime) -> Path:
    """A name for what was written, that nothing has yet."""
    stem = f"{path.stem}-{now:%Y%m%dT%H%M%SZ}"
    number, aside = 1, path.with_name(stem + path.suffix)
    while aside.exists():
        number, aside = number + 1, path.with_name(f"{stem}-{number}{path.suffix}")
    return aside


def _sync_folder(path: Path) -> None:
    """Makes a new file's name lasting."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
