"""From settings to an exit code, without a broker; with one see tests/end_to_end."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from streams.run import GOOD, WRONG, serve
from streams.settings import Settings
from streams.web import Probes, serving

NOBODY = "127.0.0.1:1"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "library.yaml").write_text("name: test\nformat: 1\n")
    (tmp_path / "channels.yaml").write_text("email: {}\n")
    return tmp_path


def settings(library: Path | None, **changes: object) -> Settings:
    return Settings(library=library, broker=NOBODY, web_port=0, **changes)  # type: ignore[arg-type]


async def run(given: Settings, stop: asyncio.Event | None = None) -> tuple[int, list[str]]:
    said: list[str] = []
    code = await asyncio.wait_for(serve(given, stop or asyncio.Event(), said.append), 30)
    return code, said


async def test_a_library_with_errors_never_starts(library: Path) -> None:
    (library / "features.yaml").write_text("views: {count: page_view, over: soon}\nclicks: {sum: click}\n")
    code, said = await run(settings(library))
    assert code == WRONG
    assert len(said[0].splitlines()) > 1
    assert "features.yaml:1" in said[0]
    assert "features.yaml:2" in said[0]


async def test_without_a_library_the_published_one_is_asked_for() -> None:
    code, said = await run(settings(None, wait=0.0))
    assert code == WRONG
    assert said[-1].startswith("broker 127.0.0.1:1: found nobody within 0 s")


async def test_a_broker_that_is_not_there_is_waited_for_with_a_message_then_the_end(library: Path) -> None:
    code, said = await run(settings(library, wait=1.0))
    assert code == WRONG
    assert "waiting for a broker at 127.0.0.1:1, 1 s more at most" in said
    assert said[-1].startswith("broker 127.0.0.1:1: found nobody within 1 s")
    assert "--broker or TELLTALE_BROKER" in said[-1]


async def test_a_stop_while_waiting_is_orderly(library: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, stop.set)
    code, _ = await run(settings(library), stop)
    assert code == GOOD


async def test_settings_are_said_without_secrets(library: Path) -> None:
    _, said = await run(settings(library, wait=0.0, sasl_password="hunter2"))
    assert "sasl_password = (hidden)" in said
    assert "hunter2" not in "\n".join(said)


async def test_a_web_port_that_is_taken(library: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = await run(Settings(library=library, broker=NOBODY, web_host="127.0.0.1", web_port=port))
    assert code == WRONG
    assert f"127.0.0.1:{port}" in said[-1]
    assert "--web-port" in said[-1]


async def test_probes_over_http() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    probes = Probes()
    async with serving("127.0.0.1", port, CollectorRegistry(), probes), aiohttp.ClientSession() as client:

        async def status(path: str) -> int:
            async with client.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status

        assert [await status(path) for path in ("/ready", "/health", "/metrics")] == [503, 200, 200]
        probes.ready, probes.healthy = lambda: True, lambda: False
        assert [await status(path) for path in ("/ready", "/health")] == [200, 503]
