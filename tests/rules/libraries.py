"""Small libraries written out as text, for tests of what reads them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from rules import PlacedLibrary, load_placed

BASE = {"library.yaml": "name: shop\nformat: 1\n", "channels.yaml": "email: {}\nsms: {}\n"}


def written(folder: Path, files: dict[str, str]) -> Path:
    """A library's folder with these files, and the least that every library has."""
    for name, text in {**BASE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return folder


def loaded(folder: Path, files: dict[str, str]) -> PlacedLibrary:
    return load_placed(written(folder, files))
