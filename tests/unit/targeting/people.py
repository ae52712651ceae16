"""Made-up people and warnings. Numbers are of a range that is not in use: 86 + 199 0000 xxxx."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from dissemination.targeting import Contact, Entry, Place, Register, Shape, Stratum, changes, stored
from tongluo.core.warning import Area, Sender, WarningVersion
from tongluo.core.words import Act, Hazard, Level, Status

NOW = 1_782_864_000_000
TOWN = Place("town", code="441802101000", shape=Shape(circle=(22.5, 113.0, 10.0)))
UPPER = Place("upper", parent="town", shape=Shape(circle=(22.52, 113.0, 0.5)))
LOWER = Place("lower", parent="town", shape=Shape(circle=(22.48, 113.0, 0.5)))
GROUP = Place("group", parent="upper")
AWAY = Place("away", code="441802102000", shape=Shape(circle=(23.0, 113.5, 1.0)))
PLACES = (TOWN, UPPER, LOWER, GROUP, AWAY)

WARNING = WarningVersion(
    "upper.flash_flood.1.v1", "upper.flash_flood.1", 1, Act.ISSUE, Status.ACTUAL,
    Hazard.FLASH_FLOOD, Level.RED, Level.NONE, Area("upper", "上村", "Upper village", 120),
    Sender("a@example.org", "试验站", "Trial"), NOW, NOW, NOW + 3_600_000, "Asia/Shanghai",
    {"zh": "30 分钟降雨 50 毫米。", "en": "50 mm of rain in 30 minutes."},
)  # fmt: skip


def warning(place: Place = UPPER, **other: Any) -> WarningVersion:
    """A warning for an area."""
    area = Area(place.id, place.id, place.id, 120, place.shape.polygon, place.shape.circle,
                place.code, place.parent)  # fmt: skip
    return replace(WARNING, **{"area": area} | other)


def number(n: int) -> str:
    """A number that nobody has."""
    return f"861990000{n:04d}"


def person(n: int, area: str = "upper", **other: Any) -> Entry:
    """A person with one number."""
    contacts = other.pop("contacts", (Contact("sms", number(n)),))
    return Entry(f"户 {n:05d}", area, contacts=contacts, **other)


def register(folder: Path, *entries: Entry, places: tuple[Place, ...] = PLACES) -> Register:
    """A register of these areas and people."""
    made = Register.open(folder)
    with made.transaction():
        stored.put(made.db, places, "map")
    changes.put(made, "list", entries, "duty", NOW)
    return made


def found(made: Register, about: WarningVersion = WARNING, kind: str = "sms") -> list[str]:
    """The addresses of a warning, in clear."""
    return [made.address(target) for target, _ in made.recipients(about, kind)]


__all__ = ["Status", "Stratum"]
