"""Small libraries as they are published, and as records of their topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules import load_files
from streams.libraries import Published, encode

FILES = {
    "library.yaml": "name: shop\nformat: 1\n",
    "channels.yaml": "email: {}\n",
    "features.yaml": "views: {count: page_view}\n",
}


@dataclass(frozen=True)
class TopicRecord:
    offset: int
    key: bytes | None
    value: bytes | None


def published(sequence: int = -1, *, channels: str = "email: {}\n", late_by: str = "1h", **fields: Any) -> Published:
    """A library with these channels; another `late_by` makes it another library."""
    files = {**FILES, "channels.yaml": channels, "library.yaml": f"name: shop\nformat: 1\nlate_by: {late_by}\n"}
    digest = load_files(files, "shop").digest
    told = {"published": "2026-11-22T10:00:00.000Z", "by": "ann", **fields}
    return Published(name="shop", digest=digest, version=f"shop@{digest[:12]}", files=files, sequence=sequence, **told)


def record(one: Published) -> TopicRecord:
    """Its record, at the offset that is its sequence."""
    return TopicRecord(one.sequence, *encode(one))
