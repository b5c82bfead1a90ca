"""/ready, /health and /metrics."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest


class Probes:
    """What the web pages ask; set once there is something to ask."""

    def __init__(self) -> None:
        self.ready: Callable[[], bool] = lambda: False
        self.healthy: Callable[[], bool] = lambda: True


@asynccontextmanager
async def serving(host: str, port: int, registry: CollectorRegistry, probes: Probes) -> AsyncIterator[None]:
    """Answers on a port while the block runs; port 0: doesn't. Raises OSError when the port is taken."""
    if not port:
        yield
        return
    runner = web.AppRunner(_application(registry, probes), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


def _application(registry: CollectorRegistry, probes: Probes) -> web.Application:
    async def ready(_request: web.Request) -> web.Response:
        return _answer(
            probes.ready(), "ready", "not ready: starting, recovering, waiting for a library, or partitions are moving"
        )

    async def health(_request: web.Request) -> web.Response:
        return _answer(probes.healthy(), "healthy", "standing still: see the worker's output")

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.add_routes([web.get("/ready", ready), web.get("/health", health), web.get("/metrics", metrics)])
    return application


def _answer(good: bool, yes: str, no: str) -> web.Response:
    return web.Response(text=(yes if good else no) + "\n", status=200 if good else 503)
