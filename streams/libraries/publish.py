"""Publishing: a library's folder as a record of the topic `libraries`, whose offset is the library's sequence."""

import getpass
import gzip
import time
from collections.abc import Iterable
from pathlib import Path

from aiokafka.errors import KafkaError

from rules import Library, folder_files, rfc3339
from streams.libraries.record import SHORT, Approval, Published, encode
from streams.sender import start_producer
from streams.settings import Settings
from streams.topics import LIBRARY_BYTES

RAW_BYTES = 64 * 1024 * 1024
"""The largest record before it is packed, in bytes."""

ROOM = 64 * 1024
"""Bytes that a record may need beside its value."""


class PublishError(Exception):
    """A library could not be published; the text says why."""


def publishable(
    library: Library,
    folder: Path,
    *,
    replaces: Published | None = None,
    approved: Iterable[Approval] = (),
    warm_from: int | None = None,
) -> Published:
    """The record of a library that was read from this folder. `replaces`: the newest one; `warm_from`: epoch ms.

    Raises PublishError when it is too large, LibraryError when a file can't be read any more.
    """
    published = Published(
        name=library.name,
        digest=library.digest,
        version=f"{library.name}@{library.digest[:SHORT]}",
        published=rfc3339(now()),
        files=folder_files(folder),
        by=user(),
        approved=tuple(approved),
        replaces=replaces.digest if replaces else None,
        warm_from=warm_from,
    )
    _check_size(published, encode(published)[1])
    return published


async def publish(settings: Settings, topic: str, published: Published) -> int:
    """Writes it to the topic (full name); its sequence. Raises PublishError."""
    key, value = encode(published)
    try:
        producer = await start_producer(settings, compression_type="gzip", max_request_size=RAW_BYTES)
        try:
            sent = await producer.send_and_wait(topic, value, key=key, partition=0)
        finally:
            await producer.stop()
    except KafkaError as error:
        raise PublishError(f"topic {topic}: found {error!r}, expected the library to be taken") from error
    return int(sent.offset)


async def publish_folder(
    settings: Settings, topic: str, library: Library, folder: Path, newest: Published | None
) -> int:
    """Publishes a library that was read from a folder, as `run` does. Raises PublishError and LibraryError."""
    return await publish(settings, topic, publishable(library, folder, replaces=newest))


def user() -> str | None:
    """Who runs this process; None where the machine doesn't know."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container without the user in /etc/passwd
        return None


def now() -> int:
    """The wall clock in epoch ms."""
    return time.time_ns() // 1_000_000


def _check_size(published: Published, value: bytes) -> None:
    size = len(value)
    if size > RAW_BYTES:
        raise PublishError(_too_large(published, size, RAW_BYTES, ""))
    if size > LIBRARY_BYTES - ROOM:
        packed = len(gzip.compress(value))
        if packed > LIBRARY_BYTES - ROOM:
            raise PublishError(_too_large(published, packed, LIBRARY_BYTES - ROOM, "packed "))


def _too_large(published: Published, size: int, limit: int, how: str) -> str:
    return (
        f"library {published.version}: found {size:,} bytes {how}of YAML, expected {limit:,} at most; "
        "make it two libraries, each with a namespace of its own"
    )
