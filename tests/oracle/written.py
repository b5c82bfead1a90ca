"""A library given as plain structures, written to a folder as its YAML files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

Tree = dict[str, Any]


def write_library(library: Tree, directory: Path) -> Path:
    """Writes a library to a folder as its YAML files, and gives the folder."""
    (directory / "signals").mkdir(parents=True, exist_ok=True)
    for name in ("library", "interactions", "features", "segments", "channels"):
        if library.get(name):
            write_yaml(directory / f"{name}.yaml", library[name])
    for story in library.get("stories") or []:
        (directory / "stories").mkdir(exist_ok=True)
        write_yaml(directory / "stories" / f"{story['story']}.yaml", story)
    for signal in library["signals"]:
        write_yaml(directory / "signals" / f"{signal['signal']}.yaml", signal)
    return directory


def write_yaml(path: Path, tree: Tree) -> None:
    path.write_text(yaml.dump(tree, Dumper=_WithoutAliases, sort_keys=False, allow_unicode=True), encoding="utf-8")


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
