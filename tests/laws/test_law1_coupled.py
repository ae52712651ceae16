"""Law 1 where things hang together: quality by neighbours, derived series, further inputs,
doubtful gauges, votes, chains. And that a snapshot in the middle changes nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.build import (
    HOUR,
    MINUTE,
    RAIN,
    RAIN_LEVELS,
    RAIN_RULE,
    SECOND,
    SITE,
    SOURCE,
    STAGE,
    STAGE_RULE,
    START,
    THRESHOLDS,
    columns,
    knows,
    said,
)
from tests.laws.test_law1_chunks import agree, run, split, with_ticks
from tongluo.config.models import Config
from tongluo.config.plan import plan
from tongluo.core.effects import Readings, Tick
from tongluo.engine import Engine
from tongluo.memory import fits, restore, save

AREA = {"people": 9, "circle": {"centre": [22.5, 113.0], "radius_km": 1.0}}
SUSPECT = {"suspect": ["0 mm", "3 mm"]}
NEAR = {"learn": 16, "settle": "20 min"}
STATIONS: dict[str, list[dict[str, Any]]] = {
    "a": [{**RAIN, "range": SUSPECT, "quality": {**NEAR, "neighbours": ["b/rain", "c/rain"]}}],
    "b": [{**RAIN, "range": SUSPECT, "quality": {**NEAR, "neighbours": ["a/rain", "c/rain"]}}],
    "c": [{**RAIN, "range": SUSPECT}],
    "z": [{**STAGE, "quality": {**NEAR, "neighbours": ["u/stage", "a/rain"],
                                "virtual": {"weights": {"u/stage": 1.0}, "intercept": "0 m",
                                            "sigma": "0.3 m"}}}],
    "u": [{**STAGE, "quality": NEAR}],
    "m": [
        {"quantity": "soil_moisture", "cadence": "1 min", "silence": "4 min"},
        {**RAIN, "name": "mean", "cadence": "2 min",
         "derived": {"method": "weighted_mean", "of": ["a/rain", {"sensor": "b/rain", "weight": 2},
                                                       {"sensor": "c/rain", "lag": "2 min"}]}},
        {**RAIN, "name": "today", "derived": {"method": "since", "of": ["m/mean"]}},
        {**STAGE, "name": "told", "silence": "6 min",
         "derived": {"method": "linear", "of": [{"sensor": "u/stage", "lag": "3 min"}]}},
    ],
}  # fmt: skip
WET = {"source": SOURCE, "levels": {w: {"dry": x, "wet": dict.fromkeys(x, "4 mm")}
                                    for w, x in RAIN_LEVELS.items() if w == "red"}}  # fmt: skip
CHAINS = [
    {"id": "wave", "when": [{"area": "up", "hazard": "river_flood", "level": "yellow"}],
     "areas": ["town"], "warn": {"hazard": "waterlogging", "level": "orange"},
     "why": "来水", "why_en": "water comes"},
    {"id": "sooner", "when": [{"area": "town", "hazard": "flash_flood", "level": "blue"}],
     "areas": ["town"], "lower": {"rules": ["stage"], "by": 0.6},
     "why": "雨后", "why_en": "after rain"},
]  # fmt: skip
SENSORS = 6
"""Those that are received: a, b, c, z, u, m's soil moisture."""


def trial(clock: str) -> Engine:
    built = Config.model_validate(
        {
            "site": SITE,
            "time": {"clock": clock, "rewind": "40 min", "tick": "1 min", "stream_step": "20 min"},
            "thresholds": {**THRESHOLDS, "wet": WET},
            "stations": [{"id": s, "name": s, "sensors": x} for s, x in STATIONS.items()],
            "areas": [
                {"id": "town", "name": "t", "name_en": "t", "stations": list("abczm"), **AREA},
                {"id": "up", "name": "u", "name_en": "u", "stations": ["u"], **AREA},
            ],
            "rules": [
                {**RAIN_RULE, "votes": {"orange": 2}, "sensors": ["rain", "mean"],
                 "options": {"coverage": 0.3, "dead_band": "1 mm"}},
                {"id": "wetness", "hazard": "flash_flood", "detector": "critical_rain",
                 "quantity": "rain", "sensors": ["rain"], "thresholds": "wet", "hold": "5 min",
                 "inputs": {"wetness": "m/soil_moisture"}, "options": {"coverage": 0.3}},
                STAGE_RULE,
            ],
            "chains": CHAINS,
            "policies": [{"by": "order 1", "channels": ["record"], "validity": "30 min",
                          "renew": "10 min"}],
        }
    )  # fmt: skip
    return Engine(plan(built, "0123456789ab"))


ROWS = st.lists(
    st.tuples(
        st.integers(0, SENSORS - 1),
        st.sampled_from(["new"] * 14 + ["late", "nan", "future", "wild"]),
        st.sampled_from([0, 1, 20, 20, 20, 60, 700]),  # s that pass
        st.integers(0, 50),  # tenths
        st.sampled_from([1] * 8 + [2, 3, 9]),
    ),
    max_size=120,
)
CUTS = st.one_of(st.just(set(range(200))), st.sets(st.integers(0, 120)))
LAW = settings(deadline=None, suppress_health_check=list(HealthCheck))


def readings(drawn: list[tuple[int, str, int, int, int]]) -> list[tuple[Any, ...]]:
    """(sensor, time, value, flag, arrival, issued) of what was drawn, in order of arrival."""
    now, rows = START - 20 * MINUTE, []
    place = [trial_rows()[n] for n in range(SENSORS)]
    for sensor, kind, passed, tenths, flag in drawn:
        now += passed * SECOND
        t = now - {"late": 7 * MINUTE}.get(kind, 0) + {"future": HOUR}.get(kind, 0)
        value = {"nan": float("nan"), "wild": tenths * 1000.0}.get(kind, tenths / 10)
        rows.append((place[sensor], t, value, flag, now, 0))
    return rows


def trial_rows() -> list[int]:
    """Rows of the received sensors."""
    names = ("a/rain", "b/rain", "c/rain", "z/stage", "u/stage", "m/soil_moisture")
    keys = [f"{s}/{x.get('name', x['quantity'])}" for s, every in STATIONS.items() for x in every]
    return [keys.index(name) for name in names]


@settings(LAW, max_examples=80)
@given(ROWS, CUTS)
def test_a_stream_split_anywhere(drawn: Any, cuts: set[int]) -> None:
    rows = readings(drawn)
    whole, parts = trial("stream"), trial("stream")
    end = [Tick(rows[-1][4] + HOUR)] if rows else []
    one = run(whole, [Readings(columns(rows)), *end])
    other = run(parts, [*(Readings(columns(p)) for p in split(rows, cuts)), *end])
    agree((whole, one), (parts, other))


@settings(LAW, max_examples=60)
@given(ROWS, CUTS)
def test_system_time_split_anywhere_between_ticks(drawn: Any, cuts: set[int]) -> None:
    rows = readings(drawn)
    whole, parts = trial("system"), trial("system")
    one, other = run(whole, with_ticks(rows, set())), run(parts, with_ticks(rows, cuts))
    agree((whole, one), (parts, other))


@settings(LAW, max_examples=40)
@given(ROWS, st.integers(0, 120))
def test_a_snapshot_goes_on_as_if_nothing_had_been(drawn: Any, cut: int) -> None:
    rows = readings(drawn)
    straight, before, after = trial("stream"), trial("stream"), trial("stream")
    for part in (rows[:cut], rows[cut:]):
        last = straight.feed(Readings(columns(part)))
    before.feed(Readings(columns(rows[:cut])))
    saved = save(before)
    assert fits(after, saved)
    restore(after, saved)
    again = after.feed(Readings(columns(rows[cut:])))
    assert said([again]) == said([last])
    assert knows(after) == knows(straight)


def test_the_trial_comes_to_everything() -> None:
    """What the laws above are tried on does raise levels by each of these ways."""
    rows, place = [], trial_rows()
    for n in range(60):
        t = START + n * MINUTE
        for sensor, value in zip(place, (0.5, 0.5, 0.5, 0.5, 0.5, 90.0), strict=True):
            more = 2.0 if n > 30 and sensor in place[:3] else 0.0
            more += 2.2 if n > 40 and sensor in place[3:5] else 0.0
            rows.append((sensor, t, value + more, 1, t, 0))
    e = trial("stream")
    out = e.feed(Readings(columns(rows)))
    assert {v.rule for v in out.verdicts if v.after >= 1} == {"rain", "wetness", "stage"}
    assert {d.hazard for d in out.decisions} == {"flash_flood", "river_flood", "waterlogging"}
    assert any(d.reason.get("lowered_by") == "sooner" for d in out.decisions)
    assert {v.sensor for v in out.verdicts} >= {"m/mean", "m/told", "z/stage"}
