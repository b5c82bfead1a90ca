"""Has libraries warmed for the partitions of this worker, in processes of their own, and hands the states over."""

import asyncio
import contextlib
import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from rules import Plan, Switch
from streams.libraries import Published
from streams.metrics import Metrics
from streams.settings import Settings
from streams.topics import Catalogue
from streams.warming.child import Child
from streams.warming.messages import Job, Message, Passed, Progress, Ready, told
from streams.warming.pairs import read_states

log = logging.getLogger(__name__)

NEAR = 5_000
"""Records: a partition that has no more left is switched, as the rest takes less than a second."""

GATHER = 0.5
"""Seconds in which partitions that want the same are gathered for one process."""

LOOK = 5.0
"""Seconds between two looks at what is wanted, when nothing tells that it has changed."""

AGAIN = 5.0
"""Seconds until a process that failed is started again."""

SAID = 10.0
"""Seconds between two log lines about one partition."""


class Want(NamedTuple):
    """What a partition is to be warmed for: a library, from when on (epoch ms); the digest that it goes over from."""

    sequence: int
    digest: str
    warm_from: int
    old: str


class Warm(Protocol):
    """What is needed of a partition. `library`: the sequence of the one that decides."""

    @property
    def number(self) -> int: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def library(self) -> int: ...


class Warmer:
    """Starts, hears and ends warming processes. What partitions want is told by who asks for it."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        decisions: int,
        identity: str,
        owned: Callable[[], Iterable[Warm]],
        metrics: Metrics,
    ) -> None:
        """`decisions`: partitions of that topic; `identity`: of the log; `owned`: the partitions of this worker."""
        self._settings = settings
        self._topics = {
            "log": catalogue.touchpoints.name,
            "libraries": catalogue.libraries.name,
            "decisions": catalogue.decisions.name,
        }
        self._decisions = decisions
        self._identity = identity
        self._owned = owned
        self._metrics = metrics
        self._wants: dict[int, Want] = {}
        self._awaited: set[int] = set()
        self._given: dict[int, Want] = {}
        self._left: dict[int, int] = {}
        self._said: dict[int, float] = {}
        self._ready: dict[int, tuple[Want, Path]] = {}
        self._children: dict[asyncio.Task[None], tuple[Child, dict[int, Want]]] = {}
        self._changed = asyncio.Condition()
        self._wanting = asyncio.Event()

    def caught_up(self, number: int, published: Published) -> bool:
        """Whether a partition's warm states are near its end, so that a switch would wait for them shortly only."""
        old = self._old(number)
        if published.warm_from is None or old is None:
            return published.warm_from is None
        want = Want(published.sequence, published.digest, published.warm_from, old)
        if self._given.get(number) == want:
            return False  # it is being switched
        if number not in self._awaited:
            self._want(number, want)
        return self._wants[number] == want and self._left.get(number, NEAR + 1) <= NEAR

    async def states(self, number: int, switch: Switch) -> Mapping[bytes, bytes]:
        """The customers' states as they have to be at the switch's own offset, when they are."""
        old = self._old(number)
        if switch.warm_from is None:
            return {}
        if old is None:  # it has just gone to another worker, and who asks is about to be told
            await asyncio.get_running_loop().create_future()
            return {}
        want = Want(switch.sequence, switch.digest, switch.warm_from, old)
        self._awaited.add(number)
        try:
            self._want(number, want)
            async with self._changed:
                await self._changed.wait_for(lambda: self._is_ready(number, want))
            path = self._ready.pop(number)[1]
            states = await asyncio.to_thread(read_states, path)
            path.unlink(missing_ok=True)
        finally:
            self._awaited.discard(number)
        log.info("partition %s: %s customers are warm for library %s", number, len(states), switch.digest)
        self._drop(number)
        self._given[number] = want
        return states

    def forget(self) -> None:
        """Partitions have moved: what is still wanted begins anew."""
        for number in list(self._wants):
            self._drop(number)
        self._awaited.clear()
        self._given.clear()
        for task in self._children:
            task.cancel()

    async def run(self) -> None:
        """Keeps a process for whatever is wanted, for ever; ends them all when it is cancelled."""
        with tempfile.TemporaryDirectory(prefix="telltale-warm-") as folder:
            try:
                while True:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(LOOK):  # wait_for may swallow that we are cancelled
                            await self._wanting.wait()
                    await asyncio.sleep(GATHER)
                    self._wanting.clear()
                    self._drop_overtaken()
                    self._end_unwanted()
                    for numbers in self._without_child().values():
                        self._start(numbers, folder)
            finally:
                await self._end_all()

    def _want(self, number: int, want: Want) -> None:
        if self._wants.get(number) == want:
            return
        self._drop(number)
        self._wants[number] = want
        self._wanting.set()

    def _drop(self, number: int) -> None:
        self._wants.pop(number, None)
        self._left.pop(number, None)
        self._said.pop(number, None)
        ready = self._ready.pop(number, None)
        if ready is not None:
            ready[1].unlink(missing_ok=True)
        self._metrics.warming_records.labels(str(number)).set(0)
        self._wanting.set()

    def _is_ready(self, number: int, want: Want) -> bool:
        ready = self._ready.get(number)
        return ready is not None and ready[0] == want

    def _old(self, number: int) -> str | None:
        """The digest of the library that a partition has now; None for one that isn't ours."""
        return next((one.plan.library.digest for one in self._owned() if one.number == number), None)

    def _without_child(self) -> dict[tuple[int, str, int], dict[int, Want]]:
        """What no process works on, gathered by what one process can do."""
        worked_on = {(number, want) for _, wants in self._children.values() for number, want in wants.items()}
        groups: dict[tuple[int, str, int], dict[int, Want]] = {}
        for number, want in sorted(self._wants.items()):
            if (number, want) not in worked_on and not self._is_ready(number, want):
                groups.setdefault(want[:3], {})[number] = want
        return groups

    def _drop_overtaken(self) -> None:
        """Partitions that have gone over to this library, or to a newer one, have no use for it."""
        for one in self._owned():
            want = self._wants.get(one.number)
            if want is not None and one.library >= want.sequence:
                self._drop(one.number)

    def _end_unwanted(self) -> None:
        for task, (_, wants) in self._children.items():
            if not any(self._wants.get(number) == want for number, want in wants.items()):
                task.cancel()

    def _start(self, numbers: dict[int, Want], folder: str) -> None:
        first = next(iter(numbers.values()))
        job = Job(
            settings=told(self._settings),
            topics=self._topics,
            decisions=self._decisions,
            identity=self._identity,
            sequence=first.sequence,
            digest=first.digest,
            warm_from=first.warm_from,
            partitions={number: want.old for number, want in numbers.items()},
            folder=tempfile.mkdtemp(dir=folder),
        )
        child = Child(job, self._heard)
        task = asyncio.create_task(self._lives(child))
        self._children[task] = child, numbers
        task.add_done_callback(self._ended)
        log.info("library %s is warmed for partitions %s", first.digest, ", ".join(map(str, numbers)))

    async def _lives(self, child: Child) -> None:
        try:
            code = await child.run()
        except Exception:  # whatever it is: the library before goes on deciding meanwhile
            log.exception("the warming process can't be heard")
            code = -1
        if code:
            self._metrics.warming_failures.inc()
            log.error("the warming process ended with %s; another one begins anew in %s s", code, AGAIN)
            await asyncio.sleep(AGAIN)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._children[task]
        self._wanting.set()

    async def _end_all(self) -> None:
        tasks = list(self._children)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _heard(self, child: Child, message: Message) -> None:
        wants = next((wants for known, wants in self._children.values() if known is child), {})
        number = message.partition
        want = wants.get(number)
        if want is None or self._wants.get(number) != want:
            return
        match message:
            case Progress(offset=offset, end=end):
                self._left[number] = end - offset
                self._metrics.warming_records.labels(str(number)).set(end - offset)
                self._say(number, offset, end)
            case Ready(file=file):
                self._left[number] = 0
                self._ready[number] = want, Path(file)
                self._tell_waiting()
            case Passed() if number not in self._awaited:
                self._drop(number)

    def _say(self, number: int, offset: int, end: int) -> None:
        now = time.monotonic()
        if now - self._said.get(number, 0.0) >= SAID:
            self._said[number] = now
            log.info("partition %s: warming is at offset %s of %s", number, offset, end)

    def _tell_waiting(self) -> None:
        async def tell() -> None:
            async with self._changed:
                self._changed.notify_all()

        self._telling = asyncio.create_task(tell())
