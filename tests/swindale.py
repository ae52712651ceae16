"""The flood of 18 and 19 November 2009 on Swindale Beck as a case folder, from the shared series.

Measured rain and flow, 15 min, UTC. Thresholds: the four national rain signals, on continuous
windows. No harm is on record in the series, so there are no impacts to score; the peak is.
"""

from __future__ import annotations

import csv
from pathlib import Path

from tests.shared import SHARED

SERIES = SHARED / "data" / "swindale-2009" / "swindale_15min.csv"

CASE = """\
title: 斯温代尔溪洪水 2009-11-19（实测） / Swindale Beck flood, 19 November 2009 (measured)
hazards: [rainstorm]
place: 英国坎布里亚郡斯温代尔 / Swindale, Cumbria, England
timezone: UTC
start: "{start}"
end: "{end}"
kind: measured
source: 15 min catchment rain and flow of Swindale Beck, as shipped with the R package dynatop
licence: GPL-2 (the series)
notes:
  - Rain is the catchment's mean, not one gauge.
  - The thresholds are China's national rain signals, applied to an English beck.
peak: {{station: swindale, quantity: flow}}
"""

STATIONS = """\
site:
  name: 斯温代尔（回放）
  name_en: Swindale (replay)
  timezone: UTC
  status: Exercise
  note: Replay of measured figures; nobody is reached.
  sender: {id: replay@tongluo.example, name: 铜锣回放, name_en: Tongluo replay}
time: {clock: stream}
profiles:
  rain: {quantity: rain, unit: mm, cadence: 15 min, silence: 1 h}
  flow: {quantity: flow, unit: m3/s, cadence: 15 min, silence: 1 h}
thresholds:
  national:
    source: {who: 中国气象局, document: 令第16号, area: 全国}
    levels:
      blue: {12 h: 50 mm}
      yellow: {6 h: 50 mm}
      orange: {3 h: 50 mm}
      red: {3 h: 100 mm}
stations:
  - {id: swindale, name: 斯温代尔溪, name_en: Swindale Beck, at: [54.51, -2.77],
     profiles: [rain, flow]}
areas:
  - {id: dale, name: 斯温代尔谷, name_en: Swindale, people: 0, stations: [swindale],
     circle: {centre: [54.51, -2.77], radius_km: 4}}
rules:
  - {id: rainstorm, hazard: rainstorm, detector: rain_windows, quantity: rain, thresholds: national}
policies:
  - {issue: automatic, by: replay of measured figures, channels: [record]}
channels:
  record: {kind: recording, options: {file: deliveries.jsonl}}
"""


def series() -> list[dict[str, str]]:
    """The rows of the shared file, as text."""
    with SERIES.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def build(folder: Path) -> Path:
    """Write the case into the folder; returns the folder."""
    rows = series()
    folder.mkdir(parents=True, exist_ok=True)
    case = CASE.format(start=rows[0]["time_utc"], end=rows[-1]["time_utc"])
    (folder / "case.yaml").write_text(case, encoding="utf-8")
    (folder / "stations.yaml").write_text(STATIONS, encoding="utf-8")
    with (folder / "readings.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "station", "quantity", "value"])
        for row in rows:
            writer.writerow([row["time_utc"], "swindale", "rain", row["rain_mm"]])
            writer.writerow([row["time_utc"], "swindale", "flow", row["flow_m3s"]])
    return folder
