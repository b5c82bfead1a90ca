"""`python -m streams.warming`: the warming process; only a worker starts it. See messages."""

import asyncio
import contextlib
import os
import signal
import sys
import threading

from streams.collecting import collect_seldom
from streams.logs import start_logging
from streams.warming.messages import Message, decode_job, encode, settings_of
from streams.warming.reading import warm

LOWER = 5
"""How much less of a busy machine's time it gets than the worker, by `nice`."""


def main() -> None:
    """Does the job of the first line; ends with it, or with its input: then the worker is gone or wants no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the worker ends in order, and this with it
    with contextlib.suppress(OSError):
        os.nice(LOWER)
    job = decode_job(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    start_logging(settings_of(job).log_level)
    collect_seldom()
    asyncio.run(warm(job, _tell))


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _tell(message: Message) -> None:
    sys.stdout.buffer.write(encode(message) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
