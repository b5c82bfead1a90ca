"""The topics of channels: a library may name new ones, and triggers must have somewhere to go before it decides."""

from collections.abc import Iterable, Mapping

from streams.settings import Settings
from streams.topics import partition_counts


class Channels:
    """The channels whose topics are known to exist. `topics` by channel and `partitions` by topic grow in place."""

    def __init__(self, settings: Settings, counts: Mapping[str, int]) -> None:
        """`counts`: partitions of the topics that are known."""
        self._settings = settings
        self.topics: dict[str, str] = {}
        self.partitions: dict[str, int] = dict(counts)

    async def missing(self, channels: Iterable[str]) -> tuple[str, ...]:
        """Full names of the topics that these channels lack; to the others may be sent from now on.

        Raises KafkaError when the broker doesn't answer.
        """
        wanted = {channel: topic_of(self._settings, channel) for channel in channels if channel not in self.topics}
        unknown = [topic for topic in wanted.values() if topic not in self.partitions]
        if unknown:
            self.partitions |= await partition_counts(self._settings, unknown)
        self.topics |= {channel: topic for channel, topic in wanted.items() if topic in self.partitions}
        return tuple(sorted(topic for topic in wanted.values() if topic not in self.partitions))


def topic_of(settings: Settings, channel: str) -> str:
    """The full name of a channel's topic."""
    return settings.name(f"triggers.{channel}")
