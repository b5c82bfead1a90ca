"""How far a partition is done: offsets are read in order, and done in any."""

from base64 import b64decode, b64encode
from binascii import Error
from collections import deque
from collections.abc import Iterable

FORM = "telltale1 "
"""What the metadata of our commits begins with; others' are passed over."""


class Window:
    """The offsets between the first that isn't done and the last that was read."""

    def __init__(self, head: int, done: Iterable[int] = ()) -> None:
        """`head`: the first offset that isn't done; `done`: those behind it that are."""
        self._next = head
        self._reading: deque[tuple[int, int]] = deque()
        self._done = set(done)

    @property
    def head(self) -> int:
        """The first offset that isn't done."""
        return self._reading[0][0] if self._reading else self._next

    @property
    def oldest(self) -> int | None:
        """The append time (epoch ms) of the first record that isn't done; None where all that was read is."""
        return self._reading[0][1] if self._reading else None

    def __len__(self) -> int:
        """How many offsets lie between the first that isn't done and the next to be read."""
        return self._next - self.head

    def is_done(self, offset: int) -> bool:
        return offset < self.head or offset in self._done

    def read(self, offset: int, appended: int) -> None:
        """Takes over an offset behind all others; `appended` in epoch ms."""
        self._reading.append((offset, appended))
        self._next = offset + 1
        self._close_up()

    def finish(self, offset: int) -> None:
        """An offset that was read is done."""
        self._done.add(offset)
        self._close_up()

    def mark(self) -> tuple[int, str]:
        """What to commit: the first offset that isn't done, and which behind it are."""
        head = self.head
        return head, encode(offset - head for offset in self._done if offset > head)

    def _close_up(self) -> None:
        while self._reading and self._reading[0][0] in self._done:
            self._done.discard(self._reading.popleft()[0])


def encode(places: Iterable[int]) -> str:
    """Small whole numbers as text: a bit for each."""
    bits = 0
    for place in places:
        bits |= 1 << place
    return FORM + b64encode(bits.to_bytes((bits.bit_length() + 7) // 8, "little")).decode() if bits else ""


def decode(metadata: str) -> list[int]:
    """The numbers that `encode` wrote; none where something else did."""
    if not metadata.startswith(FORM):
        return []
    try:
        bits = int.from_bytes(b64decode(metadata.removeprefix(FORM), validate=True), "little")
    except (Error, ValueError):
        return []
    return [place for place in range(bits.bit_length()) if bits >> place & 1]
