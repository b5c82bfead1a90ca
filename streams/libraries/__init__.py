"""The library in the log: published to a topic, followed by every worker, switched to by a record of the log."""

from streams.libraries.beginning import Beginning
from streams.libraries.channels import Channels
from streams.libraries.follow import Follower
from streams.libraries.holding import Libraries, LibraryAbsentError, Start
from streams.libraries.publish import PublishError, publish, publish_folder, publishable
from streams.libraries.record import Approval, BadPublishedError, Published, decode, encode, from_line
from streams.libraries.shelf import Held, Shelf
from streams.libraries.switch import Switcher, Warmth

__all__ = [
    "Approval",
    "BadPublishedError",
    "Beginning",
    "Channels",
    "Follower",
    "Held",
    "Libraries",
    "LibraryAbsentError",
    "PublishError",
    "Published",
    "Shelf",
    "Start",
    "Switcher",
    "Warmth",
    "decode",
    "encode",
    "from_line",
    "publish",
    "publish_folder",
    "publishable",
]
