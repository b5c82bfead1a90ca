"""Keys and values in a file, each behind their lengths: the states that were warmed, decisions until they are sent."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from struct import Struct
from typing import BinaryIO

LENGTHS = Struct(">II")

Pair = tuple[bytes, bytes]


def append(file: BinaryIO, pairs: Iterable[Pair]) -> None:
    """Writes pairs to the end of a file."""
    for key, value in pairs:
        file.write(LENGTHS.pack(len(key), len(value)))
        file.write(key)
        file.write(value)


def pairs_in(path: Path) -> Iterator[Pair]:
    """The pairs of a file, in order."""
    with path.open("rb") as file:
        while head := file.read(LENGTHS.size):
            key, value = LENGTHS.unpack(head)
            yield file.read(key), file.read(value)


def write_states(path: Path, states: Mapping[bytes, bytes]) -> None:
    """Writes states; the file has its name only once it is whole."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        append(file, states.items())
    part.rename(path)


def read_states(path: Path) -> dict[bytes, bytes]:
    """The states of a file."""
    return dict(pairs_in(path))
