"""`telltale connect`: what is refused before anything is read, and how it ends without a broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.connectors import LinesFile
from tests.connector import Connector
from tests.kafka import free_ports
from tests.streams.test_cli import telltale


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org/", "http://", "/events"])
def test_a_url_that_nothing_can_be_posted_to(url: str) -> None:
    result = telltale("connect", "webhook", "--channel", "email", "--url", url)
    assert (result.exit_code, "expected http://... or https://..." in result.stderr) == (2, True)


def test_a_secret_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("swordfish")
    result = telltale(
        "connect", "webhook", "--channel", "email", "--url", "http://x/", "--secret-file", tmp_path / "secret"
    )
    assert (result.exit_code, "expected whsec_" in result.stderr, "swordfish" in result.stderr) == (1, True, False)


def test_a_setting_that_cannot_be_used() -> None:
    result = telltale("connect", "webhook", "--channel", "email", "--url", "http://x/", "--clock", "sun")
    assert (result.exit_code, "--clock: found 'sun'" in result.stderr) == (2, True)


def test_a_file_that_cannot_be_written_and_one_that_another_writes(tmp_path: Path) -> None:
    result = telltale("connect", "file", "--channel", "ads", "--out", tmp_path / "none" / "f")
    assert (result.exit_code, "can't be written" in result.stderr) == (1, True)
    lines = LinesFile(tmp_path / "f")
    result = telltale("connect", "file", "--channel", "ads", "--out", tmp_path / "f")
    assert (result.exit_code, "another process that writes to it" in result.stderr) == (1, True)
    lines.close()


@pytest.mark.programs
def test_without_a_broker_it_waits_and_ends_as_it_is_told_and_shows_no_password(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    broker = f"127.0.0.1:{port}"
    url = "https://user:swordfish@example.org/events"
    with (
        Connector("webhook", broker, tmp_path / "one", url=url, wait=1) as brief,
        Connector("webhook", broker, tmp_path / "two", url=url, wait=600) as patient,
    ):
        assert brief.wait_ended() == 1
        assert f"broker {broker}: found nobody within 1 s" in brief.output()
        patient.wait_output("waiting for a broker")
        assert patient.terminate() == 0
        assert "triggers.email" in patient.output()
        assert "to https://example.org/events, not signed (no --secret-file)" in patient.output()
        assert "swordfish" not in patient.output()
