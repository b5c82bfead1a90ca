"""Settings: where they come from, what is refused, what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.settings import OPTIONS, Settings, SettingsError, Source, load, ssl_context


def problems(environ: dict[str, str], **given: object) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(environ, given)
    return caught.value.problems


def test_defaults() -> None:
    assert load({}) == Settings()


def test_environment_and_command_line_which_wins() -> None:
    settings = load({"TELLTALE_BROKER": "a:1", "TELLTALE_PARTITIONS": "8"}, {"broker": "b:2", "partitions": None})
    assert (settings.broker, settings.partitions) == ("b:2", 8)


def test_typed_values_are_taken_as_they_are() -> None:
    settings = load({}, {"web_port": 0, "create_topics": True, "library": Path("lib"), "wait": 1.5})
    assert (settings.web_port, settings.create_topics, settings.library, settings.wait) == (0, True, Path("lib"), 1.5)


def test_all_problems_at_once_with_place_found_and_expected() -> None:
    found = problems({"TELLTALE_WEB_PORT": "x", "TELLTALE_STORE": "disk", "TELLTALE_CREATE_TOPICS": "maybe"}, poll=0)
    assert found == (
        "TELLTALE_STORE: found 'disk', expected one of memory, rocksdb",
        "TELLTALE_WEB_PORT: found 'x', expected a whole number from 0 to 65,535",
        "--poll: found '0', expected a whole number from 1 to 100,000",
        "TELLTALE_CREATE_TOPICS: found 'maybe', expected yes or no",
    )


def test_empty_variables_count_as_not_given() -> None:
    assert load({"TELLTALE_WEB_PORT": ""}).web_port == Settings().web_port


def test_sources() -> None:
    settings = load({"TELLTALE_SOURCES": "web=segment, shop.events=cloudevents,site=json:map.yaml"})
    assert settings.sources == (
        Source("web", "segment"),
        Source("shop.events", "cloudevents"),
        Source("site", "json", Path("map.yaml")),
    )
    assert load({}, {"sources": ["a=native", "b=segment"]}).sources == (Source("a", "native"), Source("b", "segment"))


@pytest.mark.parametrize("text", ["web", "web=", "=segment", "web=avro", "web=json", "web=segment:map.yaml"])
def test_sources_that_cannot_be_used(text: str) -> None:
    expected = "TOPIC=FORMAT, FORMAT one of native, segment, cloudevents, json:MAPPING.yaml"
    assert problems({"TELLTALE_SOURCES": text}) == (f"TELLTALE_SOURCES: found {text!r}, expected {expected}",)


def test_namespace_goes_before_names() -> None:
    assert load({"TELLTALE_NAMESPACE": "eu"}).name("touchpoints") == "eu.touchpoints"
    assert load({}).name("touchpoints") == "touchpoints"
    assert problems({"TELLTALE_NAMESPACE": "a b"})


def test_secrets_are_not_shown() -> None:
    settings = load({"TELLTALE_SASL_PASSWORD": "hunter2", "TELLTALE_SSL_PASSWORD": "swordfish"})
    text = "\n".join(settings.lines())
    assert "hunter2" not in text
    assert "swordfish" not in text
    assert "sasl_password = (hidden)" in settings.lines()
    assert len(settings.lines()) == len(OPTIONS)


def test_contradictions(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("x")
    found = problems(
        {
            "TELLTALE_SECURITY_PROTOCOL": "sasl_ssl",
            "TELLTALE_SSL_CAFILE": "/no/ca.pem",
            "TELLTALE_SSL_KEYFILE": str(key),
        }
    )
    assert found == (
        "ssl_cafile: found no file /no/ca.pem, expected a readable PEM file",
        "sasl_username: found none, expected a user, as security_protocol is SASL_...",
        "ssl_certfile: found none, expected the certificate of ssl_keyfile",
    )


def test_tls_only_where_the_protocol_has_it() -> None:
    assert ssl_context(load({})) is None
    assert ssl_context(load({"TELLTALE_SECURITY_PROTOCOL": "SSL"})) is not None
