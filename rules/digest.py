"""The digest of a library: the same for two folders that mean the same, whatever their files and comments.

It stays the same when the language grows: what isn't said is left out, so a new key of declarations changes the digests
of those libraries alone that use it. A published library is known by its digest, and must be so to later releases.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import is_dataclass
from typing import Any, Final

from rules.declaration import Library
from rules.identity import said

_ASIDE: Final = ("digest", "timelines")


def digest(library: Library) -> str:
    """SHA-256 (hex) over the canonical JSON of all that a library means, the digest itself and the tests aside."""
    text = json.dumps(_plain(library), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Lists and single values; a declaration by its class and fields, as two classes may have the same fields."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        named = [(name, _plain(part)) for name, part in said(value).items() if name not in _ASIDE]
        return [type(value).__name__, named]
    return value
