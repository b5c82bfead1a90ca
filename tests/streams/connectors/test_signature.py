"""Signatures, held against the specification's own implementation."""

from __future__ import annotations

from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from streams.connectors.signature import SecretError, headers, read_secrets
from tests.events import now

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = f"whsec_{'A' * 40}"
BODY = '{"subject": "zoë"}'.encode()


def secrets(folder: Path, text: str) -> tuple[bytes, ...]:
    (folder / "secrets").write_text(text)
    return read_secrets(folder / "secrets")


def test_an_endpoint_with_either_secret_takes_the_message(tmp_path: Path) -> None:
    told = headers("s:ann:1", now() // 1000, BODY, secrets(tmp_path, f"{OLD}\n\n{NEW}\n"))
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(BODY, told) == {"subject": "zoë"}


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_what_was_changed_on_its_way_is_refused(tmp_path: Path, name: str) -> None:
    at = now() // 1000
    told = headers("s:ann:1", at, BODY, secrets(tmp_path, OLD))
    other = headers("s:bob:1", at - 1, BODY + b" ", secrets(tmp_path, OLD))
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, {**told, name: other[name]})


def test_an_id_that_no_header_can_hold_is_percent_encoded(tmp_path: Path) -> None:
    told = headers("s:zoë x\r\n:a%3Ab:1", now() // 1000, BODY, secrets(tmp_path, OLD))
    assert told["webhook-id"] == "s:zo%C3%AB%20x%0D%0A:a%3Ab:1"
    Webhook(OLD).verify(BODY, told)


def test_without_a_secret_nothing_is_signed() -> None:
    assert headers("a", 7, BODY, ()) == {"webhook-id": "a", "webhook-timestamp": "7"}


@pytest.mark.parametrize("text", ["", "\n", "hello", "whsec_", "whsec_####", f"whsec_{'A' * 20}", f"{OLD}\nsecret"])
def test_secrets_that_cannot_be_used_are_told_with_what_to_do_and_never_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(SecretError, match="expected whsec_ and the base64 of 24 to 64 bytes") as raised:
        secrets(tmp_path, text)
    assert OLD not in str(raised.value)
    assert "hello" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="expected a readable file"):
        read_secrets(tmp_path / "nothing")
