"""What test days tell of a share on another day: a beta-binomial update.

On each day the share is drawn from a Beta distribution of mean mu and intraclass correlation rho
(days differ), and of the people asked so many got the message. Both mu and rho are unknown; their
posterior stands on a grid, and the share of a new day is a mixture over it (Griffiths 1973,
Biometrics 29, for the distribution). Few people asked, or few days, give a wide answer by
themselves. An answer counts for less than one where the people asked live together (`design`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import betainc, betaln

from dissemination.coverage.known import F8, I8

DAYS = np.array([0.001, 0.003, 0.008, 0.02, 0.05])
"""Values of rho held possible, equally likely: from all days alike to 11 points about a half."""
MEANS = (np.arange(48) + 0.5) / 48
GRID = (np.arange(129) / 128.0) ** 2 * (3 - 2 * np.arange(129) / 128.0)
"""Shares at which a distribution is held, closer at the ends."""


@dataclass(frozen=True)
class Share:
    """The distribution of an unknown share, by its values at `GRID`."""

    cdf: F8

    def quantile(self, at: F8) -> F8:
        """Shares at probabilities in 0..1.

        >>> even = Share(GRID)
        >>> [round(float(x), 2) for x in even.quantile(np.array([0.05, 0.5]))]
        [0.05, 0.5]
        """
        return np.interp(at, self.cdf, GRID)

    def density(self, at: F8) -> F8:
        """Density, 0 outside of 0..1."""
        steps = np.diff(self.cdf) / np.diff(GRID)
        middle = (GRID[1:] + GRID[:-1]) / 2
        inside = (at >= 0) & (at <= 1)
        return np.where(inside, np.interp(at, middle, steps), 0.0)

    @property
    def mean(self) -> float:
        """Expected share."""
        return float(1 - np.sum((self.cdf[1:] + self.cdf[:-1]) / 2 * np.diff(GRID)))


def calibrate(
    asked: I8, heard: I8, declared: float = np.nan, trust: float = 4.0, design: float = 1.5
) -> Share:
    """The share on another day, from test days and what somebody stated.

    asked, heard: people by test day. declared: a stated share, worth as much as `trust` people
    asked; NaN when there is none.

    >>> share = calibrate(np.array([200, 100]), np.array([160, 70]))
    >>> round(share.mean, 2)
    0.75
    """
    if np.any(heard > asked) or np.any(heard < 0):
        raise ValueError("more people heard than were asked, or fewer than none")
    stated = 0.0 if np.isnan(declared) else trust
    mean = 0.5 if np.isnan(declared) else min(max(declared, 0.01), 0.99)
    mu, rho = MEANS[:, None], DAYS[None, :]
    size = 1 / rho - 1
    log = stated * (mean * np.log(mu) + (1 - mean) * np.log1p(-mu)) + 0 * rho
    for n, k in zip(asked / design, heard / design, strict=True):
        a, b = mu * size, (1 - mu) * size
        log = log + betaln(a + k, b + n - k) - betaln(a, b)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    return Share(np.maximum.accumulate(np.einsum("ij,ijk->k", weight, _table())))


@cache
def _table() -> F8:
    """(means, rhos, grid) the distribution of a day's share for each mean and rho."""
    mu, size = MEANS[:, None, None], (1 / DAYS - 1)[None, :, None]
    return np.asarray(betainc(mu * size, (1 - mu) * size, GRID))
