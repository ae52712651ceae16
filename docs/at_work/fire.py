"""Forest fire: the scene of each detector."""

from __future__ import annotations

from typing import Any

import numpy as np

from docs.at_work import series as made
from docs.at_work.scene import HOUR, Curve, Panel, Scene, Series
from tongluo.core.ports import Sensor

MINUTE = 60_000
AUTUMN = ("45 made days of a dry autumn", "虚构的干燥秋季45天")
NODE = ("a made forest node: smoke of a stove, then a fire", "虚构林火节点：先是炊烟，后是火")
INDEX = {"blue": 11.2, "yellow": 21.3, "orange": 38, "red": 50}
GRADE = {"blue": 26, "yellow": 51, "orange": 73, "red": 91}
TIMES, WARM, DAMP, WIND, RAIN = made.dry_autumn()
NODE_TIMES, NODE_VALUES = made.smoulder()


def weather(quantity: str, label: str, value: Any, kind: str = "line") -> Series:
    """A station's hourly series."""
    return Series(label, Sensor(quantity, HOUR, False), TIMES, value, kind)


def node(quantity: str, label: str) -> Series:
    """A node's series, every ten minutes."""
    return Series(label, Sensor(quantity, 10 * MINUTE, False), NODE_TIMES, NODE_VALUES[quantity])


def reports(
    quantity: str, label: str, minutes: list[int], values: list[float], **more: Any
) -> Series:
    """What is reported now and then."""
    t = made.START + 14 * HOUR + np.array(minutes, np.int64) * MINUTE
    return Series(label, Sensor(quantity, MINUTE, False), t, np.array(values), "points", **more)


SEASON = (
    weather("temperature", "temperature, Cel", WARM),
    weather("humidity", "humidity, %", DAMP),
    weather("wind_speed", "wind, m/s", WIND),
    weather("rain", "rain, mm in 1 h", RAIN, "bars"),
)
SCENES = {
    "fire_weather_index": Scene(
        AUTUMN,
        (
            "Every noon an index: it climbs day by day in the dry, with wind it jumps, and rain "
            "brings it down; the level stands until the next noon.",
            "每天正午给出一个指数：晴天逐日上升，风大时陡增，下雨则回落；等级保持到次日正午。",
        ),
        INDEX,
        SEASON,
        (
            Panel(
                "FWI of the last noon, and the drought code DC / 10",
                (
                    Curve("FWI", lambda s, _: s["code"][5] if s["begun"] else np.nan),
                    Curve("DC / 10", lambda s, _: s["code"][2] / 10, "faint", dashed=True),
                ),
                INDEX,
            ),
        ),
    ),
    "fire_weather_grade": Scene(
        AUTUMN,
        (
            "Points of a day's heat, dryness, wind and rainless days add up; after rain the count "
            "of dry days begins again, and the sum drops.",
            "当日气温、湿度、风和连旱天数各计分相加；降雨后连旱天数重计，总分随之下降。",
        ),
        GRADE,
        SEASON,
        (
            Panel(
                "points of the last day: all, and those of days without rain",
                (
                    Curve("all", lambda s, _: s["points"][:4].sum() - s["points"][4]),
                    Curve("dry days", lambda s, _: s["points"][2], "faint", dashed=True),
                ),
                GRADE,
            ),
        ),
    ),
    "fire_node": Scene(
        NODE,
        (
            "The stove's smoke is one sign and raises nothing; CO, smoke and dryness together, "
            "held for two readings, do, each against what this hour of the day usually is.",
            "炊烟只是一种迹象，不告警；一氧化碳、烟尘、湿度骤降同时出现并持续两次读数才告警，"
            "各与本节点该时刻的常态相比。",
        ),
        {"yellow": 2, "orange": 3, "red": 4},
        (
            node("co", "CO, ppm"),
            None,
            node("pm25", "smoke, PM2.5, ug/m3"),
            node("temperature", "temperature, Cel"),
            node("humidity", "humidity, %"),
        ),
        (
            Panel(
                "signs that hold",
                (Curve("signs", "score", steps=True),),
                {"yellow": 2, "orange": 3, "red": 4},
            ),
        ),
        {"samples": 2, "settle": "1 d"},
        (0.5, 1.0),
    ),
    "fire_camera": Scene(
        ("made reports of one afternoon", "虚构的一个下午的上报"),
        (
            "One camera alone is no level; where the second one's bearing crosses it is yellow, "
            "with a node's flame orange, with a person's word red; witnesses count for 15 min.",
            "一台摄像机单独发现不定级；第二台方位交会为黄色，节点火焰为橙色，人员确认为红色；"
            "各方上报后15分钟内有效。",
        ),
        {"yellow": 2, "orange": 3, "red": 4},
        (
            reports("bearing", "bearing of smoke, camera 1, deg",
                    [5, 10, 15, 20, 25, 30, 35, 40, 60, 75],
                    [44.0, 45.0, 45.2, 45.1, 44.8, 45.0, 45.3, 45.1, 120.0, 120.4]),
            reports("bearing", "bearing of smoke, camera 2, deg",
                    [14, 19, 24, 29, 34], [314.0, 315.0, 315.2, 315.1, 314.9]),
            reports("flame", "flame at a node", [0, 10, 21, 26, 31, 36, 45, 60, 75],
                    [0, 0, 1, 1, 1, 0, 0, 0, 0], names={0: "no", 1: "yes"}),
            reports("confirmation", "a person's word", [32], [1], names={0: "nothing", 1: "fire"}),
        ),
        (
            Panel(
                "witnesses",
                (Curve("witnesses", "witnesses", steps=True),),
                {"yellow": 2, "orange": 3, "red": 4},
            ),
        ),
        {"latitude": 25.0, "longitude": 113.0, "second_latitude": 25.0, "second_longitude": 113.1},
    ),
}  # fmt: skip
