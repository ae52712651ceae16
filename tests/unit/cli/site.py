"""A site that has run for an hour, its journal made by the daemon's own intake."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dissemination import cap
from tests.build import MINUTE, START
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.times import iso
from tongluo.daemon.intake import Intake
from tongluo.engine import Engine
from tongluo.store.journal import Journal

CONFIG = """\
site: {{name: 试点县, name_en: Trial County, timezone: Asia/Shanghai,
        sender: {{id: trial@example.org, name: 试点, name_en: Trial}}}}
broker: {{url: "{url}"}}
time: {{clock: {clock}}}
sources:
  - {{topic: "ews/{{station}}/{{quantity}}", codec: native}}
  - {{topic: "notices/cap", codec: cap}}
profiles:
  gauge: {{quantity: stage, unit: m, cadence: 5 min, datum: local, silence: 20 min}}
  rain: {{quantity: rain, unit: mm, cadence: 5 min, silence: 20 min}}
thresholds:
  gauge:
    source: {{who: trial}}
    datum: local
    levels: {{blue: 1 m, yellow: 2 m, orange: 3 m, red: 4 m}}
stations:
  - {{id: z1, name: 桥头水位站, name_en: Bridge gauge, profiles: [gauge]}}
  - {{id: r1, name: 山口雨量站, name_en: Pass gauge, profiles: [rain]}}
areas:
  - {{id: village, name: 桥头村, name_en: Bridge Village, people: 120, stations: [z1, r1],
     circle: {{centre: [23, 113], radius_km: 1}}}}
rules:
  - {{id: river, hazard: river_flood, detector: stage_levels, quantity: stage, thresholds: gauge,
     hold: 30 min, options: {{dead_band: 0.1 m}}}}
policies:
  - {{by: trial order, channels: [record]}}
channels:
  record: {{kind: recording}}
"""

STAGES = ((0, 0.5), (5, 0.5), (10, 3.2), (10, 3.2), (40, 3.3), (45, 3.4), (20, 3.0))
"""(minute, m): a duplicate at 10, a gap from 10 to 40, and in it one that came late."""
POISON = b"\x1b[2J{not json"


def write(folder: Path, clock: str = "stream", url: str = "mqtt://127.0.0.1:1") -> Path:
    path = folder / "stations.yaml"
    path.write_text(CONFIG.format(clock=clock, url=url), encoding="utf-8")
    return path


def reading(station: str, quantity: str, minute: int, value: float) -> tuple[str, bytes]:
    body = {"time": iso(START + minute * MINUTE), "value": value}
    return f"ews/{station}/{quantity}", json.dumps(body).encode()


def report() -> tuple[str, bytes]:
    said = {"kind": "crack", "text": "墙体开裂", "time": iso(START)}
    return "ews/r1/report", json.dumps({"station": "r1", "report": said}).encode()


def intake_of(config: Path) -> Intake:
    loaded = load(config)
    made = plan(loaded.config, loaded.digest)
    intake = Intake(Engine(made), Journal(config.parent / "var" / "journal.db"))
    intake.configure(made, loaded.text, START, first=True)
    return intake


def feed(intake: Intake, messages: Iterable[tuple[str, bytes]], now: int = START) -> Any:
    return intake.messages([(topic, body, 0, False, 0) for topic, body in messages], now)


def ran(config: Path) -> Intake:
    """Feed it an hour; its journal stays open for writing."""
    intake = intake_of(config)
    caused = feed(
        intake,
        [
            reading("r1", "rain", 0, 1.5),
            *(reading("z1", "stage", minute, value) for minute, value in STAGES),
            reading("x9", "rain", 45, 0.2),
            ("ews/r1/rain", POISON),
            report(),
        ],
    )
    version = caused.warnings[0][0]
    feed(intake, [("notices/cap", cap.render(version))])
    clock = json.dumps({"time": iso(START + 60 * MINUTE)}).encode()
    feed(intake, [("tongluo/clock", clock)])
    with intake.journal.transaction():
        intake.latest()
    return intake
