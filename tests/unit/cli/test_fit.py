"""`tongluo fit`: known models are found again, and what is printed can be pasted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from detectors.stage_outlook import DETECTOR as OUTLOOK
from detectors.surge_residual import DETECTOR as SURGE
from detectors.surge_residual import tide
from tests.build import HOUR, MINUTE, START
from tests.shared import SHARED, needs_shared
from tests.unit.cli.conftest import Call
from tongluo.cli import fit_tide
from tongluo.core.ports import Sensor

CANCE = SHARED / "data" / "cance-2014" / "cance_rain_q_hourly_2014-09_2014-10.csv"


def long_form(path: Path, series: dict[str, Any], times: Any) -> Path:
    """station/quantity -> values, as a case has them."""
    parts = [
        pd.DataFrame({"time": times, "station": k.split("/")[0], "quantity": k.split("/")[1],
                      "value": v})
        for k, v in series.items()
    ]  # fmt: skip
    pd.concat(parts).to_csv(path, index=False)
    return path


def hourly(n: int) -> list[str]:
    return [f"{t.isoformat()}Z" for t in pd.date_range("2024-01-01", periods=n, freq="h")]


def river(path: Path, noise: float, n: int = 3000) -> Path:
    """own(t + 3 h) = 0.2 + 0.5 own + 0.7 upstream(t - 2 h) + 0.02 rain of 6 h, and noise."""
    dice = np.random.default_rng(8)  # noqa: TID251 - chance for tests, by a stated seed
    rain = np.where(dice.random(n) < 0.1, dice.exponential(5, n), 0).round(1)
    up = 1 + np.convolve(rain, np.exp(-np.arange(60) / 12) / 12)[:n] + dice.normal(0, 0.1, n)
    own = np.ones(n)
    for k in range(8, n - 3):
        own[k + 3] = 0.2 + 0.5 * own[k] + 0.7 * up[k - 2] + 0.02 * rain[k - 5 : k + 1].sum()
        own[k + 3] += dice.normal(0, noise)
    return long_form(path, {"d/stage": own, "u/stage": up, "g/rain": rain}, hourly(n))


ASKED = ["--own", "d/stage", "--upstream", "u/stage", "--rain", "g/rain", "--lead", "3 h"]


@pytest.mark.parametrize("more", [[], ["--split", "storm"], ["--robust"]])
def test_the_weights_of_a_known_river_are_found(
    call: Call, tmp_path: Path, more: list[str]
) -> None:
    path = river(tmp_path / "readings.csv", 0.02)
    ended = call("fit", "stage", path, *ASKED, "--lags", "0 h,2 h", *more)
    assert ended.code == 0, ended.err
    told = YAML(typ="safe").load(ended.out)
    weights = {(x["of"], x["lag"]): x["weight"] for x in told["options"]["terms"]}
    expected = {
        ("own", "0 s"): 0.5, ("own", "2 h"): 0, ("upstream1", "0 s"): 0,
        ("upstream1", "2 h"): 0.7, ("rain1", "0 s"): 0.02,
    }  # fmt: skip
    assert weights == pytest.approx(expected, abs=0.02)
    assert float(told["options"]["sigma"].split()[0]) == pytest.approx(0.02, rel=0.15)
    assert told["inputs"] == {"upstream1": "u/stage", "rain1": "g/rain"}
    assert "skill 0.9" in ended.out or "skill 1.0" in ended.out


def test_what_is_printed_can_be_pasted(call: Call, tmp_path: Path) -> None:
    """The detector's prediction is the one that was fitted."""
    path = river(tmp_path / "readings.csv", 0.0)
    told = YAML(typ="safe").load(call("fit", "stage", path, *ASKED, "--lags", "0 h,2 h").out)
    params = np.zeros(1, OUTLOOK.params)
    options = OUTLOOK.options.model_validate(told["options"])
    OUTLOOK.fill(params[0], options, {"red": "0.01 m"}, Sensor("stage", 60 * MINUTE, False))
    state = np.zeros(1, OUTLOOK.state(params))
    table = pd.read_csv(path).pivot(index="time", columns="station", values="value")
    for k in range(100):
        for port, station in ((1, "u"), (5, "g"), (0, "d")):
            state[0]["level"] = -1
            t = START + k * HOUR
            OUTLOOK.step(params[0], state[0], port, t, table[station].iloc[k], 1)
    assert state[0]["why"][1] == pytest.approx(table["d"].iloc[102], abs=0.005)


@needs_shared
def test_three_hours_ahead_on_the_cance_it_beats_persistence(call: Call, tmp_path: Path) -> None:
    """Held out: from 12 October on, with the flood of the 13th, twice as high as any before."""
    wide = pd.read_csv(CANCE)
    times = [f"{t.replace(' ', 'T')}Z" for t in wide["time_utc"]]
    gauges = ("V3524010", "V3515010", "V3517010")
    series = {f"{g}/flow": wide[f"q_m3s_{g}"] for g in gauges}
    series["V3524010/rain"] = wide["rain_mm_h_V3524010"]
    path = long_form(tmp_path / "readings.csv", series, times)
    ended = call(
        *("fit", "stage", path, "--own", "V3524010/flow", "--rain", "V3524010/rain"),
        *("--upstream", "V3515010/flow", "--upstream", "V3517010/flow"),
        *("--lags", "0 h,3 h", "--windows", "3 h,12 h", "--held-out", "0.42"),
    )
    every, high = (line for line in ended.out.splitlines() if "; skill " in line)
    assert float(every.rsplit(" ", 1)[1]) > 0
    assert float(high.rsplit(" ", 1)[1]) > 0


SPEEDS = {"M2": 28.9841042, "S2": 30.0, "N2": 28.4397295, "K1": 15.0410686, "O1": 13.9430356}
SEA = [("M2", 1.2, 40.0), ("S2", 0.4, 80.0), ("N2", 0.25, 20.0), ("K1", 0.3, 200.0),
       ("O1", 0.2, 310.0)]  # fmt: skip


def sea(n: int) -> Any:
    hours = np.arange(n)
    return 1.5 + sum(a * np.cos(np.radians(SPEEDS[x] * hours - g)) for x, a, g in SEA)


def test_the_constants_of_a_known_sea_are_found(call: Call, tmp_path: Path) -> None:
    n = 366 * 24
    dice = np.random.default_rng(9)  # noqa: TID251 - chance for tests, by a stated seed
    path = tmp_path / "levels.csv"
    value = (sea(n) + dice.normal(0, 0.03, n)).round(3)
    pd.DataFrame({"time": hourly(n), "value": value}).to_csv(path, index=False)
    ended = call("fit", "tide", path)
    assert ended.code == 0, ended.err
    options = YAML(typ="safe").load(ended.out)["options"]
    found = {x["name"]: x for x in options["constituents"]}
    assert len(found) == 37
    for name, amplitude, _ in SEA:
        assert found[name]["speed_deg_h"] == pytest.approx(SPEEDS[name], abs=1e-6)
        assert float(found[name]["amplitude"].split()[0]) == pytest.approx(amplitude, abs=0.01)
    assert float(options["mean"].split()[0]) == pytest.approx(1.5, abs=0.005)

    params = np.zeros(1, SURGE.params)
    sensor = Sensor("tide", 60 * MINUTE, False)
    SURGE.fill(params[0], SURGE.options.model_validate(options), {"red": "1 m"}, sensor)
    begin = pd.Timestamp("2024-01-01", tz="UTC").value // 10**6
    judged = [tide(params[0], int(begin + k * HOUR)) for k in range(0, n, 37)]
    assert judged == pytest.approx(sea(n)[::37], abs=0.03)


def test_without_utide_it_says_how_to_get_it(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_tide, "find_spec", lambda name: None)
    ended = call("fit", "tide", tmp_path / "levels.csv")
    assert ended.code == 1
    assert ended.err.strip() == "tongluo: fitting tides needs utide -> pip install 'tongluo[tide]'"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--own", "x/stage"], "there is no sensor 'x/stage'"),
        (["--own", "d/stage", "--lead", "soon"], "not a length of time"),
        (["--own", "d/stage", "--lags", "0 h,1 h", *["--upstream", "u/stage"] * 5], "at most 4"),
        (["--own", "d/stage", "--lags", ",".join(f"{n} h" for n in range(17))], "17 terms"),
        (["--own", "d/stage", "--lead", "200 d"], "too few"),
    ],
)
def test_a_wrong_wish_is_one_clear_line(
    call: Call, tmp_path: Path, options: list[str], reason: str
) -> None:
    path = river(tmp_path / "readings.csv", 0.0, 300)
    ended = call("fit", "stage", path, *options)
    assert ended.code == 1
    assert reason in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("time,value\n2024-01-01T00:00:00,1\n", "without offset"),
        ("time,level\n2024-01-01T00:00:00Z,1\n", "no column value"),
        ("time,value\n2024-01-01T00:00:00Z,1\n", "at least 15 days"),
        ("time,value\n2024-01-01T00:00:00Z,high\n", "high"),
    ],
)
def test_a_file_that_cannot_be_fitted_to_is_refused(
    call: Call, tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "levels.csv"
    path.write_text(text)
    ended = call("fit", "tide", path)
    assert ended.code == 1
    assert reason in ended.err


def test_a_case_folder_is_read_in_inner_units(call: Call) -> None:
    root = Path(__file__).resolve().parents[3]
    case = root / "replay_data" / "slow-river-flood"
    first = pd.read_csv(case / "readings.csv")
    stage = next(x for x in first["quantity"].unique() if x == "stage")
    station = first[first["quantity"] == stage]["station"].iloc[0]
    ended = call("fit", "stage", case, "--own", f"{station}/{stage}", "--held-out", "0.5")
    assert ended.code == 0, ended.err
    assert "detector: stage_outlook" in ended.out
