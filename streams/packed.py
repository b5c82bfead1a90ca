"""Files that may be packed: one whose name ends in .gz is read and written with gzip."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast


def unpacked(raw: IO[bytes], path: Path) -> IO[bytes]:
    """What the open file ``raw`` of that path holds."""
    return cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw


@contextmanager
def packed(path: Path) -> Iterator[IO[bytes]]:
    """A new file to write; the same content makes the same file."""
    with path.open("wb") as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile(path.name, "wb", fileobj=raw, mtime=0) as file:
            yield cast("IO[bytes]", file)
