"""The daily fire weather codes against the published record and component grids."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.fwi_codes import bui, dc, dmc, drying, dsr, ffmc, fwi, isi
from tests.shared import SHARED, needs_shared

FOLDER = SHARED / "data" / "cffdrs-fwi"
NAMES = ["FFMC", "DMC", "DC", "ISI", "BUI", "FWI", "DSR"]


def codes_of(days: pd.DataFrame, a: float) -> pd.DataFrame:
    """All codes of consecutive days (temp, rh, ws km/h, prec, mon), from 85 / 6 / 15 at 40 N."""
    f, p, d = 85.0, 6.0, 15.0
    rows = []
    for day in days.itertuples():
        t, h, w, r, month = (float(x) for x in (day.temp, day.rh, day.ws, day.prec, day.mon))
        f = ffmc(f, t, h, w, r, a)
        p, d = dmc(p, t, h, r, int(month), 40.0), dc(d, t, r, int(month), 40.0)
        spread, build_up = isi(f, w, a), bui(p, d)
        index = fwi(spread, build_up)
        rows.append((f, p, d, spread, build_up, index, dsr(index)))
    return pd.DataFrame(rows, columns=NAMES)


def record() -> tuple[pd.DataFrame, pd.DataFrame]:
    given_ = pd.read_csv(FOLDER / "test_fwi.csv", sep=";")
    return given_, pd.read_csv(FOLDER / "fwi_01.csv", dtype=str)


@pytest.mark.parametrize(
    ("a", "expected"),
    [
        (147.2, (87.6930, 8.5451, 19.0140, 10.8537, 8.4904, 10.0964)),
        (147.27723, (87.65, 8.545, 19.01, 10.78, 8.49, 10.04)),
    ],
)
def test_the_reference_day(a: float, expected: tuple[float, ...]) -> None:
    day = pd.DataFrame([{"temp": 17, "rh": 42, "ws": 25, "prec": 0, "mon": 4}])
    got = codes_of(day, a)[NAMES[:6]].iloc[0].tolist()
    assert got == pytest.approx(expected, abs=5e-5 if a == 147.2 else 5e-3)


def half_a_digit(text: str) -> float:
    """How far a value may lie from its printed form: half of the last digit printed."""
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(0.5 * 10.0 ** (int(exponent or 0) - decimals))


@needs_shared
def test_the_record_of_48_days_is_met_in_every_printed_digit() -> None:
    days, expected = record()
    got = codes_of(days, 147.27723)
    assert len(got) == 48
    for name in NAMES:
        for value, text in zip(got[name], expected[name], strict=True):
            assert abs(value - float(text)) <= half_a_digit(text) * 1.0001, (name, value, text)


@needs_shared
def test_the_constant_as_printed_in_the_reports_differs_by_a_little() -> None:
    days, _ = record()
    apart = (codes_of(days, 147.2) - codes_of(days, 147.27723)).abs().max()
    assert apart["FFMC"] == pytest.approx(0.123, abs=0.005)
    assert apart["FWI"] == pytest.approx(0.24, abs=0.01)
    assert apart[["DMC", "DC", "BUI"]].max() == 0


@needs_shared
def test_the_grid_of_the_fine_fuel_code() -> None:
    grid = pd.read_csv(FOLDER / "FineFuelMoistureCode.csv").query("rh >= 0")
    assert len(grid) == 1500
    for row in grid.itertuples():
        got = ffmc(row.ffmc_yda, row.temp, row.rh, row.ws, row.prec, 147.27723)
        assert got == pytest.approx(row.FineFuelMoistureCode, abs=0.005001)


@needs_shared
def test_the_grid_of_the_drought_code() -> None:
    grid = pd.read_csv(FOLDER / "DroughtCode.csv")
    assert len(grid) == 4392
    for row in grid.rename(columns={"lat.adjust": "adjust"}).itertuples():
        latitude = row.lat if row.adjust else 46.0
        got = dc(row.dc_yda, row.temp, row.prec, row.mon, latitude)
        assert got == pytest.approx(row.DroughtCode, abs=0.005001)


def test_the_southern_year_is_half_a_year_on() -> None:
    south = [drying(month, -35.0) for month in range(1, 13)]
    assert south == [6.4, 5.0, 2.4, 0.4, -1.6, -1.6, -1.6, -1.6, -1.6, 0.9, 3.8, 5.8]
    assert {drying(month, 0.0) for month in range(1, 13)} == {1.4}


weather: Any = {
    "t": st.floats(-60, 65),
    "h": st.floats(0, 105),
    "w": st.floats(0, 360),
    "r": st.floats(0, 2000),
    "month": st.integers(1, 12),
    "latitude": st.floats(-90, 90),
}


@given(**weather, f=st.floats(0, 101), p=st.floats(0, 1000), d=st.floats(0, 3000))
def test_whatever_the_weather_the_codes_stay_codes(
    t: float, h: float, w: float, r: float, month: int, latitude: float, **codes: float
) -> None:
    f = ffmc(codes["f"], t, h, w, r, 147.2)
    p = dmc(codes["p"], t, h, r, month, latitude)
    d = dc(codes["d"], t, r, month, latitude)
    index = fwi(isi(f, w, 147.2), bui(p, d))
    assert 0 <= f <= 101
    assert p >= 0
    assert d >= 0
    assert 0 <= index < math.inf
    assert 0 <= dsr(index) < math.inf


@given(st.floats(0, 30), st.floats(0, 99), st.floats(0, 60), st.floats(0, 101), st.floats(0, 99))
def test_drier_air_never_wets_the_fine_fuel(
    t: float, h: float, w: float, f: float, dryer: float
) -> None:
    dry = ffmc(f, t, min(h, dryer), w, 0.0, 147.2)
    assert dry >= ffmc(f, t, h, w, 0.0, 147.2) - 0.5  # the two equations meet with a small step


@given(st.floats(0, 101), st.floats(0, 1000), st.floats(0, 1500), st.floats(0, 100))
def test_rain_never_dries(f: float, p: float, d: float, r: float) -> None:
    assert ffmc(f, 20.0, 60.0, 10.0, r, 147.2) <= ffmc(f, 20.0, 60.0, 10.0, 0.0, 147.2) + 1e-9
    assert dc(d, 20.0, r, 6, 46.0) <= dc(d, 20.0, 0.0, 6, 46.0) + 1e-9
    assert dmc(p, 20.0, 60.0, r, 6, 46.0) <= dmc(p, 20.0, 60.0, 0.0, 6, 46.0) + 0.02
