"""The board and the alerts read what streams/metrics.py declares, and what is declared is explained and shown."""

from __future__ import annotations

import re

import pytest
from prometheus_client import generate_latest

from streams.metrics import SPECS, Metrics
from tests.deploy.expressions import SERIES_OF_A_HISTOGRAM, Expression, everywhere

OF_PROMETHEUS = {"le", "instance", "job"}


def series() -> dict[str, frozenset[str]]:
    """Each time series that the detector exports, with its labels."""
    found: dict[str, frozenset[str]] = {}
    for spec in SPECS:
        suffixes = ("_bucket", "_sum", "_count") if spec.kind == "histogram" else ("",)
        found |= {spec.full_name + suffix: frozenset(spec.labels) for suffix in suffixes}
    return found


@pytest.mark.parametrize("expression", list(everywhere()), ids=lambda expression: expression.where)
def test_what_is_read_is_declared(expression: Expression) -> None:
    known = series()

    assert expression.series <= set(known), f"{expression.where} reads what no metric is"
    labels = frozenset().union(*(known[name] for name in expression.series))
    assert expression.labels <= labels | OF_PROMETHEUS, f"{expression.where} groups by what no metric carries"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.full_name)
def test_what_is_declared_is_described(spec: object) -> None:
    assert len(getattr(spec, "meaning", "").split()) >= 2
    assert len(getattr(spec, "remedy", "").split()) >= 2


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.full_name)
def test_what_is_declared_is_on_the_board_or_in_an_alert(spec: object) -> None:
    read = {name for expression in everywhere() for name in expression.series}
    base = {SERIES_OF_A_HISTOGRAM.sub("", name) for name in read} | read

    assert getattr(spec, "full_name", "") in base


def test_what_is_read_of_the_process_is_exported() -> None:
    read = {name for expression in everywhere() for name in re.findall(r"\bprocess_\w+", expression.text)}
    exported = set(re.findall(r"^# TYPE (\w+)", generate_latest(Metrics().registry).decode(), flags=re.MULTILINE))

    assert read
    assert read <= exported
