"""Rain and flash flood: the scene of each detector."""

from __future__ import annotations

from typing import Any

import numpy as np

from docs.at_work import series as made
from docs.at_work.scene import HOUR, Curve, Panel, Scene, Series
from tongluo.core.ports import Sensor

MINUTE = 60_000
GAUGE = Sensor("rain", 5 * MINUTE, False)
NIGHT = ("flash-flood-night (synthetic)", "flash-flood-night（合成案例）")
RAIN, SOIL = made.showers()
CRITICAL = {"dry": (30, 40, 60), "normal": (24, 32, 48), "wet": (18, 24, 36)}
NATIONAL = {
    "blue": {"12 h": "50 mm"},
    "yellow": {"6 h": "50 mm"},
    "orange": {"3 h": "50 mm"},
    "red": {"3 h": "100 mm"},
}


def gauge(station: str) -> Series:
    """Rain of the bundled night."""
    t, mm = made.bundled("flash-flood-night", station, "rain")
    return Series("rain, mm in 5 min", GAUGE, t, mm, "bars")


def sum_of(window: int) -> Any:
    """The sum of one window, mm, from the state."""
    return lambda s, _: s["sum"][window] / 1000.0


def best_of(window: int) -> Any:
    """The most that the window will hold with the rain forecast, mm."""
    return lambda s, _: s["best"][window] / 1000.0


def critical(grade: int) -> Any:
    """The critical rain of the class that the ground is of, mm."""
    return lambda _, why: (
        list(CRITICAL.values())[int(why["class"])][grade] if why["class"] >= 0 else np.nan
    )


def forecast(station: str, share: float) -> Series:
    """Made: each hour the next six hours' rain, less than what came."""
    t, mm = made.bundled("flash-flood-night", station, "rain")
    end = t[0] + HOUR * np.arange(1, 49)
    true = np.array([mm[(t > e - HOUR) & (t <= e)].sum() for e in end])
    pairs = [(n, n + k) for n in range(48) for k in range(6) if n + k < 48]
    return Series(
        "forecast for the hour, mm, as told last; issued hourly, six hours ahead",
        Sensor("rain", HOUR, False),
        np.array([end[to] for _, to in pairs]),
        np.array([np.round(share * true[to]) for _, to in pairs]),
        "bars",
        known=np.array([end[issue] - HOUR for issue, _ in pairs]),
    )


def brook() -> Series:
    """A brook of the bundled night."""
    t, m = made.bundled("flash-flood-night", "z01", "stage")
    return Series("stage, m above its staff", Sensor("stage", 5 * MINUTE, False), t, m)


SCENES = {
    "rain_windows": Scene(
        (f"{NIGHT[0]}, rain gauge r08, national figures", f"{NIGHT[1]}，雨量站r08，国家标准数值"),
        (
            "The same 50 mm within ever shorter windows is blue, yellow, orange; 100 mm in 3 h is "
            "red. Each level ends when its own window has emptied.",
            "50毫米落在越短的时段内，等级越高；3小时100毫米为红色。各级随自己的时段雨量回落而结束。",
        ),
        NATIONAL,
        (gauge("r08"),),
        (
            Panel(
                "sums of rain, mm: 50 in 12 h blue, in 6 h yellow, in 3 h orange; 100 in 3 h red",
                (
                    Curve("12 h", sum_of(2), "blue"),
                    Curve("6 h", sum_of(1), "yellow"),
                    Curve("3 h", sum_of(0), "orange"),
                ),
                {"orange": 50, "red": 100},
            ),
        ),
        {"dead_band": "5 mm"},
        (0.5, 1.0),
    ),
    "rain_forecast": Scene(
        (
            f"{NIGHT[0]}, rain gauge r08; the forecast is made",
            f"{NIGHT[1]}，雨量站r08；预报为虚构",
        ),
        (
            "Levels come hours before the rain has reached their figures, since what is forecast "
            "is added to what has fallen; they fall only when measured rain allows it.",
            "把预报雨量加到已降雨量上，等级比实测达到数值早几个小时；只有实测雨量回落时才降级。",
        ),
        NATIONAL,
        (gauge("r08"), forecast("r08", 0.8)),
        (
            Panel(
                "rain in 3 h, mm: orange at 50, red at 100",
                (
                    Curve("fallen", sum_of(0)),
                    Curve("most within the next 3 h", best_of(0), "second", dashed=True),
                ),
                {"orange": 50, "red": 100},
            ),
        ),
        {"dead_band": "5 mm"},
        (0.5, 1.0),
    ),
    "critical_rain": Scene(
        ("a made series: the same shower on three days", "虚构序列：三天下同样的一场雨"),
        (
            "The same shower means more each day: on drier ground nothing, on normal ground "
            "yellow, on wet ground orange, because critical rain falls as the ground fills.",
            "同样的一场雨，土壤越湿等级越高：临界雨量随土壤变湿而降低。",
        ),
        {
            w: {c: {"1 h": f"{CRITICAL[c][g]} mm"} for c in CRITICAL}
            for g, w in enumerate(("yellow", "orange", "red"))
        },
        (
            Series("rain, mm in 10 min", Sensor("rain", 10 * MINUTE, False), *RAIN, "bars"),
            Series("soil moisture, %", Sensor("soil_moisture", 30 * MINUTE, False), *SOIL),
        ),
        (
            Panel(
                "rain in 1 h, mm, and critical rain for the ground as it is",
                (
                    Curve("rain in 1 h", sum_of(0)),
                    Curve("yellow", critical(0), "yellow", dashed=True),
                    Curve("orange", critical(1), "orange", dashed=True),
                    Curve("red", critical(2), "red", dashed=True),
                ),
            ),
        ),
        {"prepare": "orange", "transfer": "red"},
    ),
    "rate_of_rise": Scene(
        (f"{NIGHT[0]}, brook gauge z01", f"{NIGHT[1]}，溪流水位站z01"),
        (
            "Levels come while the brook is still low, because it is rising fast, and end when it "
            "no longer rises, at high water too: what holds there is told by stage_levels.",
            "水位尚低时就因上涨快而告警；不再上涨时即结束，哪怕水位仍高，那时由stage_levels判定。",
        ),
        {w: {"30 min": f"{m} m"} for w, m in zip(NATIONAL, (0.3, 0.5, 0.8, 1.2), strict=True)},
        (brook(),),
        (
            Panel(
                "rise within 30 min, m",
                (Curve("rise", lambda s, _: s["rise"][0]),),
                {"blue": 0.3, "yellow": 0.5, "orange": 0.8, "red": 1.2},
            ),
        ),
        {"dead_band": "0.1 m"},
        (0.5, 0.85),
    ),
}
