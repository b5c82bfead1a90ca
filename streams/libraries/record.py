"""A published library as a record of the topic `libraries`: its files, who published and approved it, its digest.

The key is the digest (hex), the record's offset is the library's sequence. What is read is believed only after the
files have been loaded again and have the digest that they are filed under.
"""

from base64 import b64decode
from typing import Any, Final

import msgspec
from msgspec import Struct

from rules import Library, LibraryError, load_files

FORMAT: Final = 1
"""The format of the record itself."""

SHORT: Final = 12
"""Hexadecimal digits of a digest that are shown with a library's name."""


class BadPublishedError(Exception):
    """A record that is no library; the text says what was found and what was expected."""


class Approval(Struct, frozen=True):
    """Who (`by`) approved which digest, and when (`at`, RFC 3339)."""

    by: str
    digest: str
    at: str


class Published(Struct, frozen=True):
    """A library as it was published.

    `published`: when (RFC 3339). `by`: the user who did, None where that isn't known. `replaces`: the digest of the
    newest one before. `warm_from`: from which append time (epoch ms) on its new and changed parts read the log; None
    where they begin empty. `files`: text by name within the folder. `sequence`: its offset, -1 while it has none.
    """

    name: str
    digest: str
    version: str
    published: str
    files: dict[str, str]
    by: str | None = None
    approved: tuple[Approval, ...] = ()
    replaces: str | None = None
    warm_from: int | None = None
    format: int = FORMAT
    sequence: int = -1

    def library(self) -> Library:
        """The library, read from its files and checked anew. Raises BadPublishedError."""
        try:
            library = load_files(self.files, self.version)
        except LibraryError as error:
            raise BadPublishedError(
                f"found {len(error.problems)} problems in {self.version}, expected none; the first: {error.problems[0]}"
            ) from error
        if library.digest != self.digest:
            raise BadPublishedError(f"found files with the digest {library.digest}, expected {self.digest}")
        return library


_decode = msgspec.json.Decoder(Published).decode


def encode(published: Published) -> tuple[bytes, bytes]:
    """Key and value of the record."""
    fields: dict[str, Any] = msgspec.to_builtins(published)
    del fields["sequence"]
    return published.digest.encode(), msgspec.json.encode(fields)


def decode(sequence: int, key: bytes | None, value: bytes | None) -> Published:
    """The library of a record at this offset; its files aren't looked at yet. Raises BadPublishedError."""
    if value is None:
        raise BadPublishedError("found a record without a value, expected a library")
    try:
        published = _decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadPublishedError(f"found a value that is no library ({error}), expected one's JSON") from error
    if published.format != FORMAT:
        raise BadPublishedError(f"found the format {published.format}, expected {FORMAT}; start a newer telltale")
    if key != published.digest.encode():
        raise BadPublishedError(f"found the key {key!r}, expected the library's digest {published.digest}")
    return msgspec.structs.replace(published, sequence=sequence)


class _Place(Struct):
    offset: int
    key: str | None = None


class _Line(Struct):
    place: _Place = msgspec.field(name="_log")


_decode_line = msgspec.json.Decoder(_Line).decode


def from_line(line: bytes) -> Published:
    """The library of a line that `telltale log dump --topic libraries` wrote. Raises BadPublishedError."""
    try:
        place = _decode_line(line).place
        key = None if place.key is None else b64decode(place.key, validate=True)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadPublishedError(
            f"found a line that is no dumped library's ({error}), expected one of `telltale log dump --topic libraries`"
        ) from error
    return decode(place.offset, key, line)
