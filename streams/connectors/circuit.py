"""When to try again: later and later for one event, and not at all for a while where the endpoint is down."""

FIRST = 0.5
"""Seconds that the first wait is below ..."""

LONGEST = 60.0
"""... and that each is below in the end."""

FAILURES = 5
"""Failures in a row that open the circuit."""

LOOK = 0.5
"""Seconds until those who wait look whether the one who tries has come through."""


def backoff(tries: int, draw: float, after: float = 0.0) -> float:
    """Seconds to wait after so many tries (1 or more): full jitter, `draw` from 0 to 1; `after` at the least."""
    return max(after, draw * min(LONGEST, FIRST * 2.0 ** min(tries, 32)))


class Circuit:
    """Closed while the endpoint answers. Open after failures in a row: then one at a time tries, later and later.

    Times in seconds of one clock.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._pauses = 0
        self._until = 0.0
        self._trying = False

    @property
    def closed(self) -> bool:
        return self._failures < FAILURES

    def enter(self, now: float) -> float:
        """0 where an attempt may be made now, and must be: its end is awaited. Else seconds until the next look."""
        if now < self._until:
            return self._until - now
        if not self.closed:
            if self._trying:
                return LOOK
            self._trying = True
        return 0.0

    def succeeded(self) -> None:
        """The endpoint has answered."""
        self._failures, self._pauses, self._until, self._trying = 0, 0, 0.0, False

    def failed(self, now: float, draw: float, after: float = 0.0) -> None:
        """The endpoint hasn't answered, or asks to wait for `after` seconds: nobody tries for that long."""
        self._failures += 1
        pause = 0.0
        # Attempts that were under way when the circuit opened say nothing new: only who tried since makes it longer.
        if not self.closed and now >= self._until:
            pause = (0.5 + draw / 2) * min(LONGEST, 2.0**self._pauses)
            self._pauses = min(self._pauses + 1, 32)
            self._trying = False
        self._until = max(self._until, now + max(pause, min(after, LONGEST)))
