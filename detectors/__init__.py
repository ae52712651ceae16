"""Readings to verdicts: pure, one method a file. `DETECTORS` is the whole list."""

from detectors import (
    antecedent_rain,
    fire_weather_grade,
    fire_weather_index,
    rain_curve,
    rain_line,
    rain_windows,
    soil_water_index,
    stage_levels,
)
from tongluo.core.ports import Detector

DETECTORS: dict[str, Detector] = {
    d.name: d
    for d in (
        antecedent_rain.DETECTOR,
        fire_weather_grade.DETECTOR,
        fire_weather_index.DETECTOR,
        rain_curve.DETECTOR,
        rain_line.DETECTOR,
        rain_windows.DETECTOR,
        soil_water_index.DETECTOR,
        stage_levels.DETECTOR,
    )
}
