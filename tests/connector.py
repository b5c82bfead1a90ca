"""`telltale connect` as a child process, for tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tests.child import Child
from tests.detector import ROOT, Detector, _flags
from tests.kafka import free_ports


class Connector(Detector):
    """One connector, asked and ended as a detector is. `kind` is webhook or file; `options` are its flags by name."""

    def __init__(self, kind: str, bootstrap: str, folder: Path, **options: Any) -> None:
        self._own_folder = False
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.port,) = free_ports(1)
        given = {"channel": "email", "broker": bootstrap, "web_host": "127.0.0.1", "web_port": self.port}
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-m", "streams.cli", "connect", kind, *_flags({**given, **options})]
        Child.__init__(self, command, self.folder / "connector.out", {"PYTHONPATH": path})
