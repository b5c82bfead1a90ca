"""What reads what."""

from __future__ import annotations

from pathlib import Path

from rules import load_library
from rules.docs.areas import Groups, area_of
from rules.docs.uses import Reader, Uses
from rules.relations import Relations
from tests.rules.docs.sites import GOOD
from tests.rules.libraries import written

USES = Uses(Relations(load_library(GOOD)))


def names(*readers: Reader) -> list[str]:
    return [f"{reader.topic} {reader.name}" for reader in readers]


def test_readers_of_a_feature_a_segment_and_a_field() -> None:
    assert names(*USES.readers("feature", "heat")) == ["signal keen"]
    assert names(*USES.readers("segment", "young")) == ["segment young_family", "signal dates.renewal"]
    assert names(*USES.readers("profile", "email_consent")) == ["signal retail.abandoned-basket"]
    assert names(*USES.readers("profile", "contract.ends")) == [
        "segment renewing",
        "signal dates.renewal",
        "signal dates.renewing",
    ]
    assert names(*USES.readers("field", "dwell")) == ["feature main_interest", "feature product_views", "signal tried"]
    assert "signal retail.abandoned-basket" in names(*USES.readers("field", "product"))  # its `per`
    assert names(*USES.readers("field", "led_by")) == [
        "feature attention_14d",
        "feature momentum",
        "signal retail.ready-to-buy",
    ]


def test_readers_of_firings() -> None:
    assert names(*USES.readers("signal", "keen")) == ["signal dates.reminded"]
    assert names(*USES.readers("signal", "retail.abandoned-basket")) == ["feature reminders", "signal dates.reminded"]


def test_readers_of_a_type_by_its_name_and_by_wildcards() -> None:
    assert names(*USES.readers_of_type("rep.visited")) == ["signal retail.ready-to-buy"]
    assert names(*USES.readers("type", "*")) == ["feature brand_heat", "feature first_channel", "signal care.win-back"]
    assert "feature attention_14d" in names(*USES.readers_of_type("content.viewed"))
    assert "feature first_channel" not in names(*USES.readers_of_type("signal.fired"))


def test_the_customers_zone_is_read_with_dates() -> None:
    readers = names(*USES.readers("profile", "time_zone"))
    assert {"signal dates.birthday", "segment renewing"} <= set(readers)


def test_areas() -> None:
    assert area_of("a.b", "signals/x.yaml") == "a"
    assert area_of("a.b", "signals/deep/er/x.yaml") == "deep/er"
    assert area_of("a", "signals/x.yaml") == ""


def test_loops_are_those_of_what_a_signal_and_its_features_look_at(tmp_path: Path) -> None:
    files = {
        "interactions.yaml": "a: {loop: one}\nb: {loop: two}\nc: {}\n",
        "features.yaml": "bs: {count: b}\neverything: {count: '*'}\n",
        "signals/x.yaml": "signal: x\nstatus: live\nsilent: 1d\nof: a\nif: bs > 1\n",
        "signals/y.yaml": "signal: y\nstatus: live\nwhen: everything > 3\n",
    }
    library = load_library(written(tmp_path, files))
    places = {"x": "signals/x.yaml", "y": "signals/y.yaml"}
    loops = Groups(library, places, Uses(Relations(library))).loops
    assert [(group.name, [one.name for one in group.signals]) for group in loops] == [
        ("one", ["x"]),
        ("two", ["x"]),
        (None, ["y"]),
    ]
