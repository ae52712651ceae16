"""Readings to verdicts: pure, one method a file. `DETECTORS` is the whole list."""

from detectors import (
    antecedent_rain,
    critical_rain,
    discharge_levels,
    fire_node,
    fire_weather_grade,
    fire_weather_index,
    gate_release,
    rain_curve,
    rain_forecast,
    rain_line,
    rain_trigger_index,
    rain_windows,
    rate_of_rise,
    soil_water_index,
    stage_levels,
    stage_outlook,
    stuck,
    surge_residual,
    time_to_level,
)
from tongluo.core.ports import Detector

DETECTORS: dict[str, Detector] = {
    d.name: d
    for d in (
        antecedent_rain.DETECTOR,
        critical_rain.DETECTOR,
        discharge_levels.DETECTOR,
        fire_node.DETECTOR,
        fire_weather_grade.DETECTOR,
        fire_weather_index.DETECTOR,
        gate_release.DETECTOR,
        rain_curve.DETECTOR,
        rain_forecast.DETECTOR,
        rain_line.DETECTOR,
        rain_trigger_index.DETECTOR,
        rain_windows.DETECTOR,
        rate_of_rise.DETECTOR,
        soil_water_index.DETECTOR,
        stage_levels.DETECTOR,
        stage_outlook.DETECTOR,
        stuck.DETECTOR,
        surge_residual.DETECTOR,
        time_to_level.DETECTOR,
    )
}
