"""Waiting for what must come true, with a deadline: tests never sleep in the hope that it has."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_for(
    look: Callable[[], Found], what: str | Callable[[], str], *, limit: float = 60.0, pause: float = 0.1
) -> Found:
    """Looks again and again until something true is found, and returns it; limit and pause in seconds.

    Raises TimeoutError that names `what` was waited for.
    """
    deadline = time.monotonic() + limit
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {limit:.0f} s for {what if isinstance(what, str) else what()}")
        time.sleep(pause)
    return found
