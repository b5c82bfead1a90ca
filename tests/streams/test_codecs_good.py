"""What records of each format mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules import decode_touchpoint
from streams.codecs import codec_for
from streams.codecs.segment import type_of
from streams.ingest import translate
from tests.streams.records import Incoming


def decoded(name: str, value: Any, **record: Any) -> Any:
    return codec_for(name)(Incoming(json.dumps(value).encode(), **record))


class TestNative:
    def test_is_passed_on_with_all_its_fields(self) -> None:
        touchpoint = {"id": "n1", "type": "a", "time": 5, "customer": "ann", "properties": {"x": [1]}, "own": True}
        assert decoded("native", touchpoint) == touchpoint

    def test_gets_its_position_as_id_and_its_key_as_customer(self) -> None:
        assert decoded("native", {"type": "a", "time": 5}, key=b"ann") == {
            "type": "a",
            "time": 5,
            "id": "clicks:3:17",
            "customer": "ann",
        }

    def test_is_forwarded_under_its_customer(self) -> None:
        forwarded = translate(
            codec_for("native"), Incoming(b'{"type":"a","time":5,"customer":"ann"}', key=b"session 9")
        )
        assert forwarded == [(b"ann", b'{"type":"a","time":5,"customer":"ann","id":"clicks:3:17"}')]

    def test_a_context_is_of_nobody_and_for_all_partitions(self) -> None:
        said = {"type": "context.updated", "time": "2026-01-05T10:00:00Z", "properties": {"weather": "rain"}}
        value = json.dumps({**said, "customer": "ann", "id": "1", "from": "0:1"}).encode()
        [(key, forwarded)] = translate(codec_for("native"), Incoming(value, key=b"session 9"))  # type: ignore[misc]
        assert (key, json.loads(forwarded or b"")) == (None, said)

    def test_a_context_without_a_time_has_that_of_its_record(self) -> None:
        forwarded = decoded("native", {"type": "context.updated", "properties": {}}, timestamp=77)
        assert forwarded == {"type": "context.updated", "time": 77, "properties": {}}

    def test_a_from_is_left_out(self) -> None:
        touchpoint = {"id": "n1", "type": "a", "time": 5, "customer": "ann"}
        assert decoded("native", touchpoint | {"from": "0:7"}) == touchpoint


TRACK = {
    "type": "track",
    "event": "Order Completed",
    "userId": "ann",
    "anonymousId": "x1",
    "messageId": "m1",
    "timestamp": "2026-01-05T10:00:00.000Z",
    "originalTimestamp": "2026-01-05T11:00:00.000Z",
    "channel": "browser",
    "context": {"campaign": {"source": "newsletter"}},
    "properties": {"sku": "tent-4", "brand": "acme", "revenue": 99.5, "coupon": "MAY"},
}


class TestSegment:
    def test_track(self) -> None:
        assert decoded("segment", TRACK) == {
            "id": "m1",
            "time": "2026-01-05T10:00:00.000Z",
            "customer": "ann",
            "identities": {"user": "ann", "anonymous": "x1"},
            "channel": "web",
            "source": "newsletter",
            "type": "order_completed",
            "product": "tent-4",
            "brand": "acme",
            "value": 99.5,
            "properties": {"sku": "tent-4", "brand": "acme", "revenue": 99.5, "coupon": "MAY"},
        }

    def test_what_properties_hold_of_another_shape_stays_there(self) -> None:
        properties = {"product_id": ["a", "b"], "value": "9.50", "brand": True}
        fields = decoded("segment", TRACK | {"properties": properties})
        assert not {"product", "brand", "value"} & set(fields)
        assert fields["properties"] == properties

    @pytest.mark.parametrize("context", [None, "web", {"campaign": "may"}, {"campaign": {"source": 5}}])
    def test_a_context_of_another_shape_is_left(self, context: object) -> None:
        assert "source" not in decoded("segment", TRACK | {"context": context})

    @pytest.mark.parametrize(
        ("call", "more", "expected"),
        [
            ("page", {"name": "Home"}, {"type": "page_view", "content": "Home", "properties": {}}),
            (
                "page",
                {"properties": {"path": "/x"}},
                {"type": "page_view", "content": "/x", "properties": {"path": "/x"}},
            ),
            ("screen", {"name": "Cart"}, {"type": "screen_view", "content": "Cart", "properties": {}}),
            ("identify", {"traits": {"age": 40}}, {"type": "profile.updated", "properties": {"age": 40}}),
            (
                "group",
                {"groupId": "g", "traits": {"n": 2}},
                {"type": "group.joined", "properties": {"n": 2, "group": "g"}},
            ),
        ],
    )
    def test_other_calls(self, call: str, more: dict[str, Any], expected: dict[str, Any]) -> None:
        common = {"id": "m1", "time": "t", "customer": "ann", "identities": {"user": "ann"}}
        message = {"type": call, "userId": "ann", "messageId": "m1", "timestamp": "t"}
        assert decoded("segment", message | more) == common | expected

    def test_an_anonymous_visitor_without_a_message_id(self) -> None:
        fields = decoded("segment", {"type": "page", "anonymousId": "x1", "sentAt": "2026-01-05T10:00:00Z"})
        assert (fields["customer"], fields["id"]) == ("anon:x1", "clicks:3:17")
        assert (fields["identities"], fields["time"]) == ({"anonymous": "x1"}, "2026-01-05T10:00:00Z")

    def test_an_identify_with_both_ids_links_them(self) -> None:
        message = {"type": "identify", "userId": "ann", "anonymousId": "x1", "messageId": "m1", "timestamp": "t"}
        identities = {"user": "ann", "anonymous": "x1"}
        assert decoded("segment", message | {"traits": {"age": 40}}) == [
            {
                "id": "m1",
                "time": "t",
                "customer": "ann",
                "identities": identities,
                "type": "profile.updated",
                "properties": {"age": 40},
            },
            {
                "id": "m1:anon:x1",
                "time": "t",
                "customer": "ann",
                "identities": identities,
                "type": "identity.linked",
                "properties": {"to": "anon:x1"},
            },
        ]

    @pytest.mark.parametrize(
        ("anonymous", "others"),
        [({"anonymousId": "x1"}, ["anon:x1"]), ({"anonymousId": "y"}, ["x1"]), ({}, ["anon:x1", "x1"])],
    )
    def test_an_alias_links_what_may_be_meant(self, anonymous: dict[str, str], others: list[str]) -> None:
        message = {"type": "alias", "userId": "ann", "previousId": "x1", "messageId": "m1", "timestamp": "t"}
        links = decoded("segment", message | anonymous)
        assert [(one["customer"], one["type"], one["properties"]["to"]) for one in links] == [
            ("ann", "identity.linked", other) for other in others
        ]

    @pytest.mark.parametrize(
        ("event", "kind"),
        [
            ("Product Viewed", "product_viewed"),
            ("order.placed", "order.placed"),
            ("  A -- b!", "a_--_b"),
            ("Été", "été"),
        ],
    )
    def test_types(self, event: str, kind: str) -> None:
        assert type_of(event) == kind


EVENT = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/shop",
    "type": "order.placed",
    "time": "2026-01-05T10:00:00Z",
    "subject": "ann",
    "data": {"value": 9.5, "product": "tent", "coupon": "MAY", "properties": {"size": "l"}},
}
TOUCHPOINT = {
    "id": "/shop#e1",
    "type": "order.placed",
    "time": "2026-01-05T10:00:00Z",
    "customer": "ann",
    "source": "/shop",
    "value": 9.5,
    "product": "tent",
    "properties": {"coupon": "MAY", "size": "l"},
}


class TestCloudEvents:
    def test_structured(self) -> None:
        assert decoded("cloudevents", EVENT) == TOUCHPOINT

    def test_binary(self) -> None:
        headers = tuple((f"ce_{name}", str(value).encode()) for name, value in EVENT.items() if name != "data")
        headers += (("content-type", b"application/json"),)
        assert decoded("cloudevents", EVENT["data"], headers=headers) == TOUCHPOINT

    def test_structured_by_its_content_type(self) -> None:
        headers = (("ce_specversion", b"1.0"), ("Content-Type", b"application/cloudevents+json; charset=UTF-8"))
        assert decoded("cloudevents", EVENT, headers=headers) == TOUCHPOINT

    def test_without_time_it_is_that_of_the_record(self) -> None:
        event = {name: value for name, value in EVENT.items() if name != "time"}
        assert decoded("cloudevents", event)["time"] == "2026-01-05T10:00:00.000Z"

    def test_binary_without_data(self) -> None:
        headers = (("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"s"), ("ce_type", b"a"))
        fields = codec_for("cloudevents")(Incoming(None, key=b"ann", headers=headers))
        assert fields is not None
        assert (fields["customer"], fields["properties"], fields["id"]) == ("ann", {}, "s#1")

    @pytest.mark.parametrize(("data", "customer"), [({"customer": "bob"}, "bob"), ({}, "ann")])
    def test_the_customer_in_the_data_goes_before_the_subject(self, data: dict[str, str], customer: str) -> None:
        assert decoded("cloudevents", EVENT | {"data": data})["customer"] == customer

    def test_a_broken_header_is_refused(self) -> None:
        headers = (("ce_specversion", b"1.0"), ("ce_id", b"\xff"), ("ce_source", b"s"), ("ce_type", b"a"))
        refused = translate(codec_for("cloudevents"), Incoming(b"{}", headers=headers))
        assert getattr(refused, "place", None) == "header ce_id"


@pytest.mark.parametrize(("name", "value"), [("segment", TRACK), ("cloudevents", EVENT)])
def test_what_comes_out_is_a_touchpoint(name: str, value: Any) -> None:
    forwarded = translate(codec_for(name), Incoming(json.dumps(value).encode()))
    assert isinstance(forwarded, list)
    [(_, made, *_)] = forwarded
    assert made is not None
    assert decode_touchpoint(made).time == 1_767_607_200_000
