"""Log lines of the process: to standard error, the libraries' only where something is wrong, none of them in floods."""

import logging
import sys
import time

from streams.settings import Level

BELOW = ("faust", "mode", "aiokafka", "asyncio")
"""The libraries below, which tell much that is of no use to an operator."""

NOISE = ("mode.timers", "aiokafka.consumer.group_coordinator")
"""Warn of what is normal: a commit that took longer than the pause between two, partitions that move."""

PAUSE = 10.0
"""Seconds in which a library's message comes once: without a broker, aiokafka repeats its own without end."""


class Seldom(logging.Filter):
    """Lets a message of a library pass once in PAUSE seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if not record.name.startswith(BELOW):
            return True
        now, key = time.monotonic(), (record.name, str(record.msg))
        if now - self._last.get(key, -PAUSE) < PAUSE:
            return False
        self._last[key] = now
        return True


def start_logging(level: Level) -> None:
    """Sends log lines of at least this level to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=[handler]
    )
    if level == "debug":
        return
    handler.addFilter(Seldom())
    for name in BELOW:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in NOISE:
        logging.getLogger(name).setLevel(logging.ERROR)
