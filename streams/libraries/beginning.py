"""Which library a worker begins with: the newest published one, or its own where there is none or it is told to."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules import Library
from streams.broker import Say
from streams.libraries.follow import Follower
from streams.libraries.holding import LibraryAbsentError
from streams.libraries.publish import publish_folder
from streams.libraries.shelf import Shelf
from streams.settings import Settings
from streams.topics import partition_counts

NONE = (
    "library: found none in the topic {topic} and none given, expected one; publish one with `telltale publish DIR`, "
    "or give --library DIR or TELLTALE_LIBRARY"
)


@dataclass(slots=True)
class Beginning:
    """A worker's way to its library. `given`: the library of settings.library, where that is said."""

    settings: Settings
    topic: str
    shelf: Shelf
    follower: Follower
    given: Library | None

    @property
    def publishes(self) -> bool:
        """Whether the given library is to be published: where there is none, or another one and `publish` is said."""
        newest = self.shelf.newest
        if self.given is None or newest is None:
            return self.given is not None
        return self.settings.publish and newest.published.digest != self.given.digest

    @property
    def channels(self) -> Sequence[str]:
        """The channels of the library that the worker will have. Raises LibraryAbsentError where there is none."""
        if self.publishes and self.given is not None:
            return [channel.name for channel in self.given.channels]
        if self.shelf.newest is None:
            raise LibraryAbsentError(NONE.format(topic=self.topic))
        return self.shelf.newest.plan.channels

    async def look(self) -> None:
        """Reads what is published, if there is a topic for it. Raises KafkaError."""
        if self.topic in await partition_counts(self.settings, [self.topic]):
            await self.follower.start()

    async def settle(self, say: Say) -> None:
        """Publishes the given library where that is to be done; says which one decides. The topic must be there.

        Raises PublishError, LibraryError and KafkaError.
        """
        if not self.follower.started:
            await self.follower.start()
        newest = self.shelf.newest
        if self.given is not None and self.settings.library is not None and self.publishes:
            before = newest.published if newest else None
            sequence = await publish_folder(self.settings, self.topic, self.given, self.settings.library, before)
            say(f"{self.settings.library}: published as the library of sequence {sequence}")
            await self.follower.catch_up()
        elif self.given is not None and newest is not None and newest.published.digest != self.given.digest:
            say(
                f"{self.settings.library}: found another library than the newest published, {newest.plan.version} "
                f"(sequence {newest.published.sequence}), which decides; publish yours with `telltale publish` or "
                "--publish"
            )
        if self.shelf.newest is None:
            raise LibraryAbsentError(NONE.format(topic=self.topic))
        decides = self.shelf.newest.published
        say(f"library {decides.version} (sequence {decides.sequence}), published {decides.published}{_by(decides.by)}")


def _by(user: str | None) -> str:
    return f" by {user}" if user else ""
