"""Rivers, reservoirs, tide and waterlogging: the scene of each detector."""

from __future__ import annotations

import math
from typing import Any

from docs.at_work import series as made
from docs.at_work.scene import HOUR, Curve, Panel, Scene, Series
from tongluo.core.ports import Sensor
from tongluo.core.times import iso

MINUTE = 60_000
SLOW = ("slow-river-flood (synthetic)", "slow-river-flood（合成案例）")
LEVEL_S2 = {"blue": "19.5 m", "yellow": "20.0 m", "orange": "21.5 m", "red": "23.0 m"}
LEVEL_S3 = {"blue": "12.5 m", "yellow": "13.0 m", "orange": "14.2 m", "red": "15.5 m"}
FLOWS = {"blue": "600 m3/s", "yellow": "800 m3/s", "orange": "1200 m3/s", "red": "2000 m3/s"}
SURGE = {"blue": "0.4 m", "yellow": "0.7 m", "orange": "1.0 m", "red": "1.5 m"}
RISES = {"blue": "50 m3/s", "yellow": "80 m3/s", "orange": "150 m3/s", "red": "400 m3/s"}
RATING = [(24, 150), (25, 260), (26, 420), (27, 640), (28, 930), (29, 1300), (30, 1750), (31, 2300)]


def river(gauge: str, lines: Any = None, label: str = "stage, m") -> Series:
    """A gauge of the bundled slow flood."""
    t, m = made.bundled("slow-river-flood", gauge, "stage")
    return Series(label, Sensor("stage", 15 * MINUTE, False), t, m, lines=lines or {})


def hours_to(grade: int) -> Any:
    """Hours until the line of the trend reaches a threshold of s3, where it rises."""
    height = float(list(LEVEL_S3.values())[grade][:-2])
    return lambda _, why: (
        max(height - why["line"], 0) / why["slope_per_h"] if why["slope_low"] > 0 else math.nan
    )


TIDE = made.storm_tide()
TIDES = [
    {"name": "M2", "speed_deg_h": 360 / 12.42, "amplitude": "0.75 m",
     "phase_deg": 3 * 360 / 12.42},
    {"name": "K1", "speed_deg_h": 360 / 23.93, "amplitude": "0.35 m",
     "phase_deg": 9 * 360 / 23.93},
]  # fmt: skip
SCENES = {
    "stage_levels": Scene(
        (f"{SLOW[0]}, gauge s2", f"{SLOW[1]}，水位站s2"),
        (
            "The gauge falls silent at a rising yellow: the level stays through the silence, is "
            "orange when the gauge is heard again, and falls only with the water.",
            "水位站在黄色上涨中失联：失联期间等级保持，恢复后为橙色，只随水位回落而降级。",
        ),
        LEVEL_S2,
        (river("s2", LEVEL_S2),),
        options={"dead_band": "0.2 m"},
    ),
    "time_to_level": Scene(
        (f"{SLOW[0]}, gauge s3", f"{SLOW[1]}，水位站s3"),
        (
            "While the water rises, each level is told when its stage is less than 6 h away, so "
            "hours before it is reached.",
            "上涨时，预计6小时内到达某一水位即给出该等级，比实际到达早几个小时。",
        ),
        {w: {"level": m, "within": "6 h"} for w, m in LEVEL_S3.items()},
        (river("s3", LEVEL_S3),),
        (
            Panel(
                "hours until the yellow and the orange stage, by the trend of the last 4 h",
                (Curve("yellow", hours_to(1), "yellow"), Curve("orange", hours_to(2), "orange")),
                {"ink": 6},
                top=20,
            ),
        ),
        {"window": "4 h", "dead_band": "0.1 m"},
        (0.1, 0.9),
    ),
    "stage_outlook": Scene(
        (f"{SLOW[0]}, gauge s3 by s1 upstream", f"{SLOW[1]}，由上游s1预测s3"),
        (
            "What s1 shows is turned into the stage of s3 twelve hours later (drawn where it is "
            "foretold for; grey: what came); levels are ahead of the river.",
            "用上游s1推算12小时后s3的水位（画在所预报的时刻；灰线为实况），等级早于洪水到达。",
        ),
        LEVEL_S3,
        (river("s3", label="stage at s3, m"), river("s1", label="stage at s1, upstream, m")),
        (
            Panel(
                "stage at s3 as foretold 12 h before, m",
                (Curve("foretold", "predicted", "second", ahead=12 * HOUR),),
                LEVEL_S3,
                also=0,
            ),
        ),
        {
            "lead": "12 h",
            "sigma": "0.1 m",
            "intercept": "-9.99 m",
            "dead_band": "0.1 m",
            "terms": [{"of": "upstream1", "weight": 0.82, "lag": "7 h"}],
        },
    ),
    "discharge_levels": Scene(
        (
            f"{SLOW[0]}, gauge s1; the rating table is made",
            f"{SLOW[1]}，水位站s1；水位流量关系为虚构",
        ),
        (
            "Stages become flows by the table, which grow faster than the stage; the levels are "
            "flows.",
            "按水位流量关系表把水位换成流量，流量比水位增长得快；等级按流量划分。",
        ),
        FLOWS,
        (river("s1"),),
        (Panel("discharge, m3/s", (Curve("discharge", "discharge_m3s"),), FLOWS),),
        {"rating_m_m3s": RATING, "dead_band": "20 m3/s"},
    ),
    "gate_release": Scene(
        ("made flows below a dam", "虚构的坝下流量"),
        (
            "One wrong reading raises nothing; both releases are told within two readings, and "
            "end when the median of the last hours has followed.",
            "单个错误读数不告警；两次放水在两个读数内给出，几小时中位数跟上后结束。",
        ),
        RISES,
        (Series("flow, m3/s", Sensor("flow", 10 * MINUTE, False), *made.releases()),),
        (Panel("rise over the median of the last 6 h, m3/s", (Curve("rise", "rise"),), RISES),),
        {"window": "6 h"},
    ),
    "surge_residual": Scene(
        (
            "flash-flood-night (synthetic), tide gauge t01, with a made surge",
            "flash-flood-night（合成案例），潮位站t01，叠加虚构增水",
        ),
        (
            "High and low water come and go; what is judged is how far the sea stands above the "
            "tide, at low water too.",
            "潮涨潮落不影响判定；判定的是海面比天文潮高出多少，低潮时也一样。",
        ),
        SURGE,
        (Series("sea level, m", Sensor("tide", 10 * MINUTE, False), *TIDE),),
        (
            Panel(
                "sea level (grey) and astronomical tide, m",
                (Curve("tide", "tide_m", "second"),),
                also=0,
            ),
            Panel("residual, m", (Curve("residual", "residual_m"),), SURGE),
        ),
        {
            "constituents": TIDES,
            "mean": "0.2 m",
            "epoch": iso(int(TIDE[0][0])),
            "dead_band": "0.1 m",
        },
        (0.2, 1.0),
    ),
}
