"""A folder of generated files: what is no longer made is removed, what others put there is left alone."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

MANIFEST: Final = ".telltale-docs.json"
_MADE_BY: Final = "telltale docs"


class FolderError(Exception):
    """The files can't be written to the folder; says why, and what to do."""


class SiteFolder:
    """A folder that a list of its files, with the SHA-256 of each, says to be ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = self._read()

    def write(self, files: Mapping[str, bytes]) -> tuple[int, int]:
        """Writes the files and removes what was made before and isn't any more; how many of each.

        Files that others made are left alone, and so is what was made here and has been changed since, unless it is
        made again.

        Raises:
            FolderError: before anything is changed where the folder isn't ours; when it can't be written.
        """
        self._refuse_foreign(files)
        digests = {name: _digest(content) for name, content in files.items()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._note({**self._made, **digests})  # first: an attempt broken off is still known to be ours
            changed = sum(self._put(name, content) for name, content in files.items())
            removed = sum(self._remove(name) for name in self._made.keys() - digests.keys())
            self._note(digests)
        except OSError as error:
            raise FolderError(f"{error.filename or self.folder}: can't be written ({error.strerror})") from error
        return changed, removed

    def _read(self) -> dict[str, str]:
        """The list of what was made; empty where there is none."""
        path = self.folder / MANIFEST
        if not path.is_file() or path.is_symlink():
            return {}
        try:
            said = json.loads(path.read_text("utf-8"))
            made = said["files"] if said["made by"] == _MADE_BY else {}
            return {name: str(digest) for name, digest in made.items() if _is_inside(name)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _refuse_foreign(self, files: Mapping[str, bytes]) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise FolderError(f"{self.folder}: found a file; expected a folder; name another")
        if not self._made and self.folder.is_dir() and any(self.folder.iterdir()):
            found = "found files that `telltale docs` didn't make"
            raise FolderError(
                f"{self.folder}: {found}; expected a new or empty folder, or one of its own; name another"
            )
        for name in files.keys() - self._made.keys():
            path = self.folder / name
            if os.path.lexists(path):
                raise FolderError(
                    f"{path}: found a file that `telltale docs` didn't make; move it, or name another folder"
                )

    def _put(self, name: str, content: bytes) -> bool:
        """Writes a file in one go, unless it is as it should be; never through a link."""
        path = self.folder / name
        if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
            return False
        self._open(path.parent)
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.write_bytes(content)
        fresh.replace(path)
        return True

    def _open(self, parent: Path) -> None:
        """Makes the folder of a file, which must lie within ours."""
        parent.mkdir(parents=True, exist_ok=True)
        if not parent.resolve().is_relative_to(self.folder.resolve()):
            raise FolderError(f"{parent}: found a link out of the folder; expected a folder; remove it")

    def _remove(self, name: str) -> bool:
        """Removes a file that is as it was made, and the folders that are then empty."""
        path = self.folder / name
        inside = path.parent.resolve().is_relative_to(self.folder.resolve())
        if not inside or not path.is_file() or path.is_symlink() or _digest(path.read_bytes()) != self._made[name]:
            return False
        path.unlink()
        for parent in path.relative_to(self.folder).parents[:-1]:
            if any((self.folder / parent).iterdir()):
                break
            (self.folder / parent).rmdir()
        return True

    def _note(self, digests: Mapping[str, str]) -> None:
        said = {"made by": _MADE_BY, "files": dict(sorted(digests.items()))}
        self._put(MANIFEST, (json.dumps(said, indent=1) + "\n").encode())


def _is_inside(name: object) -> bool:
    """Whether a name in the list is that of a file in the folder."""
    if not isinstance(name, str) or not name or "\\" in name or "\0" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and path.as_posix() == name


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
