"""Where the encoded states of one partition are kept: in memory, or on disk by RocksDB.

Both look like a mapping of key to value to the core, which changes them by `update`; `persist` then makes the changes
stand, together with the offset of the changelog's last record that they hold.
"""

import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

IDLE_LIMIT = 3.5 * 86_400
"""Seconds after which a folder on disk is too old to trust: half of the changelog's delete.retention.ms. Deletions that
it missed may have left the changelog by then, and erased customers would come back."""

CACHE_BYTES = 64 * 1024 * 1024
"""Block cache of one partition; RocksDB's default in rocksdict is 2 GiB."""

OFFSET_KEY = b"\xff\xffoffset"
"""Where RocksDB keeps the changelog's offset: no UTF-8 text, so no customer has this key."""

Change = tuple[bytes, bytes | None]
"""A key and its new value; None takes it out."""


class States(Protocol):
    """The states of one partition. `offset` is the changelog's last one they hold, None before the first."""

    @property
    def offset(self) -> int | None: ...
    def get(self, key: bytes, /) -> bytes | None: ...
    def items(self) -> Iterable[tuple[bytes, bytes]]: ...
    def update(self, changes: Iterable[tuple[bytes, bytes]], /) -> None: ...
    def pop(self, key: bytes, default: None, /) -> bytes | None: ...
    def __len__(self) -> int: ...
    def persist(self, offset: int) -> None: ...
    def apply(self, changes: Iterable[Change], offset: int) -> None: ...
    def close(self) -> None: ...


class MemoryStates(dict[bytes, bytes]):
    """States in a dictionary; what is lost with the process is read again from the changelog."""

    offset: int | None = None

    def persist(self, offset: int) -> None:
        """Notes that the states hold the changelog up to this offset."""
        self.offset = offset

    def apply(self, changes: Iterable[Change], offset: int) -> None:
        """Takes over what was read from the changelog up to this offset."""
        for key, value in changes:
            if value is None:
                self.pop(key, None)
            else:
                self[key] = value
        self.offset = offset

    def close(self) -> None:
        """Nothing to give back."""


class RocksStates:
    """States in a RocksDB folder; changes are kept aside until `persist` writes them and the offset at once."""

    def __init__(self, folder: Path) -> None:
        self._db = _open(folder)
        self._aside: dict[bytes, bytes | None] = {}
        self._count = sum(1 for _ in self.items())
        found = self._db.get(OFFSET_KEY)
        self.offset: int | None = int(found) if found is not None else None

    def get(self, key: bytes, /) -> bytes | None:
        """The value, None when there is none."""
        if key in self._aside:
            return self._aside[key]
        value: bytes | None = self._db.get(key)
        return value

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """All keys and values that stand (what is kept aside isn't among them)."""
        for key, value in self._db.items():
            if key != OFFSET_KEY:
                yield key, value

    def update(self, changes: Iterable[tuple[bytes, bytes]], /) -> None:
        """Keeps changes aside until `persist`."""
        self._aside.update(changes)

    def pop(self, key: bytes, _default: None, /) -> None:
        """Keeps aside until `persist` that a key goes."""
        self._aside[key] = None

    def __len__(self) -> int:
        return self._count

    def persist(self, offset: int) -> None:
        """Writes what is kept aside and the changelog's offset in one go."""
        batch = _write_batch()
        for key, value in self._aside.items():
            self._count += (value is not None) - (self._db.get(key) is not None)
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(OFFSET_KEY, str(offset).encode())
        self._db.write(batch)
        self._aside.clear()
        self.offset = offset

    def apply(self, changes: Iterable[Change], offset: int) -> None:
        """Takes over what was read from the changelog up to this offset."""
        self._aside.update(changes)
        self.persist(offset)

    def close(self) -> None:
        """Lets go of the folder, so that another process may open it."""
        self._db.close()


def _open(folder: Path) -> Any:
    import rocksdict  # noqa: PLC0415  an extra: only who chooses this store needs it

    if folder.exists() and _idle(folder) > IDLE_LIMIT:
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    options = rocksdict.Options(raw_mode=True)
    options.create_if_missing(True)
    table = rocksdict.BlockBasedOptions()
    table.set_block_cache(rocksdict.Cache(CACHE_BYTES))
    table.set_bloom_filter(10, block_based=False)
    options.set_block_based_table_factory(table)
    return rocksdict.Rdict(str(folder), options=options)


def _write_batch() -> Any:
    import rocksdict  # noqa: PLC0415

    return rocksdict.WriteBatch(raw_mode=True)


def _idle(folder: Path) -> float:
    # Every write touches a file in the folder; the newest tells when it was last in use.
    newest = max((path.stat().st_mtime for path in folder.iterdir()), default=0.0)
    return time.time() - newest
