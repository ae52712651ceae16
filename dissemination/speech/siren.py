"""The tone before a spoken warning: rising and falling for a warning, level for an all-clear.

Not one of the air-raid patterns, which mean something else and which some laws keep for it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dissemination.speech.espeak import RATE, Sound

LOW, HIGH = 450.0, 1100.0
"""Hz: what small horns radiate well, and old ears still hear."""
SWEEP = 2.0
"""Seconds of one rise and fall."""
LOUD = 0.8
FADE = 0.02
"""Seconds; a tone that begins at once clicks."""


def tone(seconds: float, clear: bool = False) -> Sound:
    """The tone as samples; clear: level, for an all-clear.

    >>> sound = tone(1.0)
    >>> len(sound), int(abs(sound).max()) > 20000
    (22050, True)
    """
    time = np.arange(round(seconds * RATE)) / RATE
    if clear:
        phase = 2 * math.pi * (LOW + HIGH) / 2 * time
    else:
        pitch = LOW + (HIGH - LOW) * (1 - np.cos(2 * math.pi * time / SWEEP)) / 2
        phase = 2 * math.pi * np.cumsum(pitch) / RATE
    return _samples(LOUD * np.sin(phase) * _fade(len(time)))


def silence(seconds: float) -> Sound:
    """Nothing, for so long."""
    return np.zeros(round(seconds * RATE), np.int16)


def _fade(count: int) -> NDArray[np.float64]:
    ramp = np.arange(count) / (FADE * RATE)
    return np.minimum(1.0, np.minimum(ramp, ramp[::-1]))


def _samples(wave: NDArray[np.float64]) -> Sound:
    return np.asarray(np.round(wave * 32767), np.int16)
