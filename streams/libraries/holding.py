"""Which library a partition of the log is decided by: at the start, and when it comes to a switch."""

import asyncio
import logging
from collections.abc import Mapping
from typing import NamedTuple

from aiokafka.errors import KafkaError

from rules import NO_LIBRARY, Plan, Switch, decode_marker
from streams.libraries.channels import Channels
from streams.libraries.first import first_switches
from streams.libraries.record import SHORT
from streams.libraries.shelf import Held, Shelf
from streams.libraries.switch import Switcher, Warmth
from streams.settings import Settings

log = logging.getLogger(__name__)

PATIENCE = 15.0
"""Seconds that a starting partition waits for its library to come."""

PAUSE = 2.0
"""Seconds between two looks for a channel's topic."""


class LibraryAbsentError(Exception):
    """A partition can't go on without a library; the text says which, and what to do."""


class Start(NamedTuple):
    """The library that a partition starts with, and its sequence."""

    sequence: int
    plan: Plan


class Libraries:
    """Gives partitions their libraries."""

    def __init__(
        self,
        settings: Settings,
        topic: str,
        shelf: Shelf,
        channels: Channels,
        switcher: Switcher,
        warmth: Warmth,
    ) -> None:
        """`topic`: the log's full name."""
        self._settings = settings
        self._topic = topic
        self._shelf = shelf
        self._channels = channels
        self._switcher = switcher
        self._warmth = warmth

    async def starts(self, markers: Mapping[int, bytes | None]) -> dict[int, Start]:
        """The libraries that partitions start with, by their partition records (None: there is none yet).

        A partition that no library has decided yet gets the one that the log names first; where it names none, the
        newest, and a switch that says so. Raises LibraryAbsentError and KafkaError.
        """
        known = {number: _named(marker) for number, marker in markers.items()}
        new = {number for number, named in known.items() if named is None}
        firsts = await self._firsts(new)
        named = {number: one for number, one in known.items() if one is not None} | firsts
        return {number: await self._start(number, *one) for number, one in sorted(named.items())}

    async def awaited(self, number: int, switch: Switch) -> tuple[Plan, Mapping[bytes, bytes] | None]:
        """What a partition that has come to this switch needs, when it is there: the plan, and warm states if any."""
        plan = await self._shelf.wait(switch.digest)
        while not await self._can_send(number, plan):  # noqa: ASYNC110  a topic that appears tells nobody
            await asyncio.sleep(PAUSE)
        warmed = None if switch.warm_from is None else await self._warmth.states(number, switch)
        return plan, warmed

    async def _can_send(self, number: int, plan: Plan) -> bool:
        try:
            missing = await self._channels.missing(plan.channels)
        except (KafkaError, TimeoutError) as error:
            log.warning("partition %s waits: whether the channels have topics is not known: %r", number, error)
            return False
        if missing:
            topics = ", ".join(missing)
            log.error("partition %s waits: found no topic %s, expected one; library %s", number, topics, plan.version)
        return not missing

    async def _firsts(self, numbers: set[int]) -> dict[int, tuple[int, str]]:
        """Sequence and digest of each partition's first library; afterwards the log says it."""
        if not numbers:
            return {}
        found = dict(await first_switches(self._settings, self._topic, numbers))
        silent = numbers - found.keys()
        if silent:
            await self._switcher.begin(silent, await self._newest())
            # Another worker may have been quicker: the first record counts, for us as for a replay.
            found |= await first_switches(self._settings, self._topic, silent)
        return {number: (switch.sequence, switch.digest) for number, switch in found.items()}

    async def _newest(self) -> Held:
        newest = self._shelf.newest
        if newest is None:
            raise LibraryAbsentError(
                "library: found none published, expected one; publish it with `telltale publish DIR`"
            )
        await self._must_send(newest.plan, "library")
        return newest

    async def _start(self, number: int, sequence: int, digest: str) -> Start:
        try:
            plan = await asyncio.wait_for(self._shelf.wait(digest), PATIENCE)
        except TimeoutError:
            raise LibraryAbsentError(
                f"partition {number}: found no library {digest[:SHORT]} in the topic of libraries, expected it, as the "
                f"partition is decided by it (sequence {sequence}); publish it again with `telltale publish`"
            ) from None
        await self._must_send(plan, f"partition {number}")
        newest = self._shelf.newest
        if newest is not None and newest.published.sequence < sequence:
            log.error(
                "partition %s is decided by the library of sequence %s: found %s as the newest published, expected "
                "that or more; was the topic made anew? What is published is not switched to before its sequence is "
                "larger",
                number,
                sequence,
                newest.published.sequence,
            )
        return Start(sequence, plan)

    async def _must_send(self, plan: Plan, what: str) -> None:
        missing = await self._channels.missing(plan.channels)
        if missing:
            raise LibraryAbsentError(
                f"{what}: found no topic {', '.join(missing)}, expected one, as library {plan.version} sends there; "
                "create it with `telltale topics --create`"
            )


def _named(raw: bytes | None) -> tuple[int, str] | None:
    """Sequence and short digest of the library that a partition record names; None where it names none."""
    marker = None if raw is None else decode_marker(raw)
    # One of before there were published libraries has a sequence, but no digest.
    if marker is None or marker.library == NO_LIBRARY or not marker.digest:
        return None
    return marker.library, f"{marker.digest:0{SHORT}x}"
