"""What the benchmarks share: the site they run, the broker, and how a result is told.

A benchmark compares with a peer measured in the same run, never with a bare time: machines differ.
Its last lines are `NAME ratio=<x> floor=<y> aim=<z>`; the exit code is 1 below a floor, and 2 when
a peer is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the code beside this file, and its `tests.mosquitto`

from tests.mosquitto import Mosquitto, find_mosquitto  # noqa: E402 - needs the line above

WINDOWS = ("1 h", "3 h", "6 h", "12 h", "24 h")
HEAD = """
site:
  name: 测
  name_en: Bench
  sender: {{id: bench@example.org, name: 测, name_en: Bench}}
broker: {{url: "{url}", client_id: {client}, receive_maximum: {receive}}}
time: {{clock: {clock}, tick: 1 min}}
store: {{folder: var, snapshot_every: {snapshot}}}
profiles:
  rain: {{quantity: rain, unit: mm, cadence: {cadence}, silence: 4 h}}
  stage: {{quantity: stage, unit: m, datum: local, cadence: 1 min, silence: 4 h}}
thresholds:
  rain:
    source: {{who: bench}}
    levels:
      blue: {{1 h: 35 mm, 3 h: 55 mm, 6 h: 70 mm, 12 h: 85 mm, 24 h: 100 mm}}
      yellow: {{1 h: 45 mm, 3 h: 75 mm, 6 h: 95 mm, 12 h: 110 mm, 24 h: 130 mm}}
      orange: {{1 h: 60 mm, 3 h: 100 mm, 6 h: 120 mm, 12 h: 140 mm, 24 h: 160 mm}}
      red: {{1 h: 80 mm, 3 h: 120 mm, 6 h: 150 mm, 12 h: 175 mm, 24 h: 200 mm}}
  stage:
    source: {{who: bench}}
    datum: local
    levels: {{blue: 1 m, yellow: 2 m, orange: 3 m, red: 4 m}}
policies:
  - {{by: bench, channels: [record]}}
channels:
  record: {{kind: recording}}
stations_csv: stations.csv
"""
RULES = {
    "rain": "  - {id: rain, hazard: flash_flood, detector: rain_windows, quantity: rain,"
    " thresholds: rain}",
    "stage": "  - {id: stage, hazard: river_flood, detector: stage_levels, quantity: stage,"
    " thresholds: stage}",
}


@dataclass(frozen=True)
class Site:
    """A site of rain gauges R0, R1, ... and river gauges Z0, Z1, ..."""

    rain: int = 0
    stage: int = 0
    rain_per_area: int = 10
    clock: str = "stream"
    cadence: str = "5 min"
    snapshot: str = "10 min"
    url: str = "mqtt://127.0.0.1:1883"
    client: str = "ours"
    receive: int = 2000

    def yaml(self) -> str:
        """Its configuration; each river gauge has an area of its own."""
        head = HEAD.format(
            url=self.url, client=self.client, receive=self.receive, clock=self.clock,
            snapshot=self.snapshot, cadence=self.cadence,
        )  # fmt: skip
        names = [f"R{n}" for n in range(self.rain)]
        areas = [
            _area(f"AR{n}", names[n : n + self.rain_per_area])
            for n in range(0, self.rain, self.rain_per_area)
        ]
        areas += [_area(f"AZ{n}", [f"Z{n}"]) for n in range(self.stage)]
        rules = [RULES[name] for name in ("rain", "stage") if getattr(self, name)]
        return "\n".join([head, "rules:", *rules, "areas:", *areas, ""])

    def write(self, folder: Path) -> Path:
        """Its configuration as a file in a folder, the list of stations beside it."""
        path = folder / "stations.yaml"
        path.write_text(self.yaml(), encoding="utf-8")
        rows = [f"R{n},R{n},rain" for n in range(self.rain)]
        rows += [f"Z{n},Z{n},stage" for n in range(self.stage)]
        (folder / "stations.csv").write_text("\n".join(["id,name,profiles", *rows, ""]))
        return path


def _area(name: str, stations: list[str]) -> str:
    return (
        f"  - {{id: {name}, name: {name}, name_en: {name}, people: 100,"
        f" circle: {{centre: [23, 113], radius_km: 1}}, stations: [{', '.join(stations)}]}}"
    )


@contextmanager
def broker(folder: Path) -> Iterator[Mosquitto]:
    """A mosquitto without queue limits and without persistence."""
    if find_mosquitto() is None:
        missing("mosquitto", "apt-get install mosquitto mosquitto-clients")
    mosquitto = Mosquitto(folder)
    mosquitto.start()
    try:
        yield mosquitto
    finally:
        mosquitto.stop()


def missing(peer: str, how: str) -> NoReturn:
    """There is nothing to compare with: say so and end."""
    print(f"{peer} is missing, nothing was compared: {how}", file=sys.stderr)
    sys.exit(2)


@dataclass(frozen=True)
class Result:
    """One figure against its floor. `most`: the figure must not be above the floor."""

    name: str
    ratio: float
    floor: float
    aim: float
    most: bool = False

    @property
    def good(self) -> bool:
        return self.ratio <= self.floor if self.most else self.ratio >= self.floor

    def __str__(self) -> str:
        return f"{self.name} ratio={self.ratio:.3g} floor={self.floor:g} aim={self.aim:g}"


def finish(results: list[Result]) -> NoReturn:
    """Print the last lines and end: 1 when something is below its floor."""
    for result in results:
        print(result)
    sys.exit(0 if all(r.good for r in results) else 1)


def middle(values: list[float]) -> tuple[float, str]:
    """The median, and all of them as text."""
    return median(values), " ".join(f"{v:.3g}" for v in values)
