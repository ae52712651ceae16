"""The station list beside the file, for large networks: one station a line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from tongluo.config.faults import Fault
from tongluo.config.texts import choice

COLUMNS = ("id", "name", "name_en", "lat", "lon", "profiles", "device", "owner")
_TEXTS = ("name_en", "device", "owner")


@dataclass
class StationList:
    """What the list says: stations as the file would say them, each with its line."""

    stations: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_list(name: str, data: bytes) -> StationList:
    """Stations of the list. Columns in any order; `profiles` and `device` are split at spaces."""
    found = StationList()

    def fault(line: int, path: str, code: str, **values: Any) -> None:
        found.faults.append(Fault((path,), code, values, line, name))

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault(line, "file", "csv_not_utf8", byte=error.start)
        return found
    rows = csv.DictReader(io.StringIO(text, newline=""))
    header = list(rows.fieldnames or ())
    if "id" not in header:
        fault(1, "header", "csv_header", columns=",".join(COLUMNS))
    for column in header:
        if column not in COLUMNS:
            fault(1, f"header.{column}", "csv_column", name=column, choice=choice(column, COLUMNS))
    if found.faults:
        return found
    for row in rows:
        if None in row:
            fault(rows.line_num, "station", "csv_cells")
            continue
        found.stations.append(_station(row))
        found.lines.append(rows.line_num)
    return found


def _station(row: dict[str, Any]) -> dict[str, Any]:
    """The row as a station of the file. Wrong values are told by the checks all stations pass."""
    said = {key: (row.get(key) or "").strip() for key in COLUMNS}
    station: dict[str, Any] = {"id": said["id"], "name": said["name"] or said["id"]}
    station |= {key: said[key] for key in _TEXTS if said[key]}
    if "device" in station:
        station["device"] = station["device"].split()
    if said["lat"] or said["lon"]:
        station["at"] = [said["lat"], said["lon"]]
    station["profiles"] = said["profiles"].split()
    return station
