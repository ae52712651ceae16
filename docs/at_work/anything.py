"""Any quantity: the scene of each detector."""

from __future__ import annotations

from docs.at_work import series as made
from docs.at_work.scene import HOUR, Curve, Panel, Scene, Series
from tongluo.core.ports import Sensor

MINUTE = 60_000
PORES = {"blue": "24 kPa", "yellow": "27 kPa", "orange": "30 kPa", "red": "36 kPa"}
STILL = {"blue": "1 h", "yellow": "2 h"}
SCENES = {
    "value_levels": Scene(
        (
            "flash-flood-night (synthetic), pore pressure g07",
            "flash-flood-night（合成案例），孔隙水压力g07",
        ),
        (
            "The pressure in a slope climbs through its thresholds as the rain seeps in, and a "
            "level is told when two of three readings came to it.",
            "雨水下渗，坡体孔压逐级越过阈值；三次读数中有两次达到才定级。",
        ),
        PORES,
        (
            Series(
                "pore pressure, kPa",
                Sensor("pore_pressure", 30 * MINUTE, False),
                *made.bundled("flash-flood-night", "g07", "pore_pressure"),
                lines=PORES,
            ),
        ),
        options={"persistence": "2 of 3", "dead_band": "1 kPa"},
        view=(0.4, 1.0),
    ),
    "stuck": Scene(
        (
            "faulty-gauge (synthetic), gauge z1",
            "faulty-gauge（合成案例），水位站z1",
        ),
        (
            "In mid-rise the gauge drops by a metre and stands still for two and a half hours: "
            "the time it has not moved is what is judged; low water may stand (`still_below`).",
            "涨水途中水位计突降一米后静止两个半小时；判定的是数值不动的时间，低水时静止属正常（`still_below`）。",
        ),
        STILL,
        (
            Series(
                "stage, m",
                Sensor("stage", 5 * MINUTE, False),
                *made.bundled("faulty-gauge", "z1", "stage"),
            ),
        ),
        (
            Panel(
                "time without a movement, h",
                (Curve("still", lambda s, _: s["still"] / HOUR),),
                {"blue": 1, "yellow": 2},
            ),
        ),
        {"tolerance": "0.02 m", "still_below": "12.8 m"},
        (0.7, 0.9),
    ),
    "anomaly": Scene(
        ("a made temperature of 16 days", "虚构的16天气温"),
        (
            "It learns this sensor's own day, then tells a dip of an hour and a warm spell at the "
            "wrong time of day, though neither value is out of the usual range.",
            "先学习该传感器自身的日变化，再指出一小时的骤降和不合时刻的升温，虽然数值都未出常见范围。",
        ),
        {"blue": 0.003, "yellow": 0.00001},
        (Series("temperature, Cel", Sensor("temperature", 10 * MINUTE, False), *made.odd_week()),),
        (Panel("score, 0 to 1; 0.5 is one reading in 1000", (Curve("score", "score"),)),),
        {"hold": "1 h"},
        (0.4, 1.0),
    ),
}
