"""A real HTTP server that events are posted to: it notes what comes, and answers as it is told.

with Endpoint(answer) as endpoint:
    ... endpoint.url ...
    endpoint.wait(3)
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web

from tests.kafka import free_ports
from tests.waiting import wait_for


@dataclass(frozen=True, slots=True)
class Post:
    """A request and the CloudEvent in it. `at`: monotonic seconds; `attempt`: how often the event has come, from 1."""

    headers: Mapping[str, str]
    body: bytes
    event: dict[str, Any]
    at: float
    attempt: int

    @property
    def id(self) -> str:
        return str(self.event["id"])

    @property
    def customer(self) -> str:
        return str(self.event["subject"])


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, after `delay` seconds."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


GOOD = Reply()


class Endpoint:
    """A server on a free port of the loopback; `answer` decides. It can be stopped and started again."""

    def __init__(self, answer: Callable[[Post], Reply] = lambda _post: GOOD) -> None:
        self.answer = answer
        self.posts: list[Post] = []
        self._attempts: Counter[str] = Counter()
        (self.port,) = free_ports(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    @property
    def delivered(self) -> list[str]:
        """The ids of what came, in the order of coming."""
        return [post.id for post in list(self.posts)]

    def of(self, customer: str) -> list[Post]:
        """What came for a customer, in the order of coming."""
        return [post for post in list(self.posts) if post.customer == customer]

    def wait(self, ids: int, limit: float = 30.0) -> None:
        """Returns when so many different events have come."""
        wait_for(lambda: len(set(self.delivered)) >= ids, lambda: f"{ids} events; {len(self.posts)} came", limit=limit)

    def start(self) -> Self:
        """Starts to answer."""
        self._run(self._start())
        return self

    def stop(self) -> None:
        """Answers nobody any more; who connects is refused."""
        self._run(self._stop())

    def __enter__(self) -> Self:
        self._thread.start()
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(timeout=30)

    async def _start(self) -> None:
        application = web.Application()
        application.router.add_post("/events", self._take)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        event = orjson.loads(body)
        self._attempts[event["id"]] += 1
        post = Post(dict(request.headers), body, event, time.monotonic(), self._attempts[event["id"]])
        self.posts.append(post)
        reply = self.answer(post)
        await asyncio.sleep(reply.delay)
        return web.Response(status=reply.status, text=reply.body, headers=reply.headers)
