"""docker-compose.yml, the image and the provisioning fit the files and the settings that they name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from typer.main import get_command

from streams.settings import load
from tests.deploy.expressions import BOARD, DEPLOY, board, panels

ROOT = DEPLOY.parent
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()


def environment() -> dict[str, str]:
    """What the detector's container finds in its environment: the image's, then the compose file's."""
    image = dict(re.findall(r"(TELLTALE_\w+)=(\S+)", DOCKERFILE))
    return image | SERVICES["detector"]["environment"]


def test_the_detectors_environment_is_all_settings() -> None:
    settings = load(environment())

    known = {f"TELLTALE_{name.upper()}" for name in settings.__dataclass_fields__}
    assert set(environment()) <= known
    assert settings.broker == "kafka:19092"
    assert settings.create_topics
    assert settings.library == Path("/library")
    assert settings.publish


def test_prometheus_scrapes_the_port_that_the_detector_serves() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    found = {scrape["job_name"]: scrape["dns_sd_configs"][0] for scrape in config["scrape_configs"]}

    assert {job: one["names"] for job, one in found.items()} == {
        "telltale": ["detector"],
        "telltale-connectors": ["connector"],
    }
    assert {one["port"] for one in found.values()} == {load(environment()).web_port}
    assert str(load(environment()).web_port) == SERVICES["connector"]["environment"]["TELLTALE_WEB_PORT"]
    assert f"EXPOSE {load(environment()).web_port}" in DOCKERFILE


def test_the_connectors_environment_is_settings_and_options_of_its_command() -> None:
    from streams.cli.connect import app

    service = SERVICES["connector"]
    kind = service["command"][1]
    options = get_command(app()).commands[kind].params  # type: ignore[attr-defined]
    of_command = {option.envvar for option in options if getattr(option, "envvar", None)}
    settings = load(service["environment"])
    known = {f"TELLTALE_{name.upper()}" for name in settings.__dataclass_fields__} | of_command

    assert service["command"][0] == "connect"
    assert set(service["environment"]) <= known
    assert settings.broker == "kafka:19092"


def test_what_is_mounted_and_copied_is_there() -> None:
    mounted = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    hosts = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")[0] for volume in mounted]
    copied = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]

    assert [host for host in hosts if host.startswith(".") and not (ROOT / host).exists()] == []
    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []


def test_the_image_gets_all_that_it_copies_and_nothing_of_the_tests() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert {"pyproject.toml", "constraints.txt", "README.md", "LICENSE", "NOTICE", "rules", "streams"} == kept


def test_grafana_finds_its_source_and_its_board() -> None:
    provisioning = DEPLOY / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"]
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "telltale.yaml").read_text())["providers"]
    targets = [volume.split(":")[1] for volume in SERVICES["grafana"]["volumes"]]

    assert {panel["datasource"]["uid"] for panel in panels()} == {source["uid"]}
    assert f"{provider['options']['path']}/{BOARD.name}" in targets
    assert SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] in targets


def test_the_boards_panels_have_names_and_meanings_and_lie_side_by_side() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board()["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + dx, place["y"] + dy) for dx in range(place["w"]) for dy in range(place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, f"{panel['title']} lies on another panel"
        taken |= cells
    assert len({panel["title"] for panel in panels()}) == len(panels())
    assert all(panel["description"] for panel in panels())
