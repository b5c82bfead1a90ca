"""What the README shows works as it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import orjson

from rules import Partition, Rig, compile_plan, load_library
from streams.cli.application import MODULES

README = (Path(__file__).parents[1] / "README.md").read_text()
HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record of the log, as the core asks for it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def blocks(language: str) -> list[str]:
    """The README's blocks of code in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def write_library(folder: Path) -> Path:
    """The README's files, which say their names in their first lines, and the least that goes with them."""
    files = {re.match(r"# (\S+)\n", text)[1]: text for text in blocks("yaml")}  # type: ignore[index]
    files["library.yaml"] = f"name: readme\nformat: 1\n{files['library.yaml']}"
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_its_signal_fires_for_its_touchpoint_an_hour_later(tmp_path: Path) -> None:
    plan = compile_plan(load_library(write_library(tmp_path)))
    shown = orjson.loads(blocks("json")[0])
    viewed = {**shown, "type": "product.viewed"}
    consent = {**shown, "id": "0", "type": "profile.updated", "properties": {"email_consent": True}}
    touchpoints = [consent, {**viewed, "id": "1"}, {**viewed, "id": "2"}, shown]
    basket_time = 1_767_607_200_000
    records = [
        LogRecord(offset, basket_time, touchpoint["customer"].encode(), orjson.dumps(touchpoint))
        for offset, touchpoint in enumerate(touchpoints)
    ]
    due = basket_time + HOUR
    tick = LogRecord(len(records), due, None, orjson.dumps({"type": "clock.tick", "time": due}))

    done = Partition(plan, {}, number=0, log="readme").evaluate([*records, tick])

    (trigger,) = done.triggers
    assert (trigger.channel, trigger.key) == ("email", b"c-1042")
    event = orjson.loads(trigger.value)
    assert event["id"] == f"abandoned-basket:c-1042:{due}"
    assert event["data"]["content"] == "basket-reminder"
    assert done.dead_letters == []


def test_its_timeline_comes_out_as_it_says(tmp_path: Path) -> None:
    library = load_library(write_library(tmp_path))
    (timeline,) = library.timelines
    assert Rig(library).run(timeline).passed
    assert timeline.fires


def test_the_commands_it_names_are_there() -> None:
    named = set(re.findall(r"^\| `(\w+)[^`]*` \|", README, flags=re.MULTILINE))

    assert {"demo", "run", "topics", "check", "replay", "import", "log"} <= named & set(MODULES)
    assert set(re.findall(r"\btelltale (\w+)", " ".join(blocks("console")))) <= set(MODULES)


def test_the_places_it_names_are_there() -> None:
    root = Path(__file__).parents[1]
    places = re.findall(r"`((?:rules|streams|tests|deploy)/[\w./-]*)`", README)

    assert len(places) >= 8
    assert [place for place in places if not (root / place).exists()] == []
