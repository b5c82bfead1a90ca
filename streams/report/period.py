"""The span of time that a report is about."""

from __future__ import annotations

from typing import NamedTuple


class Period(NamedTuple):
    """From ``since`` on, and before ``until`` (epoch ms); None: no bound. It counts by the moment of firing."""

    since: int | None = None
    until: int | None = None
