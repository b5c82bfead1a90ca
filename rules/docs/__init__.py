"""A static site of a library, for those who use it and those who must approve it."""

from __future__ import annotations

from pathlib import PurePath

from rules.places import PlacedLibrary


def library_site(placed: PlacedLibrary, directory: PurePath) -> dict[str, bytes]:
    """The files of the site of a checked library, by their paths in it; see `site`.

    ``directory`` is that from which the library was read, as it was given then.
    """
    from rules.docs.site import site  # noqa: PLC0415 - templates aren't loaded where no site is made

    return site(placed, directory)
