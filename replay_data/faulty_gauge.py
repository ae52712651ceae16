"""The readings of `faulty-gauge`: a flood at a town whose only gauge fails in mid-rise.

    python replay_data/faulty_gauge.py     fits the town's gauge to its neighbours, on another flood

Rain above fills a store that drains into the river; the upstream gauge, the town's and the one
downstream show the same wave 45 minutes and 100 minutes after one another, each by its own bend of
the channel. The fault: the gauge drops by a metre, stands still, then jumps back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator  # noqa: TID251 - invents readings, judges none
from numpy.typing import NDArray

F8 = NDArray[np.float64]
STEP = 5  # minutes
DAYS = 4
SEED, OTHER = 20260621, 20250618
LAG_TOWN, LAG_DOWN = 45, 100  # minutes after the upstream gauge
PEAK = 3.2 * 24 * 60  # minutes: when the rain is heaviest


@dataclass(frozen=True)
class Fault:
    """minutes since the start; metres."""

    start: float = PEAK + 45
    length: float = 150
    drop: float = 1.0


def flood(seed: int, days: int = DAYS, peak: float = PEAK, heavy: float = 150) -> dict[str, F8]:
    """Times, rain (mm a step) and the three true levels with their noise, without the fault."""
    rng = Generator(PCG64(seed))
    t = np.arange(0, days * 24 * 60, STEP, dtype=float)
    bursts = rng.exponential(0.2, len(t)) * (rng.random(len(t)) < 0.05)
    shape = np.exp(-(((t - peak) / 110) ** 2) / 2)
    rain = bursts + heavy * shape / shape.sum() * (0.6 + 0.8 * rng.random(len(t)))
    age = np.arange(0, 48 * 60, STEP, dtype=float)
    answer = age * np.exp(-age / 95)
    water = np.convolve(rain, answer / answer.sum())[: len(t)]
    water = 0.05 + np.convolve(water, np.full(6, 1 / 6))[: len(t)]

    def later(minutes: float) -> F8:
        return np.interp(t - minutes, t, water)

    def noise() -> F8:
        return rng.normal(0, 0.006, len(t))

    return {
        "minutes": t,
        "rain": np.floor(np.cumsum(rain) / 0.5) * 0.5,
        "u1": 21.0 + 2.6 * later(0) ** 0.55 + noise(),
        "z1": 12.0 + 2.2 * later(LAG_TOWN) ** 0.60 + noise(),
        "d1": 8.0 + 2.0 * later(LAG_DOWN) ** 0.58 + noise(),
    }


def spoiled(level: F8, minutes: F8, fault: Fault) -> F8:
    """What the gauge sends: from the fault on a drop, the very same value, then the truth."""
    out = np.round(level, 2)
    inside = (minutes >= fault.start) & (minutes < fault.start + fault.length)
    if inside.any():
        first = int(np.argmax(inside))
        out[inside] = round(float(level[first]) - fault.drop, 2)
    return out


def fitted() -> tuple[dict[str, float], dict[str, float]]:
    """Weights of (1) the neighbours as they stand, (2) the upstream gauge 45 minutes before.

    Fitted with scikit-learn on three floods of another seed.
    """
    from sklearn.linear_model import LinearRegression  # noqa: PLC0415 - only to fit

    floods = [flood(OTHER + k, heavy=heavy) for k, heavy in enumerate((60, 120, 180))]
    back = LAG_TOWN // STEP
    z = np.concatenate([f["z1"][back:] for f in floods])
    now = np.concatenate([np.stack([f["u1"][back:], f["d1"][back:]], 1) for f in floods])
    before = np.concatenate([f["u1"][:-back, None] for f in floods])
    told = []
    for names, x in ((("u1", "d1"), now), (("u1",), before)):
        model = LinearRegression().fit(x, z)
        left = z - model.predict(x)
        told.append(
            {**dict(zip(names, map(float, model.coef_), strict=True)),
             "intercept": float(model.intercept_), "sigma": float(left.std())}
        )  # fmt: skip
    return told[0], told[1]


if __name__ == "__main__":
    for line in fitted():
        print({name: round(value, 4) for name, value in line.items()})
