"""Polygons with fewer vertices, for messages that have to stay short.

Douglas & Peucker 1973 (doi:10.3138/FM57-6770-U75U-7727), on both halves of the ring between its
first vertex and the one farthest from it, with the distances in metres on a plane that touches at
the ring's middle (good to a part in a thousand over a county). Each vertex is given the tolerance
at which it would go, so that one pass serves a tolerance and a vertex limit.

What is kept: the ring is closed, has at least three corners, and does not cross itself where the
given one did not. What is not: area. No given vertex lies farther from the new outline than the
tolerance that was used, to either side; so a message must say it (`Simplified.tolerance`), and who
is warned is decided by the full polygon, never by the one in a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ring = tuple[tuple[float, float], ...]
F8 = NDArray[np.float64]
METRES = 111_195.0
"""Of a degree of latitude, on a sphere of 6371 km."""
LEAST = 3
"""Corners of a ring, the closing point not counted."""


@dataclass(frozen=True)
class Simplified:
    """A ring, and how far it may lie from the given one."""

    ring: Ring
    tolerance: float
    """Metres; 0 when nothing was left out."""


@lru_cache(maxsize=256)
def simplified(ring: Ring, tolerance: float, vertices: int) -> Simplified:
    """The ring within `tolerance` metres, or with at most `vertices` corners if that takes more.

    A ring that cannot have so few corners without crossing itself keeps more. ring: closed,
    (latitude, longitude) in degrees; over the date line it is left as it is.

    >>> square = ((23.0, 113.0), (23.0, 113.1), (23.1, 113.1), (23.1, 113.0))
    >>> almost = (*square[:2], (23.05, 113.1001), *square[2:], square[0])
    >>> found = simplified(almost, 50.0, 100)
    >>> found.ring == (*square, square[0]), found.tolerance < 50
    (True, True)
    """
    corners = np.array(ring[:-1], np.float64)
    if len(corners) <= LEAST or np.ptp(corners[:, 1]) > 180:
        return Simplified(ring, 0.0)
    plane = _plane(corners)
    order, at = _ranked(plane)
    wanted = max(LEAST, min(int(np.sum(at > tolerance)), vertices))
    whole = crosses(plane)
    for count in _counts(wanted, len(corners)):
        keep = np.sort(order[:count])
        if whole or not crosses(plane[keep]):
            break
    kept = [ring[n] for n in keep]
    return Simplified((*kept, kept[0]), _farthest(plane, keep))


def _counts(wanted: int, all_of_them: int) -> list[int]:
    """How many corners to try: as wanted, then ever more, at last all."""
    step = max(1, (all_of_them - wanted) // 16)
    return [*range(wanted, all_of_them, step), all_of_them]


def _farthest(plane: F8, keep: NDArray[np.intp]) -> float:
    """How far, in metres, what was left out lies from the edge that stands for it."""
    ring = np.vstack([plane, plane[:1]])
    ends = [*keep.tolist(), len(plane)]
    spans = ((a, b) for a, b in pairwise(ends) if b - a > 1)
    away = (_distances(ring[a + 1 : b], ring[a], ring[b]).max() for a, b in spans)
    return float(max(away, default=0.0))


def _plane(corners: F8) -> F8:
    """Metres north and east of the middle."""
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    scale = np.array([METRES, METRES * np.cos(np.radians(middle[0]))])
    return np.asarray((corners - middle) * scale)


def _ranked(plane: F8) -> tuple[NDArray[np.intp], F8]:
    """Vertices from the last to go to the first, and the tolerance, in metres, at which each goes;
    infinite for the two anchors. What splits a span always goes after what splits its parts."""
    n = len(plane)
    at, found = np.full(n, np.inf), np.zeros(n)
    far = int(np.argmax(np.hypot(*(plane - plane[0]).T)))
    ring = np.vstack([plane, plane[:1]])
    spans, count = [(0, far, np.inf), (far, n, np.inf)], 0
    while spans:
        start, stop, above = spans.pop()
        if stop - start < 2:
            continue
        away = _distances(ring[start + 1 : stop], ring[start], ring[stop])
        split = start + 1 + int(np.argmax(away))
        at[split], count = min(float(away.max()), above), count + 1
        found[split] = count
        spans += [(start, split, at[split]), (split, stop, at[split])]
    return np.lexsort((found, -at)), at


def _distances(points: F8, a: F8, b: F8) -> F8:
    """From each point to the segment a-b."""
    along = b - a
    squared = float(along @ along)
    share = np.clip((points - a) @ along / squared, 0, 1) if squared > 0 else np.zeros(len(points))
    return np.asarray(np.hypot(*(points - a - share[:, None] * along).T))


def crosses(corners: F8) -> bool:
    """Whether a ring (not closed) crosses or touches itself."""
    n = len(corners)
    a, b = corners, np.roll(corners, -1, axis=0)
    for k in range(n - 2):
        others = slice(k + 2, n - 1 if k == 0 else n)  # neighbours share a corner
        if others.start < others.stop and _meet(a[k], b[k], a[others], b[others]):
            return True
    return False


def _meet(a: F8, b: F8, c: F8, d: F8) -> bool:
    """Whether segment a-b meets any of the segments c-d."""
    sides = [_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)]
    apart = (sides[0] * sides[1] > 0) | (sides[2] * sides[3] > 0)
    level = (sides[0] == 0) & (sides[1] == 0)  # on one line: they meet when their boxes do
    boxes = np.all(np.maximum(np.minimum(a, b), np.minimum(c, d))
                   <= np.minimum(np.maximum(a, b), np.maximum(c, d)), axis=1)  # fmt: skip
    return bool(np.any(~apart & (~level | boxes)))


def _side(a: F8, b: F8, c: F8) -> F8:
    u, v = np.atleast_2d(b - a), np.atleast_2d(c - a)
    return np.asarray(np.sign(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]))
