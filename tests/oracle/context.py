"""What is so for everybody: every change there ever was, and what a path into them comes to."""

from __future__ import annotations

from typing import Any

from tests.oracle.values import MISSING, field

Change = tuple[int, int, Any]  # its time in ms, its place in the log, and the value


class Context:
    """`wholes` are the values of names, `entries` those within the mapping of a name, each with all its changes."""

    def __init__(self) -> None:
        self.count = 0
        self.wholes: dict[str, list[Change]] = {}
        self.entries: dict[str, dict[str, list[Change]]] = {}

    def change(self, properties: dict[str, Any], time: int) -> None:
        self.count += 1
        for name, value in properties.items():
            if isinstance(value, dict):
                for key, one in value.items():
                    self.entries.setdefault(name, {}).setdefault(key, []).append((time, self.count, one))
            else:
                self.wholes.setdefault(name, []).append((time, self.count, value))

    def at(self, path: list[Any]) -> Any:
        """The value at a path; a whole number names what its text names."""
        names = [str(name) if isinstance(name, int) and not isinstance(name, bool) else name for name in path]
        if not all(isinstance(name, str) for name in names):
            return MISSING
        return field({names[0]: self.value(names[0])}, ".".join(names))

    def value(self, name: str) -> Any:
        """The newest of each entry that is newer than the newest value of the whole; else that."""
        whole = max(self.wholes.get(name, []), key=moment, default=(-1, -1, None))
        entries = {key: max(changes, key=moment) for key, changes in self.entries.get(name, {}).items()}
        newer = {key: one[2] for key, one in entries.items() if moment(one) > moment(whole) and one[2] is not None}
        return newer or whole[2]


def moment(change: Change) -> tuple[int, int]:
    return change[:2]
