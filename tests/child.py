"""A child process of a test or a benchmark: its output in a file, ended by its own id, measured from /proc."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

STOP_LIMIT = 40.0  # seconds for an orderly stop, then it is killed
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class ChildError(RuntimeError):
    """A child ended, or did not do in time, what it was waited for; the text has the end of its output."""


class Child:
    """A process that runs `command`; `environment` is added to this process's own. It can be started again."""

    def __init__(self, command: Sequence[str], log_file: Path, environment: Mapping[str, str] | None = None) -> None:
        self.command = list(command)
        self.log_file = log_file
        self.environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Starts the process; its output is added to `log_file`."""
        if self.running:
            raise RuntimeError(f"{self.command[0]} runs already (pid {self.pid})")
        with self.log_file.open("ab") as output:
            self._process = subprocess.Popen(
                [*dying_with_its_parent(), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                start_new_session=True,  # Ctrl-C in the terminal ends the tests, and they end the child
            )
        return self

    @property
    def pid(self) -> int:
        """The process's id, also after its end. Raises RuntimeError before the first start."""
        if self._process is None:
            raise RuntimeError("found no process, expected one; call start()")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process has been started and hasn't ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def code(self) -> int | None:
        """The exit code, negative for the signal that ended it; None while it runs."""
        return None if self._process is None else self._process.poll()

    def wait_ended(self, limit: float = STOP_LIMIT) -> int:
        """Waits until the process ends by itself; its exit code. Raises ChildError after `limit` seconds."""
        assert self._process is not None
        try:
            return self._process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            raise self.error(f"has not ended within {limit:.0f} s") from None

    def terminate(self, limit: float = STOP_LIMIT) -> int:
        """Asks for an orderly end (SIGTERM) and waits for it; the exit code, -9 when it had to be killed."""
        return self._end(signal.SIGTERM, limit)

    def kill9(self) -> int:
        """Ends the process at once, as a machine's failure would; the exit code."""
        return self._end(signal.SIGKILL, STOP_LIMIT)

    def suspend(self) -> None:
        """Freezes the process (SIGSTOP), as a long pause of its machine would."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Lets a frozen process go on (SIGCONT)."""
        os.kill(self.pid, signal.SIGCONT)

    def output(self) -> str:
        """All that the process has written, over all its starts."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def error(self, what: str) -> ChildError:
        """The error that says what happened, with the end of the output."""
        tail = "\n".join(self.output().splitlines()[-40:]) or "(no output)"
        return ChildError(f"{Path(self.command[0]).name} (pid {self.pid}) {what}; its last output:\n{tail}")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.running:
            self.terminate()

    def _end(self, how: signal.Signals, limit: float) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        try:
            return self._process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, all its threads, user and system. Raises OSError when it is gone."""
    # The command's name stands in brackets and may hold blanks: what comes behind it is counted.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def thread_seconds(pid: int) -> dict[int, float]:
    """CPU time of each thread of a process, by thread id; that of the process's id is the main one."""
    return {int(path.name): _thread_cpu(path) for path in Path(f"/proc/{pid}/task").iterdir()}


def resident_bytes(pid: int) -> int:
    """Memory that a process has in use now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def dying_with_its_parent() -> list[str]:
    """What to put before a command so that a killed test run leaves no child behind.

    The kernel watches the thread that started it, so only the main thread, which lasts as long as the run, may ask.
    """
    setpriv = shutil.which("setpriv")
    lasting = threading.current_thread() is threading.main_thread()
    return [setpriv, "--pdeathsig", "KILL"] if setpriv and lasting else []


def _thread_cpu(path: Path) -> float:
    fields = (path / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
