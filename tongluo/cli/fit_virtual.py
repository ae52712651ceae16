"""Weights of a virtual gauge from the past: what a sensor's neighbours foretell of it.

Fitted once, beside the daemon, and written into the configuration by hand; the daemon only sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongluo.core.errors import TongluoError
from tongluo.core.units import inner_unit

ENOUGH = 50
SPREAD = 1.4826  # of a normal distribution: standard deviation over median absolute deviation


@dataclass(frozen=True)
class Virtual:
    """value = intercept + sum of weight x neighbour, give or take sigma."""

    weights: dict[str, float]
    intercept: float
    sigma: float

    def block(self, quantity: str) -> dict[str, Any]:
        """As it stands in `quality: {virtual: ...}`."""
        unit = inner_unit(quantity)
        return {
            "weights": {key: round(weight, 6) for key, weight in self.weights.items()},
            "intercept": f"{self.intercept:.6f} {unit}",
            "sigma": f"{self.sigma:.6f} {unit}",
        }


def fit_virtual(
    value: NDArray[np.float64], near: NDArray[np.float64], keys: Sequence[str]
) -> Virtual:
    """Fit one sensor's values by those of its neighbours at the same times (rows x neighbours).

    Huber's loss, so that the faults of the past do not count as truth; rows with a NaN are left
    out. sigma is the robust spread of what is left over.
    """
    from sklearn.linear_model import (  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy
        HuberRegressor,
    )

    whole = np.isfinite(value) & np.isfinite(near).all(axis=1)
    if whole.sum() < ENOUGH:
        raise TongluoError(f"only {int(whole.sum())} common readings: {ENOUGH} are needed")
    x, y = near[whole], value[whole]
    scale = np.maximum(x.std(axis=0), 1e-12)  # the solver wants columns of like size
    model = HuberRegressor(alpha=0.0, max_iter=1000).fit((x - x.mean(axis=0)) / scale, y)
    weights = model.coef_ / scale
    intercept = float(model.intercept_ - (weights * x.mean(axis=0)).sum())
    left = y - intercept - x @ weights
    sigma = SPREAD * float(np.median(np.abs(left - np.median(left))))
    return Virtual(dict(zip(keys, weights.tolist(), strict=True)), intercept, max(sigma, 1e-6))
