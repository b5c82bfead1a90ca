"""The states that were warmed, in a file: each key and value behind their lengths."""

from collections.abc import Mapping
from pathlib import Path
from struct import Struct

LENGTHS = Struct(">II")


def write_states(path: Path, states: Mapping[bytes, bytes]) -> None:
    """Writes states; the file has its name only once it is whole."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        for key, value in states.items():
            file.write(LENGTHS.pack(len(key), len(value)))
            file.write(key)
            file.write(value)
    part.rename(path)


def read_states(path: Path) -> dict[bytes, bytes]:
    """The states of a file."""
    states: dict[bytes, bytes] = {}
    with path.open("rb") as file:
        while head := file.read(LENGTHS.size):
            length, more = LENGTHS.unpack(head)
            key = file.read(length)
            states[key] = file.read(more)
    return states
