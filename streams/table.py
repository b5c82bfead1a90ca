"""The one table: customers' states by partition, written in bulk and recovered in bulk from the changelog.

Faust's recovery and standbys work on it as on its own tables. What is read and written by key goes past Faust: the
core gets the states of its partition, see `BulkStore.states`.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import faust
from faust.stores.base import Store
from faust.types import TP, AppT, EventT

from streams.changelog import ChangelogReader
from streams.states import MemoryStates, RocksStates, States
from streams.transport import Batch

Fault = Callable[[BaseException], None]


class BulkStore(Store[bytes, bytes]):
    """The states of every partition that this worker has, active or standby.

    `fault` is told what goes wrong while a changelog is applied: Faust only logs it and goes on.
    """

    logger = logging.getLogger("faust.tables")

    def __init__(self, app: AppT, table: Any, *, folder: Path | None, fault: Fault) -> None:
        super().__init__("bulk://", app, table, table_name=table.name)
        self._folder = folder
        self._fault = fault
        self._partitions: dict[int, States] = {}
        self._readers: dict[int, ChangelogReader] = {}
        self._owned: set[int] = set()

    def states(self, partition: int) -> States:
        """The states of a partition, opened when they aren't yet."""
        if partition not in self._partitions:
            folder = self._folder and self._folder / f"{self.table_name}-{partition}"
            opened: States = RocksStates(folder) if folder else MemoryStates()
            self._partitions[partition] = opened
        return self._partitions[partition]

    def own(self, partitions: set[int]) -> None:
        """Only this worker writes these from now on: whatever else comes from their changelogs is left out."""
        self._owned = set(partitions)

    def overwritten(self, partition: int) -> set[bytes]:
        """The keys under which the changelog has older values than the states; whoever writes them again empties it."""
        reader = self._readers.get(partition)
        return reader.overwritten if reader else set()

    def sizes(self) -> dict[int, int]:
        """How many values each partition holds."""
        return {partition: len(states) for partition, states in self._partitions.items()}

    def persisted_offset(self, tp: TP) -> int | None:
        """The changelog's last offset that the states hold; None before the first."""
        return self.states(tp.partition).offset

    def set_persisted_offset(self, tp: TP, offset: int) -> None:
        """Nothing: states and offset are written together."""

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]], to_key: Any, to_value: Any) -> None:
        """Applies what recovery has read of the changelog."""
        try:
            for event in batch:
                self._apply(event.message.tp, event.message.value)  # type: ignore[arg-type]  # our transport's batches
        except Exception as error:
            self._fault(error)
            raise

    def _apply(self, tp: TP, batch: Batch) -> None:
        states = self._partitions.get(tp.partition)
        if states is None or tp.partition in self._owned:
            return
        if batch.after is None or tp.partition not in self._readers:
            self._readers[tp.partition] = ChangelogReader(f"{tp.topic}/{tp.partition}", states)
        self._readers[tp.partition].read(batch)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Drops the partitions that this worker has no more, neither active nor as standby."""
        topic = self.table.changelog_topic.get_topic_name()
        self._owned = set()
        self._keep({tp.partition for tp in assigned if tp.topic == topic})

    def reset_state(self) -> None:
        """Drops everything."""
        self._keep(set())

    async def on_stop(self) -> None:
        """Lets go of what is on disk."""
        self._keep(set())

    def _keep(self, wanted: set[int]) -> None:
        for partition in [one for one in self._partitions if one not in wanted]:
            self._partitions.pop(partition).close()
            self._readers.pop(partition, None)

    # Faust's view by key; only for those who look at a table from outside.

    def __getitem__(self, key: bytes) -> bytes:
        for states in self._partitions.values():
            value = states.get(key)
            if value is not None:
                return value
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return any(states.get(key) is not None for states in self._partitions.values())  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[bytes]:
        for states in self._partitions.values():
            yield from (key for key, _ in states.items())

    def __len__(self) -> int:
        return sum(self.sizes().values())

    def __setitem__(self, key: bytes, value: bytes) -> None:
        raise TypeError("found a write by key, expected one in bulk: see streams.delivery")

    def __delitem__(self, key: bytes) -> None:
        raise TypeError("found a delete by key, expected one in bulk: see streams.delivery")

    async def backup_partition(self, *_args: Any, **_options: Any) -> None:
        """Nothing: the changelog is the backup."""

    def restore_backup(self, *_args: Any, **_options: Any) -> None:
        """Nothing: the changelog is the backup."""


class BulkTable(faust.Table[bytes, bytes]):
    """A Faust table on a BulkStore."""

    logger = logging.getLogger("faust.tables")
    data: BulkStore

    def __init__(self, app: AppT, *, folder: Path | None, fault: Fault, **options: Any) -> None:
        self._bulk_folder = folder
        self._bulk_fault = fault
        # Faust hands buffers on by their number of events, and one event is a batch here. A buffer of 1 would make it
        # read its own changelog for ever.
        super().__init__(app, recovery_buffer_size=4, standby_buffer_size=1, **options)

    def _new_store(self) -> Any:
        return BulkStore(self.app, self, folder=self._bulk_folder, fault=self._bulk_fault)
