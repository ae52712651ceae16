"""The published 3-day/15-day line at Mukilteo, 2010/11: rain_line finds what plain sums find."""

from __future__ import annotations

import numpy as np
import pandas as pd

from detectors.rain_line import DETECTOR
from tests.build import HOUR
from tests.shared import SHARED, needs_shared
from tests.unit.detectors.rain_series import Series, states
from tongluo.core.ports import Sensor

FOLDER = SHARED / "data" / "usgs-thresh"
ZONE = -8 * HOUR  # Pacific standard time


@needs_shared
def test_twenty_nine_days_of_exceedance_and_four_of_eleven_days_with_landslides() -> None:
    hourly = pd.read_csv(FOLDER / "KPAE_hourly.csv", parse_dates=["time_lst"])
    local = hourly["time_lst"]
    t = local.astype("datetime64[ms]").to_numpy().astype(np.int64) - ZONE
    mm = (hourly["rain_in"] * 25.4).tolist()
    of = Series(Sensor("rain", HOUR, False, zone=ZONE), t.tolist(), mm, [1] * len(t))
    levels = {"yellow": {"intercept": "88.9 mm", "slope": 0.67}}
    reached = np.array([int(s["level"]) >= 1 for s in states(DETECTOR, {}, levels, of)])

    hundredths = (hourly["rain_in"] * 100).round()
    p3 = hundredths.rolling(72, min_periods=1).sum()
    p18 = hundredths.rolling(72 + 360, min_periods=1).sum()
    assert (reached == (p3 >= 350 - 0.67 * (p18 - p3))).all()

    days = set(local[reached].dt.normalize())
    dates = (FOLDER / "test" / "dates2011Muk.txt").read_text().split()
    slides = set(pd.to_datetime(dates, format="%m/%d/%Y"))
    assert (len(days), len(slides), len(days & slides)) == (29, 11, 4)
