"""Random lives of warnings, driven through the real lifecycle: `life(seed)` gives its versions.

Issue, upgrade, downgrade, update of the same level, renewal in time and after the end, the
all-clear, a retraction in force or afterwards, an area that is no longer watched, silence
(UNKNOWN), actual and every kind of exercise; polygons, circles, codes; one or two languages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

import numpy as np

from tongluo.core.warning import Area, Sender, WarningVersion
from tongluo.core.words import Act, Exercise, Hazard, Status
from tongluo.warning.lifecycle import Lifecycle, Occasion
from tongluo.warning.policy import Policy

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
FROM, TO = 946_684_800_000, 4_102_444_800_000  # the years 2000 to 2099
WORDS = ["青溪镇", "三号点", "Qingxi", "<b>", "&amp;", '"', "'", "é", "😀", "\x00", "\x0b", "\t",
         "　", "龘", "]]>", "\u202e", "a,b", "长" * 90, "x" * 200]  # fmt: skip
ZONES = ["Asia/Shanghai", "UTC", "America/Chicago", "Asia/Kathmandu", "Australia/Lord_Howe"]
LANGUAGES = [("zh-CN", "en-US"), ("en-US", "zh-CN"), ("zh-CN",), ("en-US",)]
HAZARDS = [hazard for hazard in Hazard if hazard.issued]
Chance = np.random.Generator  # noqa: TID251 - chance for tests, by a stated seed


@dataclass(frozen=True)
class Life:
    """The versions of one question over a while, in order."""

    versions: tuple[WarningVersion, ...]
    acts: tuple[str, ...]


def life(seed: int) -> Life:
    """One random life; the same for the same seed."""
    chance = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    occasion, cycle = _occasion(chance), Lifecycle()
    time, versions, acts = int(chance.integers(FROM, TO)), list[WarningVersion](), list[str]()
    for act in ["follow", *chance.choice(list(ACTS), int(chance.integers(1, 9)), p=ODDS)]:
        time += int(chance.choice([1, 999, MINUTE, HOUR, DAY])) * int(chance.integers(1, 9))
        version = ACTS[act](cycle, occasion, time, chance)
        if version is not None:
            versions.append(version)
            acts.append(_name(version, act))
    return Life(tuple(versions), tuple(acts))


def lives(first: int, count: int) -> Iterator[Life]:
    """Of consecutive seeds."""
    return (life(seed) for seed in range(first, first + count))


def _follow(
    cycle: Lifecycle, occasion: Occasion, time: int, chance: Chance
) -> WarningVersion | None:
    level = int(chance.choice([-1, 0, 1, 2, 3, 4], p=[0.05, 0.2, 0.15, 0.2, 0.2, 0.2]))
    return cycle.follow(0, level, time, occasion, _reason(chance))


def _renew(cycle: Lifecycle, occasion: Occasion, _time: int, chance: Chance) -> Any:
    due = cycle.renewal(0, occasion.policy)
    late = int(chance.choice([0, 0, 3 * occasion.policy.validity]))  # after it has expired, too
    return cycle.renew(0, due + late, occasion, _reason(chance)) if due else None


def _retract(cycle: Lifecycle, occasion: Occasion, time: int, chance: Chance) -> Any:
    event = cycle.events.get(0)
    able = event is not None and (event.version or event.last)  # once, also when it has ended
    return cycle.retract(0, time, occasion, _reason(chance)) if able else None


def _withdraw(cycle: Lifecycle, occasion: Occasion, time: int, _: Chance) -> Any:
    return cycle.withdraw(0, time, occasion)


ACTS = {"follow": _follow, "renew": _renew, "retract": _retract, "withdraw": _withdraw}
ODDS = [0.7, 0.18, 0.07, 0.05]


def _name(version: WarningVersion, act: str) -> str:
    if act != "follow":
        return act
    if version.act is not Act.UPDATE:
        return version.act.value
    return "upgrade" if version.level > version.previous else "downgrade"


def _occasion(chance: Chance) -> Occasion:
    validity = int(chance.integers(1, 48)) * 30 * MINUTE
    policy = Policy(None, 1, True, _words(chance), ("record",), validity, validity // 4)
    exercise = chance.random() < 0.25
    kind = [None, *Exercise][int(chance.integers(4))] if exercise else None
    status = Status.EXERCISE if exercise else Status.ACTUAL
    name = _pick(chance, ["met@example.org", "县局", "urn:oid:1.2.3", "a:b@c"])
    sender = Sender(name, *(_words(chance) for _ in range(4)))
    return Occasion(
        _area(chance), _pick(chance, HAZARDS), sender, policy, _pick(chance, ZONES),
        _pick(chance, LANGUAGES), status, _words(chance), kind,
    )  # fmt: skip


def _area(chance: Chance) -> Area:
    lat, lon = float(chance.uniform(-80, 80)), float(chance.uniform(-179, 179))
    circle = (round(lat, 6), round(lon, 6), round(float(chance.uniform(0, 300)), 3))
    is_circle = chance.random() < 0.3
    return Area(
        f"a{chance.integers(100)}", _words(chance), _words(chance), int(chance.integers(1000)),
        polygon=() if is_circle else _ring(lat, lon, chance),
        circle=circle if is_circle else None,
        code=_pick(chance, ["", "441999", "441999001000"]),
        plan=_words(chance), plan_en=_words(chance),
    )  # fmt: skip


def _ring(lat: float, lon: float, chance: Chance) -> tuple[tuple[float, float], ...]:
    n = int(chance.integers(3, 150))
    turns, radii = 2 * pi * np.arange(n) / n, chance.uniform(0.05, 0.5, n)
    points = [
        (round(lat + r * sin(t), 6), round(lon + r * cos(t), 6))
        for r, t in zip(radii.tolist(), turns.tolist(), strict=True)
    ]
    return (*points, points[0])


def _reason(chance: Chance) -> dict[str, Any]:
    return {key: _words(chance) for key in ("zh", "en") if chance.random() < 0.8}


def _words(chance: Chance) -> str:
    return "".join(chance.choice(WORDS, int(chance.integers(0, 5))))


def _pick(chance: Chance, among: list[Any]) -> Any:
    return among[int(chance.integers(len(among)))]
