"""Landslide and debris flow: the scene of each detector."""

from __future__ import annotations

import math
from typing import Any

from docs.at_work import series as made
from docs.at_work.scene import DAY, HOUR, Curve, Panel, Scene, Series
from tongluo.core.ports import Sensor

MONTH = ("a made month of rain", "虚构的一个月降雨")
CREEP = ("a made slope that creeps and fails on day 85", "虚构边坡：先匀速蠕变，第85天破坏")
WORDS = ("blue", "yellow", "orange", "red")
RAIN = Series("rain, mm in 1 h", Sensor("rain", HOUR, False), *made.wet_month(), "bars")
SLOPE = Series("displacement, mm", Sensor("displacement", 2 * HOUR, False), *made.failing_slope())
MOVED, FELL = made.stepping_slope()


def levels(*values: str) -> dict[str, str]:
    """Blue to red."""
    return dict(zip(WORDS, values, strict=True))


def curve_of(a: float, b: float) -> Any:
    """Intensity that the power law asks for at this duration."""
    return lambda _, why: a * why["hours"] ** b if why["hours"] > 0 else math.nan


def line_of(intercept: float, slope: float) -> Any:
    """Recent rain that the line asks for after this rain before."""
    return lambda _, why: intercept - slope * why["before_mm"]


def intensity(_: Any, why: Any) -> float:
    """Mean rain since the event began, mm/h."""
    return float(why["amount_mm"] / why["hours"]) if why["hours"] > 0 else math.nan


def left(name: str) -> Any:
    """Days to the failure that the last fit has told."""
    return lambda s, _: s[name] - s["day"] if s["failure"] > s["day"] else math.nan


def truth(s: Any, _: Any) -> float:
    """Days to the failure of the made slope."""
    return float(85 - (s["origin"] - made.START) / DAY - s["day"])


SPEEDS = {"blue": 2, "yellow": 5, "orange": 10, "red": 20}
LINES = {"blue": 125, "yellow": 150, "orange": 175, "red": 200}
POWER = {"blue": 4, "yellow": 8, "orange": 14.82, "red": 22}
SCENES = {
    "antecedent_rain": Scene(
        MONTH,
        (
            "Each wet day raises the effective rain, and each dry one lets it fall by the share "
            "1 - k; the storm finds the ground full and goes to red.",
            "有效雨量逢雨上升、无雨按1-k衰减；暴雨落在已经湿透的地上，直到红色。",
        ),
        levels("60 mm", "90 mm", "130 mm", "170 mm"),
        (RAIN,),
        (
            Panel(
                "effective rain, mm",
                (Curve("effective rain", "value_mm"),),
                levels("60", "90", "130", "170"),
            ),
        ),
        {"k": 0.84, "days": 7},
    ),
    "soil_water_index": Scene(
        MONTH,
        (
            "The three tanks keep the rain of past days: the first reacts to the hour, the third "
            "to the week, and their sum is what is judged.",
            "三层水箱记住前些天的雨：第一层随小时变化，第三层随星期变化，三者之和用于判定。",
        ),
        levels("70 mm", "95 mm", "120 mm", "150 mm"),
        (RAIN,),
        (
            Panel(
                "water in the tanks, mm",
                (
                    Curve("index", lambda s, _: s["tank"].sum()),
                    Curve("first", lambda s, _: s["tank"][0], "faint"),
                    Curve("second", lambda s, _: s["tank"][1], "faint", dashed=True),
                    Curve("third", lambda s, _: s["tank"][2], "second", dashed=True),
                ),
                levels("70", "95", "120", "150"),
            ),
        ),
        {"warm_up": "5 d"},
    ),
    "rain_curve": Scene(
        MONTH,
        (
            "In each event the mean intensity is held against curves that sink as the event lasts; "
            "a level stays until the event has ended.",
            "每场雨的平均雨强与随历时下降的曲线相比；等级保持到这场雨结束。",
        ),
        {w: {"a": a, "b": -0.39} for w, a in POWER.items()},
        (RAIN,),
        (
            Panel(
                "mean intensity of the event, mm/h, and the curves a D^-0.39",
                (
                    Curve("mean intensity", intensity),
                    *(Curve(w, curve_of(a, -0.39), w, dashed=True) for w, a in POWER.items()),
                ),
                top=25,
            ),
        ),
        {"gap": "6 h"},
        (0.33, 0.85),
    ),
    "rain_line": Scene(
        MONTH,
        (
            "The lines sink with the rain of the 15 days before, so that the storm needs less "
            "rain in 3 days to reach them.",
            "前15天的雨越多，阈值线越低，3天雨量更容易达到。",
        ),
        {w: {"intercept": f"{mm} mm", "slope": 0.3} for w, mm in LINES.items()},
        (RAIN,),
        (
            Panel(
                "rain of 3 days, mm, and the lines that fall with the rain before",
                (
                    Curve("rain of 3 days", "recent_mm"),
                    *(Curve(w, line_of(mm, 0.3), w, dashed=True) for w, mm in LINES.items()),
                ),
            ),
        ),
        {},
        (0.55, 0.81),
    ),
    "rain_trigger_index": Scene(
        MONTH,
        (
            "Hard rain on wet ground is red at once; as soon as it pauses for an hour the index "
            "is 0, which is why such a rule is given a hold.",
            "湿地上的强降雨立即达到红色；雨停一小时指数即归零，因此规则要设保持时间（hold）。",
        ),
        levels("60 mm", "100 mm", "150 mm", "250 mm"),
        (RAIN,),
        (
            Panel(
                "RTI / I0, mm: rain of the last hour times rain of seven days, for 10 mm/h",
                (Curve("index", "value_mm"),),
                levels("60", "100", "150", "250"),
            ),
        ),
        {"alpha": 0.7},
        (0.33, 0.95),
    ),
    "velocity_grades": Scene(
        CREEP,
        (
            "The speed by a robust slope passes 2, 5, 10 and 20 mm/d one after the other; noise "
            "of the readings raises nothing.",
            "由稳健斜率得到的速度依次超过每天2、5、10、20毫米；读数噪声不引起告警。",
        ),
        {w: {"velocity": f"{v} mm/d"} for w, v in SPEEDS.items()},
        (SLOPE,),
        (Panel("speed, mm/d", (Curve("speed", "velocity"),), SPEEDS, top=26),),
        {"window": "2 d"},
        (0.6, 1.0),
    ),
    "tangent_angle": Scene(
        CREEP,
        (
            "At v0 = 1 mm/d steady creep is 45 degrees; the angle nears 90 as the slope speeds up, "
            "orange at 80 and red at 85, some days before the failure.",
            "匀速蠕变（v0为每天1毫米）为45度；加速时趋近90度，80度橙色、85度红色，早于破坏数天。",
        ),
        levels("55 deg", "70 deg", "80 deg", "85 deg"),
        (SLOPE,),
        (
            Panel(
                "improved tangent angle, deg",
                (Curve("angle", "angle_deg"),),
                levels("55", "70", "80", "85"),
            ),
        ),
        {"v0": "1 mm/d", "record": "made series, 2026-06-13 to 2026-08-12", "window": "3 d"},
        (0.6, 1.0),
    ),
    "dynamic_rate": Scene(
        CREEP,
        (
            "For 30 days it learns how this slope creeps (grey: unknown), sets its own limit V0, "
            "and then asks for multiples of it.",
            "先用30天学习该边坡的匀速速率（灰色：未知），得到自己的限值V0，再按其倍数定级。",
        ),
        {"blue": 1, "yellow": 2, "orange": 5, "red": 10},
        (SLOPE,),
        (
            Panel(
                "speed as a multiple of the learned limit V0",
                (Curve("v / V0", lambda s, why: why["velocity"] / (why["v0"] or math.nan)),),
                {"blue": 1, "yellow": 2, "orange": 5, "red": 10},
                top=14,
            ),
        ),
        {"learn": "30 d"},
    ),
    "inverse_velocity": Scene(
        CREEP,
        (
            "Early fits wander and do not count; then the foretold time left, with its interval, "
            "falls along the true one (grey), and levels come some 5, 2 and 1 days before.",
            "早期拟合摆动，不予采用；之后预测的剩余时间及其区间沿真值（灰线）下降，"
            "约在剩5、2、1天时逐级告警。",
        ),
        levels("10 d", "5 d", "2 d", "1 d"),
        (SLOPE,),
        (
            Panel(
                "days left to failure: told, its interval of 90 %, and in truth",
                (
                    Curve("told", left("failure")),
                    Curve("early", left("early"), "second", dashed=True),
                    Curve("late", left("late"), "second", dashed=True),
                    Curve("in truth", truth, "faint"),
                ),
                levels("10", "5", "2", "1"),
                top=20,
            ),
        ),
        {},
        (0.7, 1.0),
    ),
    "creep_with_rain": Scene(
        (
            "a made slope: a push on dry days, and one after rain",
            "虚构边坡：一次无雨加速，一次雨后加速",
        ),
        (
            "The same speed is yellow in the dry and orange, then red after rain: the higher "
            "levels ask for both.",
            "同样的速度，无雨时为黄色，雨后为橙色、红色：高等级要求速度和雨量同时满足。",
        ),
        {
            "blue": {"velocity": "3 mm/d"},
            "yellow": {"velocity": "5 mm/d"},
            "orange": {"velocity": "5 mm/d", "rain": {"24 h": "50 mm"}},
            "red": {"velocity": "7 mm/d", "rain": {"24 h": "50 mm"}},
        },
        (
            Series("displacement, mm", Sensor("displacement", HOUR, False), *MOVED),
            Series("rain, mm in 1 h", Sensor("rain", HOUR, False), *FELL, "bars"),
        ),
        (Panel("speed, mm/d", (Curve("speed", "velocity"),), {"blue": 3, "yellow": 5, "red": 7}),),
        {"window": "24 h"},
    ),
}
