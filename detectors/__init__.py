"""Readings to verdicts: pure, one method a file. `DETECTORS` is the whole list."""

from detectors import (
    fire_weather_index,
    rain_windows,
    stage_levels,
)
from tongluo.core.ports import Detector

DETECTORS: dict[str, Detector] = {
    d.name: d
    for d in (
        fire_weather_index.DETECTOR,
        rain_windows.DETECTOR,
        stage_levels.DETECTOR,
    )
}
