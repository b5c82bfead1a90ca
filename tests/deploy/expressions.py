"""Every PromQL expression that the project ships, with where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
ALERT_TESTS = DEPLOY / "prometheus" / "alerts.test.yml"
BOARD = DEPLOY / "grafana" / "telltale.json"

SERIES_OF_A_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


@dataclass(frozen=True, slots=True)
class Expression:
    """PromQL and where it stands."""

    where: str
    text: str

    @property
    def series(self) -> set[str]:
        """The names of Telltale's time series that it reads."""
        return set(re.findall(r"\btelltale_\w+", self.text))

    @property
    def labels(self) -> set[str]:
        """The labels that it groups by or selects."""
        grouped = re.findall(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)", self.text)
        selected = re.findall(r"[{,]\s*(\w+)\s*(?:=~|!~|!=|=)", self.text)
        return {label.strip() for group in grouped for label in group.split(",") if label.strip()} | set(selected)


def alerts() -> list[dict[str, Any]]:
    """All alert rules as they are written."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def board() -> dict[str, Any]:
    """The Grafana board."""
    read: dict[str, Any] = json.loads(BOARD.read_text())
    return read


def panels() -> list[dict[str, Any]]:
    """All panels of the board but the headings of its rows."""
    return [panel for panel in board()["panels"] if panel["type"] != "row"]


def everywhere() -> Iterator[Expression]:
    """The expressions of the alerts and of the board."""
    for rule in alerts():
        yield Expression(f"alert {rule['alert']}", rule["expr"])
    for panel in panels():
        for target in panel["targets"]:
            yield Expression(f"panel {panel['title']}", target["expr"])
