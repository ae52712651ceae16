"""Too much movement to and fro: ice on a pressure sensor, a loose contact, a lost radar echo.

    z = min(|change|, |change before|) where the two have opposite signs, else 0
    zig = running mean of z over about 8 readings

Suspect where zig exceeds 6 x q95 of what the sensor itself had before (or half of a limit given
as the width of the noise), and the readings go to and fro more than they go anywhere: the path is
more than 4 x the way. A flood is rough too, but it goes somewhere. A z counts for no more than
four times the limit, so that it takes three of them: one spike is no noise. It is lifted at half
of the limit. While it stands, one reading in eight is learned, so that nothing is doubted for
ever.
"""

from __future__ import annotations

import math
from typing import Any

from ingest.quality_jump import PAUSE
from ingest.quality_scale import BINS, learn_at, quantile_at
from tongluo.core.compiled import compiled

SHARE = 0.125
USUAL = 0.95
TIMES = 6.0
WAY = 4.0
LIFTED = 2.0
CAPPED = 4.0


@compiled
def follow(s: Any, change: float, most: float) -> None:
    """Running means over about 8 readings: to and fro, path, way."""
    z = 0.0
    if change * s["change"] < 0.0:
        z = min(abs(change), abs(s["change"]), most)
    s["zig"] += SHARE * (z - s["zig"])
    s["path"] += SHARE * (abs(change) - s["path"])
    s["drift"] += SHARE * (change - s["drift"])
    s["change"] = change


@compiled
def noise(p: Any, s: Any, t: int, v: float, learning: bool) -> bool:
    """Whether the sensor is too noisy."""
    pause = t - s["raw_t"]
    if s["raw_t"] == 0 or pause > PAUSE * p["cadence"]:
        s["change"], s["zig"], s["path"], s["drift"], s["noisy"] = 0.0, 0.0, 0.0, 0.0, 0
        s["raw"], s["raw_t"] = v, t
        return False
    most = 0.5 * p["noise"]
    if most <= 0.0:
        most = TIMES * max(quantile_at(s["zigs"], s["zigs_at"]), 0.25 * s["usual"])
    known = p["noise"] > 0.0 or s["zigs"][BINS] >= p["learn"]
    follow(s, v - s["raw"], CAPPED * most if known else math.inf)
    s["raw"], s["raw_t"] = v, t
    if learning and (s["noisy"] == 0 or s["noisy"] % 8 == 0):
        learn_at(s["zigs"], s["zigs_at"], USUAL, s["zig"])
    rough = s["zig"] > most and s["path"] > WAY * abs(s["drift"])
    if known and (rough or (s["noisy"] > 0 and s["zig"] * LIFTED > most)):
        s["noisy"] += 1
    else:
        s["noisy"] = 0
    return bool(s["noisy"] > 0)
