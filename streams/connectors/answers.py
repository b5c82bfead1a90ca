"""What an endpoint's answer means: delivered, refused, or to be tried again."""

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Literal

import msgspec
from msgspec import Struct

from streams.connectors.orders import Result

AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 that pass by themselves."""

LONGEST_REASON = 256
LONGEST_WAIT = 7 * 86_400.0
"""What is believed of a Retry-After header, in seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status`: 0 where nobody answered, and `cause` says why (`timeout`, `connection`).

    `retry_after`: the header as it came.
    """

    status: int
    body: bytes = b""
    retry_after: str | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """To be tried again, for this cause, in `after` seconds at the earliest."""

    cause: str
    after: float


class _Named(Struct):
    """An answer's body that names what came of the event."""

    outcome: Literal["delivered", "failed", "refused"]
    reason: str | None = None
    format: str | None = None


_decode = msgspec.json.Decoder(_Named).decode


def judge(answer: Answer, now: float) -> Result | Again:
    """What an answer means; `now` in epoch seconds."""
    if answer.status in AGAIN or answer.status >= 500 or not answer.status:
        return Again(answer.cause or str(answer.status), _after(answer.retry_after, now))
    named = _named(answer.body)
    if named is not None:
        return Result(named.outcome, "answer", _short(named.reason), _short(named.format))
    if 200 <= answer.status < 300:
        return Result("delivered")
    return Result("refused", "status", f"HTTP {answer.status}")


def _named(body: bytes) -> _Named | None:
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def _short(text: str | None) -> str | None:
    return None if text is None else text[:LONGEST_REASON]


def _after(header: str | None, now: float) -> float:
    """Seconds that a Retry-After header asks for: a number of them, or a date of HTTP; 0 where it says neither."""
    if header is None:
        return 0.0
    if header.strip().isascii() and header.strip().isdigit():
        return min(float(header), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    return min(max(0.0, seconds), LONGEST_WAIT)
