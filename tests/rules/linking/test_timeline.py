"""A timeline of a signal that reads links: it is of one customer, and the other id has had nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import BadTimeline, Rig, load_library
from tests.oracle.written import write_library, write_yaml

SIGNAL = {
    "signal": "welcome",
    "owner": "me",
    "reason": "Who says who it is gets a welcome.",
    "status": "live",
    "follow": ["view", {"type": "identity.linked", "where": "properties.identity == 'anon:1'"}, "view"],
}
VIEW = {"at": "2026-01-05 10:00", "type": "view"}


def outcome(folder: Path, link: dict[str, object], moment: str) -> bool:
    """Whether it fires at that moment, as its timeline says."""
    write_library({"library": {"name": "shop", "format": 1}, "signals": [SIGNAL]}, folder)
    steps = [VIEW, {"after": "1m", "type": "identity.linked", **link}, {"after": "1m", "type": "view"}]
    write_yaml(folder / "signals" / "welcome.test.yaml", [{"name": "x", "timeline": steps, "fires": [{"at": moment}]}])  # type: ignore[arg-type]
    library = load_library(folder)
    return Rig(library).run(library.timelines[0]).passed


@pytest.mark.parametrize(("moment", "good"), [("2026-01-05 10:02", True), ("2026-01-05 10:01", False)])
def test_a_link(tmp_path: Path, moment: str, good: bool) -> None:
    assert outcome(tmp_path, {"properties": {"to": "anon:1"}}, moment) is good


def test_a_link_that_says_too_little(tmp_path: Path) -> None:
    with pytest.raises(BadTimeline, match=r"touchpoint 2: wrong type at \$.properties.to: None; expected the id"):
        outcome(tmp_path, {}, "2026-01-05 10:02")
