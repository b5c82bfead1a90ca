"""Which files make up a library: by their names, before any is read. They lie in a folder or are texts in a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rules.names import nearest
from rules.problem import Problem

MOST_SIGNALS: Final = 10_000
DEEPEST: Final = 16
LIBRARY, INTERACTIONS, CHANNELS, FEATURES = "library.yaml", "interactions.yaml", "channels.yaml", "features.yaml"
SEGMENTS: Final = "segments.yaml"
MOST_STORIES: Final = 20
TIMELINES: Final = ".test.yaml"
_FILES: Final = (LIBRARY, INTERACTIONS, CHANNELS, FEATURES, SEGMENTS)
_NOT_WITHIN: Final = "put it into the folder"
_FITS: Final = f"{', '.join(_FILES)}, stories/NAME.yaml or signals/NAME.yaml"


@dataclass(slots=True)
class Folder:
    """The files of a library by what they are for, and what is wrong with their names.

    ``texts``: what is in them, where they don't lie on a disk. ``name``: what messages about the whole call it.
    """

    directory: Path
    name: str
    texts: Mapping[Path, str] | None = None
    files: dict[str, Path] = field(default_factory=dict)
    signals: list[Path] = field(default_factory=list)
    timelines: list[Path] = field(default_factory=list)
    stories: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find_files(directory: Path) -> Folder:
    """Looks through a library's folder. What is hidden, and what isn't named as YAML, is left alone."""
    folder = Folder(directory, directory.as_posix())
    if not directory.is_dir():
        _note(folder, directory, "no folder of this name", "the folder of a library", "write the path of one")
        return folder
    _sort(folder, _yaml_files(folder))
    return folder


def given_files(texts: Mapping[str, str], name: str) -> Folder:
    """A library's folder that is a mapping of file names, such as ``signals/basket.yaml``, to texts."""
    folder = Folder(Path(), name, {Path(file): text for file, text in texts.items()})
    _sort(folder, (path for path in sorted(folder.texts or ()) if _is_within(folder, path)))
    return folder


def texts_in(directory: Path) -> dict[str, str]:
    """The texts of a folder's files by their names within it.

    Raises:
        OSError: when one can't be read.
        UnicodeDecodeError: when one isn't UTF-8.
    """
    folder = Folder(directory, directory.as_posix())
    paths = sorted(_yaml_files(folder))
    return {path.relative_to(directory).as_posix(): path.read_bytes().decode("utf-8-sig") for path in paths}


def _sort(folder: Folder, paths: Iterable[Path]) -> None:
    for path in paths:
        _sort_in(folder, path)
    if LIBRARY not in folder.files:
        advice = "write it with `name: shop` and `format: 1`"
        _note(folder, folder.directory / LIBRARY, f"no {LIBRARY}", "one in each library's folder", advice)
    _check_beside(folder)
    if len(folder.stories) > MOST_STORIES:
        found, instead = f"{len(folder.stories)} stories", "make it two libraries"
        _note(folder, folder.directory / "stories", found, f"at most {MOST_STORIES}", instead)
        folder.stories.clear()
    if len(folder.signals) > MOST_SIGNALS:
        found = f"{len(folder.signals):,} signals"
        _note(folder, folder.directory / "signals", found, f"at most {MOST_SIGNALS:,}", "make it two libraries")
        folder.signals.clear()


def _is_within(folder: Folder, path: Path) -> bool:
    """Whether a given name is one that a folder could have; notes where it isn't."""
    is_name = path.parts and not path.is_absolute() and ".." not in path.parts
    if not is_name or len(path.parts) > DEEPEST + 1:
        _note(folder, path, f"the file name `{path.as_posix()}`", "a file within the library's folder", _NOT_WITHIN)
        return False
    return True


def _yaml_files(folder: Folder) -> Iterator[Path]:
    """YAML files in the order of their names. Links are followed, as mounted configuration is made of them."""
    waiting, seen = [folder.directory], set()
    while waiting:
        current = waiting.pop()
        real = current.resolve()
        if real in seen or len(current.relative_to(folder.directory).parts) > DEEPEST:
            continue
        seen.add(real)
        below, files = _listed(folder, current)
        waiting += below
        yield from (path for path in files if re.search(r"\.ya?ml$", path.name, re.IGNORECASE))


def _listed(folder: Folder, directory: Path) -> tuple[list[Path], list[Path]]:
    """The folders and the files in a folder, but for hidden ones."""
    try:
        paths = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
        below = [path for path in paths if path.is_dir()]
    except OSError as error:
        found = f"a folder that can't be read ({error.strerror})"
        _note(folder, directory, found, "a readable folder", "change its permissions or take it away")
        return [], []
    return below, [path for path in paths if path not in below]


def _sort_in(folder: Folder, path: Path) -> None:
    within = path.relative_to(folder.directory)
    name = within.as_posix()
    is_signal = within.parts[0] == "signals" and len(within.parts) > 1
    is_story = within.parts[0] == "stories" and len(within.parts) == 2
    if name in _FILES:
        folder.files[name] = path
    elif name.endswith(TIMELINES):
        if is_signal:
            folder.timelines.append(path)
        else:
            _note(folder, path, "timelines outside of signals/", "them beside their signal", "put them there")
    elif is_story and name.endswith(".yaml"):
        folder.stories.append(path)
    elif is_signal and name.endswith(".yaml"):
        folder.signals.append(path)
    else:
        _note(folder, path, f"the file name `{name}`", _FITS, _advice(name, is_named=is_signal or is_story))


def _check_beside(folder: Folder) -> None:
    """Timelines stand beside the signal that they are of."""
    signals = set(folder.signals)
    for path in [path for path in folder.timelines if signal_of(path) not in signals]:
        folder.timelines.remove(path)
        near = nearest(signal_of(path).name, [other.name for other in signals if other.parent == path.parent])
        found = f"timelines of a signal that isn't there: `{signal_of(path).name}`"
        instead = f"name it `{near.removesuffix('.yaml')}{TIMELINES}`" if near else "put it beside its signal"
        _note(folder, path, found, "a signal's file of this name beside it", instead)


def signal_of(timelines: Path) -> Path:
    """The signal's file beside which a file of timelines stands."""
    return timelines.with_name(timelines.name.removesuffix(TIMELINES) + ".yaml")


def _advice(name: str, *, is_named: bool) -> str:
    stem = re.sub(r"\.ya?ml$", "", name, flags=re.IGNORECASE)
    if name.startswith("stories/") and name.endswith(".yaml"):
        return f"name it `stories/{name.rpartition('/')[2]}`"
    if is_named:
        return f"name it `{stem}.yaml`"
    near = nearest(stem, [file.removesuffix(".yaml") for file in _FILES])
    if near:
        return f"name it `{near}.yaml`"
    return "put a signal in a file in signals/; take other files out of the folder"


def _note(folder: Folder, path: Path, found: str, expected: str, instead: str) -> None:
    folder.problems.append(Problem(path.as_posix(), 1, 1, found, expected, instead))
