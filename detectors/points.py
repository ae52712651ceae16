"""A bounded ring of points of a series: thinned to one a slot, looked up, sorted, its slopes.

A ring is an array of `POINT`; `pushed` counts all that were ever put in, so that point k lies at
k modulo the ring's length. Of each slot (equal pieces of time) the first reading is kept.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tongluo.core.compiled import compiled

POINT = np.dtype([("t", "i8"), ("v", "f8")], align=True)
HOUR = 3_600_000.0


@compiled
def add_point(ring: Any, pushed: int, slot: int, t: int, value: float) -> int:
    """Put a point in unless its slot has one; returns how many were put in, with this."""
    n = ring.shape[0]
    if pushed > 0 and ring[(pushed - 1) % n]["t"] // slot == t // slot:
        return pushed
    cell = ring[pushed % n]
    cell["t"], cell["v"] = t, value
    return pushed + 1


@compiled
def first_since(ring: Any, pushed: int, since: int) -> int:
    """The first kept point not older than `since`; `pushed` when all are."""
    k = max(pushed - ring.shape[0], 0)
    while k < pushed and ring[k % ring.shape[0]]["t"] < since:
        k += 1
    return int(k)


@compiled
def last_until(ring: Any, pushed: int, until: int) -> int:
    """The last kept point not newer than `until`; -1 when there is none."""
    for back in range(1, min(pushed, ring.shape[0]) + 1):
        if ring[(pushed - back) % ring.shape[0]]["t"] <= until:
            return pushed - back
    return -1


@compiled
def sort_first(a: Any, n: int) -> None:
    """Sort the first n values of an array, in place (Shell 1959)."""
    gap = 1
    while 3 * gap < n:
        gap = 3 * gap + 1
    while gap >= 1:
        for i in range(gap, n):
            x = a[i]
            j = i
            while j >= gap and a[j - gap] > x:
                a[j] = a[j - gap]
                j -= gap
            a[j] = x
        gap //= 3


@compiled
def middle(a: Any, n: int) -> float:
    """The median of the first n values, which are sorted by it; n >= 1."""
    sort_first(a, n)
    return (float(a[n // 2]) + float(a[(n - 1) // 2])) / 2.0


@compiled
def median_since(ring: Any, pushed: int, since: int, room: Any) -> tuple[float, int]:
    """(median of the points not older than `since`, their number); room: as long as the ring."""
    n = 0
    for k in range(first_since(ring, pushed, since), pushed):
        room[n] = ring[k % ring.shape[0]]["v"]
        n += 1
    if n == 0:
        return 0.0, 0
    return middle(room, n), n


@compiled
def tied(ring: Any, first: int, end: int) -> float:
    """The sum of (k - 1) k (2k + 5) over groups of k equal values."""
    total = 0.0
    for i in range(first, end):
        same = 0
        for j in range(first, end):
            if ring[i % ring.shape[0]]["v"] == ring[j % ring.shape[0]]["v"]:
                same += 1
        total += float((same - 1) * (2 * same + 5))
    return total


@compiled
def slopes(ring: Any, first: int, end: int, z: float, room: Any) -> tuple[float, float, float]:
    """(slope, low, high) per hour of points first to end: Theil-Sen with Sen's interval.

    The slope is the median of all pairwise slopes; the interval is theirs of the ranks
    (N -+ z sqrt(V)) / 2, V = (n (n-1) (2n+5) - ties) / 18 (Sen 1968; Gilbert 1987). Two points at
    least; room: n (n - 1) / 2 values.
    """
    n, count, many = ring.shape[0], 0, float(end - first)
    for i in range(first, end):
        for j in range(i + 1, end):
            a, b = ring[i % n], ring[j % n]
            room[count] = (b["v"] - a["v"]) / (float(b["t"] - a["t"]) / HOUR)
            count += 1
    best = middle(room, count)
    variance = (many * (many - 1.0) * (2.0 * many + 5.0) - tied(ring, first, end)) / 18.0
    far = z * math.sqrt(max(variance, 0.0))
    high = min(math.floor((float(count) + far) / 2.0 + 0.5), count - 1)
    low = max(math.floor((float(count) - far) / 2.0 + 0.5) - 1, 0)
    return best, float(room[low]), float(room[high])


@compiled
def line_at(ring: Any, first: int, end: int, slope: float, t: int, room: Any) -> float:
    """The value at t of the line with this slope that has as many points above as below."""
    n = 0
    for k in range(first, end):
        cell = ring[k % ring.shape[0]]
        room[n] = cell["v"] + slope * (float(t - cell["t"]) / HOUR)
        n += 1
    return middle(room, n)
