"""Prometheus's own tool reads the configuration and the rules, and runs the rules' unit tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest

from streams.metrics import Metrics
from tests.deploy.expressions import ALERT_TESTS, ALERTS, DEPLOY, alerts, panels

GRAFANA_VARIABLES = {"$__rate_interval": "1m", "$__range": "1h", "$__interval": "15s"}


def promtool(*arguments: str | Path, given: str = "") -> str:
    """Runs promtool and returns what it printed; a failure of it is the test's."""
    program = shutil.which("promtool")
    if program is None:
        how = "promtool is not in PATH; install it (Debian: apt-get install prometheus)"
        pytest.fail(how) if os.environ.get("CI") else pytest.skip(how)
    done = subprocess.run(
        [program, *map(str, arguments)], input=given, capture_output=True, text=True, timeout=150, check=False
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    return printed


def test_configuration_is_valid() -> None:
    promtool("check", "config", DEPLOY / "prometheus" / "prometheus.yml")


def test_rules_are_valid() -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "rules", ALERTS)


def test_rules_fire_and_stay_quiet_as_their_tests_say() -> None:
    assert "SUCCESS" in promtool("test", "rules", ALERT_TESTS)


def test_what_the_detector_exports_is_as_prometheus_likes_it() -> None:
    metrics = Metrics()
    metrics.event_to_trigger.observe(0.004, ("signal", "email"))
    metrics.touchpoints.labels("page.home").inc()

    exported = generate_latest(metrics.registry).decode()

    assert 'telltale_event_to_trigger_seconds_bucket{channel="email",le="0.005",signal="signal"} 1.0' in exported
    assert promtool("check", "metrics", given=exported) == ""


def test_board_expressions_are_valid(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}:{index}", "expr": _plain(target["expr"])}
        for number, panel in enumerate(panels())
        for index, target in enumerate(panel["targets"])
    ]
    written = tmp_path / "board.yml"
    written.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))

    assert f"{len(rules)} rules found" in promtool("check", "rules", written)


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_each_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "runbook"}
    assert all(text.strip() for text in rule["annotations"].values())


@pytest.mark.parametrize("name", [rule["alert"] for rule in alerts()])
def test_each_alert_has_a_test_in_which_it_fires_and_one_in_which_it_is_quiet(name: str) -> None:
    tests = yaml.safe_load(ALERT_TESTS.read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"] if case["alertname"] == name]

    assert any(case["exp_alerts"] for case in cases)
    assert any(not case["exp_alerts"] for case in cases)


def _plain(expression: str) -> str:
    for variable, value in GRAFANA_VARIABLES.items():
        expression = expression.replace(variable, value)
    return expression
