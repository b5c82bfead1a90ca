"""Signatures of webhooks by the Standard Webhooks specification, so that an endpoint knows who calls, and repeats."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret."""

VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


class SecretError(Exception):
    """A file of secrets that can't be used; the text says where and what to do."""


def read_secrets(path: Path) -> tuple[bytes, ...]:
    """The secrets of a file, one a line; each message is signed with all, so that a new one can be brought in.

    Raises SecretError.
    """
    try:
        lines = path.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"{path}: found {error}, expected a readable file of secrets") from error
    if not lines:
        raise SecretError(f"{path}: found no secret, expected {_expected()}")
    return tuple(_secret(path, number, line) for number, line in enumerate(lines, 1))


def headers(identifier: str, now: int, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """The headers of a message; `now` in epoch seconds. Without secrets it isn't signed."""
    # A header holds printable ASCII; a customer's name may hold anything.
    shown = quote(identifier, safe=VISIBLE)
    told = {"webhook-id": shown, "webhook-timestamp": str(now)}
    if secrets:
        signed = b"%s.%d.%s" % (shown.encode(), now, body)
        told["webhook-signature"] = " ".join(_signature(secret, signed) for secret in secrets)
    return told


def _signature(secret: bytes, signed: bytes) -> str:
    return "v1," + b64encode(hmac.digest(secret, signed, "sha256")).decode()


def _secret(path: Path, number: int, line: str) -> bytes:
    try:
        secret = b64decode(line.removeprefix(PREFIX), validate=True)
    except Error:
        secret = b""
    if not line.startswith(PREFIX) or not SHORTEST <= len(secret) <= LONGEST:
        raise SecretError(f"{path}, secret {number}: found none that can be used, expected {_expected()}")
    return secret


def _expected() -> str:
    return (
        f"{PREFIX} and the base64 of {SHORTEST} to {LONGEST} bytes; make one with "
        f'`echo "{PREFIX}$(openssl rand -base64 32)"`'
    )
