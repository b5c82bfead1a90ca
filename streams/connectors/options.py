"""What is said about one connector, beside the settings that all of the runtime shares."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Connection:
    """A channel's connector. `group`: the full name of its consumer group.

    `slots`: attempts under way at a time. `attempts`: tries of one event before it has failed. `outcomes`: whether they
    are reported into the log. `remembered`: ids kept of each partition, to pass over those that come again.
    """

    channel: str
    group: str
    slots: int
    attempts: int = 20
    outcomes: bool = True
    remembered: int = 20_000
