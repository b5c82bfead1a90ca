"""Libraries that are right: what they declare, and that two folders that mean the same are the same."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from rules.declaration import (
    Channel,
    DateWindow,
    Feature,
    Follow,
    Interaction,
    Library,
    Segment,
    Signal,
    Silence,
    Silent,
    Source,
    Step,
    Then,
    Weight,
    When,
    Without,
)
from rules.digest import digest
from rules.parse import load_library

TESTDATA = Path(__file__).parent.parent / "testdata"
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


@pytest.fixture(scope="module")
def shop() -> Library:
    return load_library(TESTDATA / "good" / "shop")


def feature(library: Library, name: str) -> Feature:
    return next(feature for feature in library.features if feature.name == name)


def signal(library: Library, name: str) -> Signal:
    return next(signal for signal in library.signals if signal.name == name)


def test_w1() -> None:
    library = load_library(TESTDATA / "w1" / "library")
    keen = Signal(
        "keen",
        "bench",
        "The workload W1 asks for it.",
        "live",
        1.0,
        When("views_1h >= 5"),
        then=Then("email", "keen"),
    )
    assert signal(library, "keen") == keen
    assert signal(library, "hot").pattern == When("heat >= 20")
    basket = Follow((Step(("add_to_cart",), None, 90 * DAY), Silence(("purchase",), 30 * MINUTE)), "latest")
    assert signal(library, "abandoned").pattern == basket
    assert library.channels == (Channel("email"),)
    assert [feature.name for feature in library.features] == ["heat", "views_1h"]


def test_smallest() -> None:
    library = load_library(TESTDATA / "good" / "smallest")
    assert replace(library, digest="") == Library("smallest", "")


def test_settings(shop: Library) -> None:
    assert (shop.name, shop.time_zone, shop.currency, shop.late_by) == ("shop", "Europe/Brussels", "EUR", 36 * HOUR)
    assert shop.sources == (Source("kiosk", 30 * MINUTE), Source("tablet", 72 * HOUR))
    assert shop.forget_after == 730 * DAY


def test_catalogue(shop: Library) -> None:
    assert shop.has_catalogue
    says = Interaction("product_view", "Looked at a product", "web", "nurturing", "viewed")
    assert says in shop.interactions
    assert Interaction("content.video.watched") in shop.interactions
    assert (
        Interaction("rep.visited", "A rep came by", "rep", "experience", "participated", 12 * HOUR) in shop.interactions
    )
    assert Interaction("email_open", deprecated="use email.opened") in shop.interactions


def test_segments(shop: Library) -> None:
    assert shop.segments == (
        Segment("renewing", "0 <= days_until(profile.contract.ends) <= 30"),
        Segment("young", "profile.age < 40"),
        Segment("young_family", "profile.children >= 1 and segment.young"),
    )


def test_dates(shop: Library) -> None:
    assert signal(shop, "dates.birthday").pattern == DateWindow("birthday", after=0, yearly=True)
    assert signal(shop, "dates.renewal").pattern == DateWindow("contract.ends", ahead=30 * DAY)


def test_firings_of_other_signals(shop: Library) -> None:
    where = "properties.signal in ['retail.abandoned-basket', 'keen']"
    steps = Step(("signal.fired",), where, 90 * DAY), Silence(("order.placed",), 3 * DAY)
    assert signal(shop, "dates.reminded").pattern == Follow(steps)


@pytest.mark.parametrize(
    "expected",
    [
        Feature("views_1h", "count", ("product_view",), over=HOUR),
        Feature("spend_90d", "sum", ("order.placed",), "value", over=90 * DAY),
        Feature("attention_14d", "mean", ("content.*",), "attention", over=14 * DAY, where="led_by == 'customer'"),
        Feature("cheapest", "min", ("order.placed",), "value"),
        Feature("dearest", "max", ("basket.added", "order.placed"), "properties.price"),
        Feature("products_seen", "distinct", ("product_view",), "product", over=7 * DAY),
        Feature("last_order", "last", ("order.placed",), "time"),
        Feature("first_channel", "first", ("*",), "channel"),
        Feature("main_interest", "top", ("page_view", "product_view"), "product", "dwell", over=30 * DAY),
        Feature(
            "heat",
            "score",
            weights=(
                Weight("add_to_cart", 5.0),
                Weight("email_open", 3.0),
                Weight("page_view", 1.0),
                Weight("product_view", 2.0),
            ),
            half_life=DAY,
        ),
        Feature(
            "brand_heat",
            "score",
            weights=(Weight("*", "-1"), Weight("content.viewed", "2 * attention"), Weight("trigger.opened", 0.5)),
            half_life=7 * DAY,
            per="brand",
        ),
        Feature(
            "product_views",
            "count",
            ("content.*", "product_view"),
            over=3660 * DAY,
            where="exists(dwell) and dwell > 2",
            per="product",
        ),
        Feature("momentum", "trend", ("content.*",), over=7 * DAY, band=0.2, where="led_by != 'rep'"),
        Feature(
            "reminders",
            "count",
            ("signal.fired",),
            over=30 * DAY,
            where="properties.signal == 'retail.abandoned-basket'",
            per="product",
        ),
    ],
    ids=lambda feature: feature.name,
)
def test_features(shop: Library, expected: Feature) -> None:
    assert feature(shop, expected.name) == expected
    assert len(shop.features) == 14


def test_a_silence_in_a_follow(shop: Library) -> None:
    carried = (("interest", "main_interest"), ("views", "product_views"), ("one", "1"))
    assert signal(shop, "retail.abandoned-basket") == Signal(
        "retail.abandoned-basket",
        "ecommerce",
        "A basket left for an hour is the warmest lead a shop has.",
        "live",
        12.0,
        Follow((Step(("basket.added",), None, 90 * DAY), Silence(("order.placed",), HOUR)), "latest"),
        "product",
        "profile.email_consent",
        14 * DAY,
        Then("email", "basket-reminder", carried, DAY),
    )


def test_steps(shop: Library) -> None:
    assert signal(shop, "retail.ready-to-buy").pattern == Follow(
        (
            Step(
                ("content.*", "product_view"),
                "led_by == 'customer'",
                90 * DAY,
                times=3,
                same=("product", "properties.size"),
            ),
            Without(("rep.visited",)),
            Step(("basket.added",), None, 2 * DAY),
            Step(("order.placed",), None, 90 * DAY),
        )
    )


def test_hold_silent_and_defaults(shop: Library) -> None:
    keen = signal(shop, "keen")
    assert keen.pattern == When("views_1h >= 5 and (heat > 20 or brand_heat['tent'] > 3)", 5 * MINUTE)
    win_back = signal(shop, "care.win-back")
    assert (win_back.pattern, win_back.value) == (Silent(30 * DAY, ("*",)), 0.0)
    assert (win_back.owner, win_back.per, win_back.again, win_back.then) == (None, None, None, Then())
    assert win_back.then.expires == 48 * HOUR


def test_text_is_what_yaml_1_2_says(shop: Library) -> None:
    assert signal(shop, "keen").reason == "yes, on 2026-01-05 at 12:30"


def test_declarations_are_sorted_by_name(shop: Library) -> None:
    for declarations in (shop.signals, shop.features, shop.segments, shop.channels, shop.interactions, shop.sources):
        names = [declaration.name for declaration in declarations]
        assert names == sorted(names)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(TESTDATA / "good" / "shop", tmp_path / "copy")
    return tmp_path / "copy"


def test_digest_is_of_the_meaning_alone(shop: Library, copy: Path) -> None:
    (copy / "signals" / "care" / "win-back.yaml").rename(copy / "signals" / "a.yaml")
    features = (copy / "features.yaml").read_text().splitlines(keepends=True)
    block = features.index("product_views:\n")
    (copy / "features.yaml").write_text("".join(["# turned\n", *features[block:], "\n", *features[:block][::-1]]))
    keen = (copy / "signals" / "keen.yaml").read_text()
    (copy / "signals" / "keen.yaml").write_text(keen.replace("value: 3", "value: 3.0").replace("5m", "300s"))
    assert load_library(copy) == shop


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("library.yaml", "36h", "35h"),
        ("library.yaml", "Brussels", "Paris"),
        ("library.yaml", "72h", "71h"),
        ("library.yaml", "730d", "731d"),
        ("segments.yaml", "< 40", "< 41"),
        ("interactions.yaml", "12h", "13h"),
        ("interactions.yaml", "use email.opened", "use opened"),
        ("features.yaml", "band: 0.2", "band: 0.3"),
        ("signals/dates/renewal.yaml", "ahead", "after"),
        ("signals/dates/renewal.yaml", "30d", "31d"),
        ("signals/dates/birthday.yaml", "birthday,", "born,"),
        ("signals/dates/birthday.yaml", "true", "false"),
        ("channels.yaml", "sms: {}", "sms: {}\npush: {}"),
        ("interactions.yaml", "page_view: {}", "page_view: {says: Looked}"),
        ("features.yaml", "over: 1h", "over: 2h"),
        ("features.yaml", "page_view: 1", "page_view: 1.5"),
        ("signals/keen.yaml", "owner: ecommerce", "owner: marketing"),
        ("signals/keen.yaml", "hold: 5m", "hold: 6m"),
        ("signals/tried.yaml", "how it was", "how it is"),
        ("signals/retail/ready-to-buy.yaml", "{without: rep.visited}", "rep.visited"),
        ("signals/retail/ready-to-buy.yaml", "{without: rep.visited}", "{without: rep.visited, for: 90d}"),
    ],
)
def test_digest_changes_with_the_meaning(shop: Library, copy: Path, file: str, before: str, after: str) -> None:
    text = (copy / file).read_text()
    assert before in text
    (copy / file).write_text(text.replace(before, after, 1))
    assert load_library(copy).digest != shop.digest


def test_digest_is_sha_256_in_hex(shop: Library) -> None:
    assert len(shop.digest) == 64
    assert int(shop.digest, 16) >= 0
    assert digest(shop) == shop.digest


def test_the_digest_of_what_is_published_must_not_change_with_a_release() -> None:
    """Where this fails, workers of the new release refuse every library that an older one has published."""
    quick = Path(__file__).parents[1] / "end_to_end" / "libraries" / "quick"
    assert load_library(quick).digest == "4d5f599087cb32f5841c6597b7cc147cab4e832ba04eb705a46cb0833d7ec2a3"


def test_what_is_not_said_is_not_in_the_digest() -> None:
    @dataclass(frozen=True, slots=True)
    class Grown(Library):
        later: str | None = None

    Grown.__name__ = "Library"  # the same declaration in a later release, with a key more
    small = Library("small", "", features=(Feature("views", "count", ("page_view",)),))
    grown = Grown("small", "", features=small.features)
    assert digest(grown) == digest(small)
    assert digest(replace(grown, later="said")) != digest(small)


def test_mounted_configuration(copy: Path, tmp_path: Path, shop: Library) -> None:
    """Kubernetes mounts files as links into a hidden folder."""
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    copy.rename(mounted / "..data")
    for path in (mounted / "..data").iterdir():
        (mounted / path.name).symlink_to(path)
    assert load_library(mounted) == shop


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"%YAML 1.2\n---\n"])
def test_a_byte_order_mark_or_a_directive_does_no_harm(copy: Path, shop: Library, prefix: bytes) -> None:
    (copy / "library.yaml").write_bytes(prefix + (copy / "library.yaml").read_bytes())
    assert load_library(copy) == shop
