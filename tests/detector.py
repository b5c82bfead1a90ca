"""`telltale run` as a child process, for tests and benchmarks.

with Detector(kafka.bootstrap, library, namespace="t1", clock="log") as detector:
    detector.wait_ready()
    ...
    assert detector.terminate() == 0
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.child import Child
from tests.kafka import free_ports
from tests.waiting import wait_for

ROOT = Path(__file__).parents[1]
READY_LIMIT = 90.0  # seconds from the start to reading the log
COMMAND = ("-m", "streams.cli", "run")

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
"""Values by name and labels."""


class Detector(Child):
    """One detector. `options` are settings by name: `session_timeout=6` is `--session-timeout 6`.

    `command` is what Python runs before the options, `folder` keeps output and states (a temporary one, removed at the
    end of the block, when it isn't given), `environment` is added to this process's.
    """

    def __init__(
        self,
        bootstrap: str,
        library: Path,
        *,
        folder: Path | None = None,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self._own_folder = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="telltale-detector-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.port,) = free_ports(1)
        given = {"data_dir": self.folder / "data", "web_host": "127.0.0.1", "web_port": self.port}
        options = {"broker": bootstrap, "library": library, **given, **options}
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        super().__init__(
            [sys.executable, *command, *_flags(options)],
            self.folder / "detector.out",
            {"PYTHONPATH": path, **(environment or {})},
        )

    @property
    def ready(self) -> bool:
        """Whether it says that it reads the log."""
        return self._get("/ready") is not None

    def wait_ready(self, limit: float = READY_LIMIT) -> None:
        """Returns when it reads the log. Raises ChildError when it ends instead, or after `limit` seconds."""
        try:
            wait_for(lambda: self.ready or not self.running, "the detector to be ready", limit=limit)
        except TimeoutError:
            raise self.error(f"was not ready within {limit:.0f} s") from None
        if not self.running:
            raise self.error(f"ended with {self.code} before it was ready")

    def wait_suspended(self, limit: float = 60.0) -> None:
        """Returns when the process stands frozen, by whomever."""
        # Looks without taking the news away from whoever waits for the end.
        looking = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        try:
            wait_for(lambda: not self.running or os.waitid(os.P_PID, self.pid, looking), "it to be frozen", limit=limit)
        except TimeoutError:
            raise self.error(f"was not frozen within {limit:.0f} s") from None
        if not self.running:
            raise self.error(f"ended with {self.code} before it was frozen")

    def wait_output(self, text: str, limit: float = READY_LIMIT) -> None:
        """Returns when it has written this. Raises ChildError when it ends before, or after `limit` seconds."""
        try:
            wait_for(lambda: text in self.output() or not self.running, "its output", limit=limit)
        except TimeoutError:
            raise self.error(f"has not written {text!r} within {limit:.0f} s") from None
        if text not in self.output():
            raise self.error(f"ended with {self.code} before it wrote {text!r}")

    def metrics(self) -> Samples:
        """Every sample at /metrics; none while it doesn't answer."""
        families = text_string_to_metric_families(self._get("/metrics") or "")
        return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}

    def samples(self, name: str) -> dict[str, float]:
        """The values of a metric by partition."""
        found = ((dict(labels), value) for (one, labels), value in self.metrics().items() if one == name)
        return {labels["partition"]: value for labels, value in found}

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that have these labels; 0 without any."""
        wanted = set(labels.items())
        return sum(value for (found, has), value in self.metrics().items() if found == name and wanted <= has)

    def close(self) -> None:
        """Ends the process, where it still runs, and removes its temporary folder."""
        if self.running:
            self.kill9()
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _get(self, path: str) -> str | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                text: bytes = answer.read()
                return text.decode()
        except OSError:  # urllib's errors are among them
            return None


def _flags(options: Mapping[str, Any]) -> list[str]:
    return [part for name, value in options.items() for part in _flag(name, value)]


def _flag(name: str, value: Any) -> list[str]:
    dashed = name.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{dashed}" if value else f"--no-{dashed}"]
    if name == "sources":
        return [part for one in value for part in ("--source", str(one))]
    return [f"--{dashed}", str(value)]
