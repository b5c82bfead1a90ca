"""A progress bar on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streams.cli.output import on_terminal

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is."""


@contextmanager
def progress_bar(text: str) -> Iterator[Progress]:
    """A bar on standard error while the block runs, if that is a terminal."""
    if not on_terminal():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415  # slow to load, and often not needed
    from rich.progress import Progress as Bars  # noqa: PLC0415

    with Bars(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(text, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
