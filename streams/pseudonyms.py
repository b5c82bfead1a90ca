"""Pseudonyms of persons, so that a history longer than the log can be kept of nobody in particular.

Who a pseudonym stands for is known to one file alone, an SQLite database: as it is drawn at random, nothing else tells.
Whoever forgets one person takes that person's line out of it; whoever destroys the file forgets all.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

_TABLES: Final = """
create table if not exists pseudonyms (id text primary key, pseudonym text not null) without rowid;
create table if not exists secret (key blob not null);
"""
PREFIX: Final = "p-"


class KeysError(Exception):
    """The file of the pseudonyms can't be used."""


class Pseudonyms:
    """The file that knows who is who, made where it is missing. A context: what was drawn is kept when it is left.

    Raises:
        KeysError: when it can't be opened, or is another file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.touch(mode=0o600)
            self._database = sqlite3.connect(path)
            # What is deleted is overwritten, and no journal keeps it.
            self._database.execute("pragma secure_delete = on")
            self._database.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise KeysError(f"{path}: found {error}; expected the file of pseudonyms, or none yet") from error
        self._known: dict[str, str] = {}
        self._secret = self._key()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with closing(self._database):
            self._database.commit()

    def of(self, identity: str) -> str:
        """The pseudonym of an identity, drawn where it has none."""
        known = self._known.get(identity)
        if known is None:
            known = self._known[identity] = self._kept(identity) or self._drawn(identity)
        return known

    def mark(self, text: str) -> str:
        """What stands for a text that may name somebody, such as a record's id: the same for the same, and no way back.

        Who has the file can tell what a text was by trying; who hasn't can't.
        """
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=12).hexdigest()

    def forget(self, identities: Iterable[str]) -> int:
        """Forgets who these were; how many of them had a pseudonym."""
        rows = [(identity,) for identity in identities]
        before = self._database.total_changes
        self._database.executemany("delete from pseudonyms where id = ?", rows)
        self._known.clear()
        self._database.commit()
        return self._database.total_changes - before

    def _kept(self, identity: str) -> str | None:
        row = self._database.execute("select pseudonym from pseudonyms where id = ?", (identity,)).fetchone()
        return row and str(row[0])

    def _drawn(self, identity: str) -> str:
        drawn = PREFIX + secrets.token_hex(12)
        self._database.execute("insert into pseudonyms values (?, ?)", (identity, drawn))
        return drawn

    def _key(self) -> bytes:
        row = self._database.execute("select key from secret").fetchone()
        if row is None:
            row = (secrets.token_bytes(32),)
            self._database.execute("insert into secret values (?)", row)
        return bytes(row[0])


class Pseudonymiser:
    """Makes records of the log such that they name nobody.

    Ids are marked, customers, relations and identities get pseudonyms, and of properties only those named in ``keep``
    stay: nobody can know what else a publisher put into them.
    """

    def __init__(self, pseudonyms: Pseudonyms, keep: Iterable[str]) -> None:
        self._pseudonyms = pseudonyms
        self._keep = frozenset(keep)

    def record(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """A touchpoint, or a record of the detector's own, as it may be kept."""
        kept = {name: value for name, value in said.items() if name in _PLAIN}
        for name in ("customer", "to"):
            if isinstance(said.get(name), str):
                kept[name] = self._pseudonyms.of(said[name])
        if isinstance(said.get("id"), str):
            kept["id"] = self._pseudonyms.mark(said["id"])
        if isinstance(said.get("identities"), dict):
            kept["identities"] = {
                kind: self._pseudonyms.of(value) for kind, value in said["identities"].items() if isinstance(value, str)
            }
        if isinstance(said.get("properties"), dict):
            kept["properties"] = self._properties(said["properties"])
        return kept

    def _properties(self, said: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in said.items() if name in self._keep}
        if isinstance(said.get("trigger"), str):
            kept["trigger"] = self._pseudonyms.mark(said["trigger"])
        if isinstance(said.get("signal"), str):
            kept["signal"] = said["signal"]
        return kept


_PLAIN: Final = frozenset(
    {
        "type",
        "time",
        "channel",
        "source",
        "brand",
        "product",
        "content",
        "module",
        "attention",
        "dwell",
        "led_by",
        "reaction",
        "value",
        "sequence",
        "digest",
        "warm_from",
    }
)
"""What says nothing about who it was."""
