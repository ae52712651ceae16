"""Weights of the gauges of an areal mean: by distance, or by the ground that is nearest to each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Place = tuple[float, float]
"""(latitude, longitude) in degrees"""
CELLS = 200  # a polygon's bounding box is sampled by so many squares a side: weights to about 1 %


def inverse_distance(gauges: Sequence[Place], at: Place, power: float = 2.0) -> list[float]:
    """1 / distance ** power, normed to 1; a gauge at the place itself gets all.

    >>> inverse_distance([(0.0, 1.0), (0.0, -1.0)], (0.0, 0.0))
    [0.5, 0.5]
    """
    apart = [_distance(gauge, at) for gauge in gauges]
    if min(apart) < 1e-9:
        return [1.0 if d < 1e-9 else 0.0 for d in apart]
    weights = [d**-power for d in apart]
    return [w / sum(weights) for w in weights]


def thiessen(gauges: Sequence[Place], polygon: Sequence[Place]) -> list[float]:
    """Share of a polygon that is nearer to each gauge than to any other (Thiessen 1911).

    >>> square = [(0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0)]
    >>> [round(w, 2) for w in thiessen([(2.0, 0.0), (2.0, 2.0)], square)]
    [0.25, 0.75]
    """
    corners = np.asarray(polygon, float)
    low, high = corners.min(axis=0), corners.max(axis=0)
    steps = (np.arange(CELLS) + 0.5) / CELLS
    lat = low[0] + (high[0] - low[0]) * steps
    lon = low[1] + (high[1] - low[1]) * steps
    points = np.stack(np.meshgrid(lat, lon, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = points[_inside(points, corners)]
    flat = np.array([1.0, math.cos(math.radians(float(corners[:, 0].mean())))])
    inside = inside if len(inside) else corners  # thinner than the squares
    apart = (((inside[:, None, :] - np.asarray(gauges, float)[None]) * flat) ** 2).sum(axis=2)
    count = np.bincount(apart.argmin(axis=1), minlength=len(gauges))
    return [float(n) / len(inside) for n in count]


def _distance(a: Place, b: Place) -> float:
    """Degrees of latitude between two places that are near one another."""
    east = (a[1] - b[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return math.hypot(a[0] - b[0], east)


def _inside(points: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie in a polygon: a ray from them crosses its sides an odd number of times."""
    odd = np.zeros(len(points), bool)
    for (y1, x1), (y2, x2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        across = (y1 > points[:, 0]) != (y2 > points[:, 0])
        if y1 != y2:
            odd ^= across & (points[:, 1] < x1 + (points[:, 0] - y1) * (x2 - x1) / (y2 - y1))
    return odd
