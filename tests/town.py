"""A town with an upper and a lower village, its people by register, and a red warning of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from dissemination.targeting import Entry, Place, Register, changes, stored
from tongluo.core.warning import Area, Sender, WarningVersion
from tongluo.core.words import Act, Hazard, Level, Status

START, MINUTE = 1_782_864_000_000, 60_000
EVENT = "tongluo.town.flash_flood.1"
PLACES = [Place("town"), Place("upper", parent="town"), Place("lower", parent="town")]


def head(town: int, upper: int, lower: int) -> str:
    """The site and its areas with so many people, as `stations.yaml` begins."""
    return f"""\
site: {{name: 试点县, name_en: Trial County, timezone: Asia/Shanghai,
       sender: {{id: trial@example.org, name: 试点, name_en: Trial}}}}
time: {{clock: stream}}
areas:
  - {{id: town, name: 镇, name_en: Town, people: {town},
     circle: {{centre: [23, 113], radius_km: 9}}}}
  - {{id: upper, name: 上村, name_en: Upper, people: {upper}, parent: town,
     circle: {{centre: [23, 113], radius_km: 1}}}}
  - {{id: lower, name: 下村, name_en: Lower, people: {lower}, parent: town,
     circle: {{centre: [23.1, 113], radius_km: 1}}}}
"""


def warning(
    version: int = 1, level: Level = Level.RED, minute: int = 0, people: int = 500
) -> WarningVersion:
    sent = START + minute * MINUTE
    return WarningVersion(
        f"{EVENT}.v{version}", EVENT, version, Act.ISSUE if version == 1 else Act.UPDATE,
        Status.ACTUAL, Hazard.FLASH_FLOOD, level, Level.NONE, Area("town", "镇", "Town", people),
        Sender("a@example.org", "试", "Trial"), sent, sent, sent + 6 * 60 * MINUTE, "Asia/Shanghai",
        {"zh": "雨", "en": "rain"},
    )  # fmt: skip


def number(n: int) -> str:
    return f"861990000{n:04d}"


def enrol(var: Path, entries: Sequence[Entry]) -> list[str]:
    """The town's register; the target of each of the first numbers."""
    with closing(Register.open(var)) as register:
        with register.transaction():
            stored.put(register.db, PLACES, "map")
        changes.put(register, "list", list(entries), "duty", START)
        return [register.vault.target(number(n)) for n in range(len(entries))]
