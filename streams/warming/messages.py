"""What the worker and its warming process tell each other: one JSON object a line, by standard input and output."""

from typing import Any

import msgspec
from msgspec import Struct

from streams.settings import OPTIONS, Settings, load


class Job(Struct):
    """What is to be warmed; the process gets it as its first and only line, and ends when its input does.

    `settings`: as `told` gives them. `topics`: full names by what they are to us: `log`, `libraries`, `decisions`.
    `decisions`: how many partitions that topic has. `identity`: of the log. `sequence` and `digest` (hex): of the
    library; `warm_from`: the append time (epoch ms) of the first record that counts. `partitions`: those of the log
    that are to be read, each with the digest of the library that it goes over from. `folder`: where states go.
    """

    settings: dict[str, Any]
    topics: dict[str, str]
    decisions: int
    identity: str
    sequence: int
    digest: str
    warm_from: int
    partitions: dict[int, str]
    folder: str


class Progress(Struct, tag=True):
    """How far a partition is: the offset that is read next, and that behind its last record."""

    partition: int
    offset: int
    end: int


class Ready(Struct, tag=True):
    """A partition has been read up to its switch; its states are in the file."""

    partition: int
    file: str


class Passed(Struct, tag=True):
    """A partition has been read up to a switch to a newer library: nobody needs its states any more."""

    partition: int


Message = Progress | Ready | Passed

encode = msgspec.json.Encoder().encode
decode_job = msgspec.json.Decoder(Job).decode
decode_message: "msgspec.json.Decoder[Progress | Ready | Passed]" = msgspec.json.Decoder(Message)


def told(settings: Settings) -> dict[str, Any]:
    """Settings as JSON can say them. Secrets among them: they go by a pipe, which nobody else can see."""
    plain = {option.name: getattr(settings, option.name) for option in OPTIONS}
    return {name: value for name, value in plain.items() if isinstance(value, bool | int | float | str)} | {
        name: str(value) for name, value in plain.items() if hasattr(value, "__fspath__")
    }


def settings_of(job: Job) -> Settings:
    """The worker's settings."""
    return load({}, job.settings)
