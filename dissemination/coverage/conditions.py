"""The hour of the day, and outages: what a channel is worth now.

A message at three in the morning meets sleepers: a table gives each channel's reach by hour, as a
part of what the test days found at their hour. A channel without its power or its mobile network is
worth nothing at once; where nobody knows how the supply stands, the channel is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dissemination.coverage.known import F8

HOURS = 24


def at_hour(table: F8, hour: float) -> float:
    """A table of 24 factors at an hour of local time (3.5 = half past three), between its entries.

    >>> table = np.array([0.4] * 6 + [1.0] * 18)
    >>> round(at_hour(table, 5.5), 2), round(at_hour(table, 23.5), 2)
    (0.7, 0.7)
    """
    if len(table) != HOURS or np.any(~(table >= 0)):
        raise ValueError("a table of hours has 24 factors, none below 0")
    return float(np.interp(hour % HOURS, np.arange(HOURS + 1), np.append(table, table[0])))


def hour_factor(table: F8, hour: float, tested: float) -> float:
    """Reach at an hour against the hour of the tests; NaN when the tests' hour is worth nothing.

    >>> hour_factor(np.array([0.5] * 12 + [1.0] * 12), hour=3, tested=15)
    0.5
    """
    base = at_hour(table, tested)
    return at_hour(table, hour) / base if base > 0 else float("nan")


def working(
    channels: tuple[str, ...], needs: Mapping[str, tuple[str, ...]], supplies: Mapping[str, F8]
) -> F8:
    """(cells, channels) what part of each channel works.

    needs: supplies a channel depends on. supplies: by cell 1 there, 0 out, NaN nobody knows. One
    that is out decides, whatever else is not known.

    >>> working(("sms", "siren"), {"sms": ("mobile",), "siren": ("power", "mobile")},
    ...         {"power": np.array([0.0, 1]), "mobile": np.array([np.nan, 1])})
    array([[nan,  0.],
           [ 1.,  1.]])
    """
    if not supplies:
        raise ValueError("no supply is told of")
    cells = len(next(iter(supplies.values())))
    out = np.ones((cells, len(channels)))
    for k, name in enumerate(channels):
        for supply in needs.get(name, ()):
            state = supplies.get(supply, np.full(cells, np.nan))
            off = (out[:, k] == 0) | (state == 0)
            out[:, k] = np.where(off, 0.0, out[:, k] * state)
    return out
