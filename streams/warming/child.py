"""One warming process, as the worker sees it."""

import asyncio
import sys
from collections.abc import Callable

from streams.warming.messages import Job, Message, decode_message, encode

LINE = 1024 * 1024
"""Bytes of the longest line that it may write."""


class Child:
    """A process that does one job. `numbers`: the partitions that it has not finished yet."""

    def __init__(self, job: Job, heard: Callable[["Child", Message], None]) -> None:
        self.job = job
        self._heard = heard
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process, None before its start."""
        return self._process.pid if self._process else None

    async def run(self) -> int:
        """Starts it and hears it out; its exit code. When this is cancelled it is killed."""
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "streams.warming"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE,
        )
        try:
            await self._talk(process)
            return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _talk(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            return
        process.stdin.write(encode(self.job) + b"\n")
        async for line in process.stdout:
            self._heard(self, decode_message.decode(line))
