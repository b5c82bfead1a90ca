"""The demo's traffic: half a year of a web shop, 600 shoppers, as touchpoints in order of time."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources

from streams.codecs.mapping import read_mapping
from streams.importer import Imported, by_time, read_csv


@dataclass(frozen=True, slots=True)
class Traffic:
    """Touchpoints in order of time; there is at least one."""

    touchpoints: tuple[Imported, ...]

    @property
    def first(self) -> int:
        """The time of the first, in epoch milliseconds."""
        return self.touchpoints[0].time

    @property
    def last(self) -> int:
        """The time of the last, in epoch milliseconds."""
        return self.touchpoints[-1].time


def bundled() -> Traffic:
    """The traffic that comes with the package."""
    data = resources.files("streams") / "demo_data"
    with ExitStack() as stack:
        file, mapping = (stack.enter_context(resources.as_file(data / name)) for name in ("ecom.csv.gz", "ecom.yaml"))
        outcomes = read_csv(file, read_mapping(mapping))
        return Traffic(tuple(by_time(outcome for outcome in outcomes if isinstance(outcome, Imported))))
