"""Child processes of the demo: started apart from the terminal's Ctrl-C, ended one by one by their own ids."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE = 15.0
"""Seconds that a child has to end when it is asked to; after that it is killed."""

TAIL = 20
"""Lines of a child's output that are shown when it fails."""


class ChildFailedError(Exception):
    """A child ended when it shouldn't have, or never got ready; the text has the end of its output."""


class Child:
    """A running child process, its output in a file."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, output: Path) -> None:
        self.name = name
        self._process = process
        self._output = output

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    def failure(self, what: str) -> ChildFailedError:
        """The error that says what happened, with the end of the child's output."""
        lines = self._output.read_text("utf-8", "replace").splitlines()[-TAIL:]
        return ChildFailedError("\n".join([f"{self.name} {what}; the end of its output:", *lines]))

    async def watch(self) -> None:
        """Returns never; raises ChildFailedError when the child ends."""
        code = await self._process.wait()
        raise self.failure(f"ended with code {code}")

    async def end(self) -> None:
        """Asks the child to end, and kills it if it doesn't."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def child(name: str, command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> AsyncIterator[Child]:
    """A child process for as long as the block runs. ``folder`` takes its output."""
    output = folder / f"{name}.log"
    with output.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *_dying_with_us(),
            *command,
            env=dict(environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # Ctrl-C is for the demo: it ends its children in order
        )
    running = Child(name, process, output)
    try:
        yield running
    finally:
        await running.end()


def _dying_with_us() -> list[str]:
    """What to put before a command so that not even a demo that is killed leaves a child behind, where that can be."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
