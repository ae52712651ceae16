"""The words of the field, one word for one thing; the Chinese word is the one its users see."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Grade of a verdict, an assessment or a warning. UNKNOWN stands beside the scale.

    >>> Level.ORANGE > Level.YELLOW, Level.RED.zh, Level.parse("blue")
    (True, '红色', <Level.BLUE: 1>)
    """

    UNKNOWN = -1
    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def word(self) -> str:
        """The lower-case English word, as written in YAML, logs and messages."""
        return self.name.lower()

    @property
    def zh(self) -> str:
        """The Chinese word."""
        return _LEVEL_ZH[self]

    @classmethod
    def parse(cls, word: str) -> Level:
        """Level of a lower- or upper-case English word; KeyError when there is none."""
        return cls[word.upper()]


_LEVEL_ZH = {
    Level.UNKNOWN: "数据不足",
    Level.NONE: "无",
    Level.BLUE: "蓝色",
    Level.YELLOW: "黄色",
    Level.ORANGE: "橙色",
    Level.RED: "红色",
}

GRADES = (Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)


class Flag(IntEnum):
    """Quality flag of a reading (QARTOD codes, IOOS manual for real-time quality control)."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


class Fate(IntEnum):
    """What became of a reading on its way to the detectors. Every stored reading has one."""

    FED = 0  # newer than the last of its sensor: judged at once
    DUPLICATE = 1  # same sensor, time and value as one already kept
    LATE = 2  # older than the last, within the rewind: judged at the next tick
    TOO_LATE = 3  # older than the rewind: stored, never judged
    FUTURE = 4  # dated later than its arrival by more than the tolerance
    EPOCH = 5  # dated before anything this site can have measured (a clock that lost its time)
    MISPLACED = 7  # a forecast that came for a measured sensor: stored, never judged
    CONFLICT = 6  # same sensor and time, another value: the first is kept in judgement


SILENT = 8
"""In the place of a fate: no reading, but the moment from which its sensor counts as silent."""


class Hazard(StrEnum):
    """What threatens. The value is the word in YAML and logs."""

    RAINSTORM = "rainstorm"
    FLASH_FLOOD = "flash_flood"
    RIVER_FLOOD = "river_flood"
    WATERLOGGING = "waterlogging"
    STORM_SURGE = "storm_surge"
    LANDSLIDE = "landslide"
    DEBRIS_FLOW = "debris_flow"
    FOREST_FIRE = "forest_fire"
    WET_SOIL = "wet_soil"
    FIRE_DANGER = "fire_danger"

    @property
    def zh(self) -> str:
        """The Chinese word."""
        return _HAZARD_ZH[self]

    @property
    def en(self) -> str:
        """The English word as people read it."""
        return self.value.replace("_", " ")

    @property
    def issued(self) -> bool:
        """Whether people are warned of it; what is not is assessed for chains only.

        >>> Hazard.FIRE_DANGER.issued, Hazard.WET_SOIL.issued
        (True, False)
        """
        return self is not Hazard.WET_SOIL


_HAZARD_ZH = {
    Hazard.RAINSTORM: "暴雨",
    Hazard.FLASH_FLOOD: "山洪",
    Hazard.RIVER_FLOOD: "洪水",
    Hazard.WATERLOGGING: "内涝",
    Hazard.STORM_SURGE: "风暴潮",
    Hazard.LANDSLIDE: "滑坡",
    Hazard.DEBRIS_FLOW: "泥石流",
    Hazard.FOREST_FIRE: "森林火灾",
    Hazard.WET_SOIL: "土壤饱和",
    Hazard.FIRE_DANGER: "森林火险",
}


class Status(StrEnum):
    """Whether a warning is meant. An exercise is never an actual warning (CAP 1.2 `status`)."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    DRAFT = "Draft"
    """Proposed and not issued: what staff are called about."""


class Exercise(StrEnum):
    """What kind of exercise (law 6). Whatever the kind, nobody is reached who is not enrolled."""

    TABLETOP = "tabletop"
    """Goes nowhere but into the log."""
    DRILL = "drill"
    """Goes to enrolled endpoints and people, as an Actual would."""
    TEST = "test"
    """Tries out one channel, with what is enrolled on it."""

    @property
    def zh(self) -> str:
        """The Chinese word."""
        return {"tabletop": "桌面推演", "drill": "演练", "test": "通道测试"}[self.value]


class Act(StrEnum):
    """What a warning version does to the one before it."""

    ISSUE = "issue"
    UPDATE = "update"
    CANCEL = "cancel"


class DeliveryState(StrEnum):
    """State of one delivery, in the order of what is proven. UNKNOWN never counts as reached."""

    QUEUED = "queued"
    ATTEMPTED = "attempted"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    PLAYED = "played"
    """A device has shown that it sounded; whether anybody heard it is another question."""
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
