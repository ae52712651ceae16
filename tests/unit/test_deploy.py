"""What is shipped to run a site: service, containers, dashboard (the broker: cli/test_deploy)."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import socketserver
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tongluo.config.load import load
from tongluo.config.models import Config
from tongluo.core.units import QUANTITIES
from tongluo.core.words import Level
from tongluo.daemon import children
from tongluo.store.influx import line_of

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "tongluo.service"
UNITS = sorted(DEPLOY.glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


COMPOSE = yaml(ROOT / "docker-compose.yml")
SERVICES: dict[str, Any] = COMPOSE["services"]


# the service


def service() -> dict[str, str]:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(UNIT, encoding="utf-8")
    return dict(unit["Service"])


def test_the_service_reloads_stops_and_comes_back() -> None:
    told = service()
    assert told["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert (told["KillSignal"], told["KillMode"]) == ("SIGTERM", "mixed")
    assert float(told["TimeoutStopSec"]) > 2 * children.PATIENCE
    assert (told["Restart"], told["RestartPreventExitStatus"]) == ("on-failure", "2")


def test_the_service_may_write_to_its_own_folders_only() -> None:
    told = service()
    assert told["User"] == told["StateDirectory"] == told["CacheDirectory"] == "tongluo"
    assert (told["ProtectSystem"], told["ProtectHome"]) == ("strict", "yes")
    assert (told["NoNewPrivileges"], told["CapabilityBoundingSet"]) == ("yes", "")
    assert "MemoryDenyWriteExecute" not in told  # numba writes code and runs it
    assert told["Environment"].split()[0] == "XDG_CACHE_HOME=/var/cache/tongluo"


@needs_systemd
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_understands_the_service(tmp_path: Path, path: Path) -> None:
    # the program need not be installed here, only executable
    text = re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", path.read_text("utf-8"))
    (unit := tmp_path / path.name).write_text(text, encoding="utf-8")
    told = subprocess.run(
        [str(ANALYZE), "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout, path.name in told.stderr) == (0, "", False), told.stderr


# the containers


def test_the_site_has_its_five_services_each_with_a_health_check() -> None:
    assert set(SERVICES) == {"mosquitto", "influxdb", "tongluo", "console", "grafana"}
    assert all(s["healthcheck"]["test"] for s in SERVICES.values())
    assert SERVICES["influxdb"]["image"] == "influxdb:2"


def test_every_port_is_bound_to_this_machine() -> None:
    ports = [port for s in SERVICES.values() for port in s.get("ports", [])]
    assert len(ports) == 4
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)


def test_secrets_come_from_the_environment_and_must_be_given() -> None:
    example = (DEPLOY / ".env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^(\w+)=$", example, re.MULTILINE))
    assert not re.search(r"^\w+=.", example, re.MULTILINE)  # none has a value
    used = set[str]()
    for s in SERVICES.values():
        for key, value in s.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN", key):
                found = re.fullmatch(r"\$\{(\w+):\?[^}]+\}", value)
                assert found, f"{key} is written into the file"
                used.add(found[1])
    assert used == names


def test_what_is_mounted_is_there() -> None:
    mounts = [v for s in SERVICES.values() for v in s.get("volumes", [])]
    for mount in mounts:
        source = mount.split(":")[0]
        if source.startswith("."):
            assert source == "./site" or (ROOT / source).exists()
        else:
            assert source in COMPOSE["volumes"]
    assert (ROOT / SERVICES["tongluo"]["build"]["dockerfile"]).exists()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The configuration that docs/operations.md makes for the containers, by its own commands."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    block = re.search(r"## With containers\n\n```sh\n(.*?)```", text, re.DOTALL)
    assert block
    wanted = ("mkdir", "sed", "cat")
    lines = [line for line in block[1].splitlines() if line.split()[0] in wanted]
    assert [line.split()[0] for line in lines] == list(wanted)
    for name in ("stations.yaml", "deploy"):
        (tmp_path / name).symlink_to(ROOT / name)
    subprocess.run(["sh", "-ec", "\n".join(lines)], cwd=tmp_path, check=True)
    monkeypatch.setenv("INFLUX_TOKEN", "trial")
    return load(tmp_path / "site" / "stations.yaml").config


def test_the_containers_find_one_another(site: Config) -> None:
    assert site.broker.url == "mqtt://mosquitto:1883"
    assert site.influx is not None
    assert site.influx.url == "http://influxdb:8086"
    made = SERVICES["influxdb"]["environment"]
    assert site.influx.org == made["DOCKER_INFLUXDB_INIT_ORG"]
    assert site.influx.bucket == made["DOCKER_INFLUXDB_INIT_BUCKET"]
    assert site.influx.token is not None
    assert site.influx.token.env in SERVICES["tongluo"]["environment"]
    assert f"tongluo:{site.store.folder}" in SERVICES["tongluo"]["volumes"]


def test_the_image_is_made_from_the_lock_and_runs_without_root() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "FROM python:3.12-slim" in text
    assert "-c requirements.lock ." in text
    assert text.index("USER tongluo") < text.index("ENTRYPOINT")
    copied = {w for line in re.findall(r"COPY (.*)", text) for w in line.split()[:-1]}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    wanted = {name.rstrip("*") for name in packages["packages"]["find"]["include"]}
    assert copied == wanted | {"pyproject.toml", "requirements.lock"}
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert {line[1:] for line in kept if line.startswith("!")} == copied


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


class Socket(socketserver.UnixStreamServer):
    def get_request(self) -> tuple[Any, Any]:
        return super().get_request()[0], ("local", 0)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Path]:
    with Socket(str(tmp_path / "control.sock"), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield tmp_path
        server.shutdown()
        thread.join()


def healthy(folder: Path) -> bool:
    check = SERVICES["tongluo"]["healthcheck"]["test"]
    assert check[:3] == ["CMD", "python", "-c"]
    text = check[3].replace("/var/lib/tongluo", str(folder))
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, check=False)
    return told.returncode == 0


def test_the_health_check_tells_a_daemon_that_answers(daemon: Path) -> None:
    assert healthy(daemon)


def test_the_health_check_tells_a_daemon_that_does_not(tmp_path: Path) -> None:
    assert not healthy(tmp_path)


# the dashboard

DASHBOARD = json.loads((DEPLOY / "grafana/dashboards/tongluo.json").read_text(encoding="utf-8"))
QUERIES = {p["title"]: p["targets"][0]["query"] for p in DASHBOARD["panels"]}


def exported() -> dict[str, tuple[set[str], set[str]]]:
    """Measurement -> tags, fields: as the exporter writes them."""
    reading = ("r/rain", "rain", 1000, 0.5, 1, 0, None, 10.5)
    rows = [
        ("readings", reading),
        ("readings", (*reading[:6], 1, 10.5)),
        ("decisions", ("area", "flash_flood", "orange", 1)),
        ("conditions", ("silent", "r/rain", 1, 1)),
    ]
    found = {}
    for table, row in rows:
        head, fields, _ = line_of(table, row, frozenset({"r/rain"})).split(" ")
        measurement, *tags = head.split(",")
        found[measurement] = (
            {tag.split("=")[0] for tag in tags},
            {field.split("=")[0] for field in fields.split(",")},
        )
    return found


@pytest.mark.parametrize("title", QUERIES)
def test_a_panel_asks_for_what_the_exporter_writes(title: str) -> None:
    query = QUERIES[title]
    measurements = set(re.findall(r'r\._measurement == "(\w+)"', query))
    assert len(measurements) == 1
    tags, fields = exported()[measurements.pop()]
    assert set(re.findall(r'r\._field == "(\w+)"', query)) <= fields
    used = set(re.findall(r"r\.([a-z]\w*)", query))
    assert used <= tags | fields
    assert set(re.findall(r'r\.quantity == "(\w+)"', query)) <= set(QUANTITIES)
    kept = re.findall(r"(?:keep|group)\(columns: \[([^\]]*)\]", query)
    named = {name for part in kept for name in re.findall(r'"([a-z]\w*)"', part)}
    assert named <= tags
    assert re.search(r"last\(\)|v\.timeRangeStart|start: -24h", query)


def test_rain_levels_water_and_silence_are_shown() -> None:
    told = " ".join(QUERIES.values())
    for word in ('"assessment"', '"rain"', '"stage"', '"tide"', '"silent"'):
        assert word in told


def test_every_level_has_its_word_and_a_colour_of_its_own() -> None:
    panels = {p["title"]: p for p in DASHBOARD["panels"]}
    by_area = panels["Levels by area 各区等级"]["fieldConfig"]["defaults"]["mappings"]
    (now,) = panels["Levels now 当前等级"]["fieldConfig"]["overrides"]
    assert {"id": "mappings", "value": by_area} in now["properties"]
    options = by_area[0]["options"]
    assert {int(v) for v in options} == {int(level) for level in Level}
    for level in Level:
        assert options[str(int(level))]["text"] == f"{level.name} {level.zh}"
    assert len({o["color"] for o in options.values()}) == len(Level)


def test_the_dashboard_finds_its_source() -> None:
    (source,) = yaml(DEPLOY / "grafana/provisioning/datasources/influxdb.yaml")["datasources"]
    assert {p["datasource"]["uid"] for p in DASHBOARD["panels"]} == {source["uid"]}
    made = SERVICES["influxdb"]["environment"]
    assert source["jsonData"]["organization"] == made["DOCKER_INFLUXDB_INIT_ORG"]
    assert all(f'"{source["jsonData"]["defaultBucket"]}"' in q for q in QUERIES.values())
    assert source["secureJsonData"]["token"].removeprefix("$") in SERVICES["grafana"]["environment"]
    (found,) = yaml(DEPLOY / "grafana/provisioning/dashboards/tongluo.yaml")["providers"]
    mounted = {v.split(":")[1] for v in SERVICES["grafana"]["volumes"]}
    assert found["options"]["path"] in mounted
