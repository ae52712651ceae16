"""Readings to verdicts: pure, one method a file. `DETECTORS` is the whole list."""

from detectors import rain_windows, stage_levels
from tongluo.core.ports import Detector

DETECTORS: dict[str, Detector] = {d.name: d for d in (rain_windows.DETECTOR, stage_levels.DETECTOR)}
