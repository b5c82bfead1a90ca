"""The webhook: each event is posted to a URL as a CloudEvent in structured mode, signed by Standard Webhooks."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Self

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from streams.connectors.answers import Answer
from streams.connectors.orders import Order
from streams.connectors.signature import headers

LONGEST_BODY = 64 * 1024
"""What is read of an answer, in bytes."""

CONTENT = {"Content-Type": "application/cloudevents+json", "User-Agent": f"telltale/{version('telltale-streams')}"}


class Webhook:
    """An endpoint by HTTP. Redirects aren't followed: who signed up gets the events, nobody else."""

    def __init__(self, session: ClientSession, url: str, secrets: Sequence[bytes]) -> None:
        self._session = session
        self._url = url
        self._secrets = secrets

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, secrets: Sequence[bytes], *, limit: float, slots: int) -> AsyncIterator[Self]:
        """An endpoint whose connections are closed at the end. `limit`: seconds that an attempt may take."""
        async with ClientSession(
            timeout=ClientTimeout(total=limit),
            connector=TCPConnector(limit=slots),
            cookie_jar=DummyCookieJar(),
            headers=CONTENT,
        ) as session:
            yield cls(session, url, secrets)

    async def send(self, order: Order) -> Answer:
        """Posts an event once."""
        signed = headers(order.id, int(time.time()), order.body, self._secrets)
        try:
            async with self._session.post(
                self._url, data=order.body, headers=signed, allow_redirects=False
            ) as response:
                return Answer(response.status, await _body(response), response.headers.get("Retry-After"))
        except TimeoutError:
            return Answer(0, cause="timeout")
        except (ClientError, OSError, asyncio.IncompleteReadError):
            return Answer(0, cause="connection")


async def _body(response: ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(LONGEST_BODY):
        body += chunk
        if len(body) >= LONGEST_BODY:
            break
    return bytes(body[:LONGEST_BODY])
