"""One side of a comparison of libraries in a process of its own, so that the two sides take a processor each."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Literal

import msgspec

from rules import BadRecord, Clock, Explained, Library, Made, Record, Side, Touchpoint, decode_touchpoint
from streams.collecting import collect_seldom

Ask = tuple[Literal["begin"], bytes] | tuple[Literal["explain"], tuple[str, str, int]]

# The touchpoint that a record was read as isn't sent: it is read again there, which costs less.
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[int, int, bytes | None, bytes | None, int, int | None, int | None]]).decode


class FarSide:
    """As `Side`, elsewhere: what is begun goes on there until its firings are asked for.

    Raises:
        EOFError: when the process has ended.
    """

    def __init__(self, library: Library, clock: Clock) -> None:
        context = get_context("spawn")
        self._near, far = context.Pipe()
        # A daemon, and one that ends when the pipe does: it never outlives this process.
        self._process = context.Process(target=_serve, args=(far, library, clock), daemon=True)
        self._process.start()
        far.close()

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.is_alive()

    def begin(self, records: Sequence[Record]) -> None:
        """Takes records of one partition to evaluate."""
        plain = [(one.offset, one.timestamp, one.key, one.value, one.partition, one.line, one.tick) for one in records]
        self._near.send(("begin", _encode(plain)))

    def made(self) -> dict[str, Made]:
        """The firings of the records that were begun, by the ids of their decisions."""
        made: dict[str, Made] = self._answer()
        return made

    def explain(self, signal: str, customer: str, at: int) -> Explained | None:
        """How a signal stood at a moment (ms) within these records; None where the library has no such signal."""
        self._near.send(("explain", (signal, customer, at)))
        explained: Explained | None = self._answer()
        return explained

    def close(self) -> None:
        """Ends the process."""
        self._near.close()
        self._process.join()

    def _answer(self) -> Any:
        answer = self._near.recv()
        if isinstance(answer, BaseException):
            raise answer
        return answer


@contextmanager
def far_sides() -> Iterator[type[FarSide]]:
    """Makes far sides, which end with it."""
    made: list[FarSide] = []

    class Kept(FarSide):
        def __init__(self, library: Library, clock: Clock) -> None:
            super().__init__(library, clock)
            made.append(self)

    try:
        yield Kept
    finally:
        for one in made:
            one.close()


def _serve(asked: Connection, library: Library, clock: Clock) -> None:
    """The work of the process: answers until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to both; the one in front decides what ends
    collect_seldom()
    side = Side(library, clock)
    while True:
        try:
            ask: Ask = asked.recv()
        except EOFError:
            return
        try:
            asked.send(_answered(side, ask))
        except Exception as error:  # noqa: BLE001  it is raised where it was asked
            asked.send(error)


def _answered(side: Side, ask: Ask) -> object:
    if ask[0] == "explain":
        return side.explain(*ask[1])
    side.begin([_read(Record(*fields)) for fields in _decode(ask[1])])
    return side.made()


def _read(record: Record) -> Record:
    """With its touchpoint, where it has one."""
    if record.key and record.value is not None:
        record.touchpoint = _touchpoint(record.value)
    return record


def _touchpoint(value: bytes) -> Touchpoint | None:
    try:
        return decode_touchpoint(value)
    except BadRecord:
        return None
