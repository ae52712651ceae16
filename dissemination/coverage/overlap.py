"""How the people of several channels overlap, as one number t in -1..1.

     1   the smaller channel's people are among the larger one's: the union is the largest share
     0   channels are independent of one another
    -1   channels share as few people as they can: the shares add up

Between these the union is interpolated. The ends are the bounds of Frechet (1935): no town can lie
outside, whatever its people are like. Mostly t is above 0, for who can be reached by one channel
can be reached by another more likely than others; who has no phone and lives far out is missed by
all. What test days say of "by any of them" decides where it was asked.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from dissemination.coverage.known import F8, I8

INDEX = np.arange(-20, 21) / 20.0


def frechet(p: F8) -> tuple[F8, F8]:
    """Least and largest union of shares along the last axis.

    >>> frechet(np.array([0.6, 0.5]))
    (np.float64(0.6), np.float64(1.0))
    """
    return p.max(axis=-1), np.minimum(1.0, p.sum(axis=-1))


def union(p: F8, t: F8) -> F8:
    """Union of shares along the last axis at an overlap index.

    >>> p = np.array([0.6, 0.5])
    >>> [round(float(union(p, np.float64(t))), 2) for t in (-1, 0, 0.5, 1)]
    [1.0, 0.8, 0.7, 0.6]
    """
    least, most = frechet(p)
    apart = 1 - np.prod(1 - p, axis=-1)
    end = np.where(t >= 0, least, most)
    return np.asarray(apart + np.abs(t) * (end - apart))


def prior(centre: float = 0.3, width: float = 0.4) -> F8:
    """Weights of `INDEX` before any test day."""
    weight = np.exp(-0.5 * ((INDEX - centre) / width) ** 2)
    return np.asarray(weight / weight.sum())


def learned(weight: F8, asked: I8, heard: I8, anyone: I8, design: float = 1.5) -> F8:
    """Weights of `INDEX` after test days.

    asked, anyone: by day; heard: by day and channel. Days on which nobody was asked say nothing.

    >>> w = learned(prior(), np.array([400]), np.array([[200, 200]]), np.array([210]))
    >>> 0.8 < float(INDEX @ w) < 1.0
    True
    """
    log = np.log(weight)
    for n, by_channel, k in zip(asked, heard, anyone, strict=True):
        if n > 0:
            found = union(by_channel[None, :] / n, INDEX)
            found = np.clip(found, 0.5 / n, 1 - 0.5 / n)
            m, x = n / design, k / design
            ways = gammaln(m + 1) - gammaln(x + 1) - gammaln(m - x + 1)
            log = log + ways + x * np.log(found) + (m - x) * np.log1p(-found)
    out = np.exp(log - log.max())
    return np.asarray(out / out.sum())


def quantile(weight: F8, at: F8) -> F8:
    """Overlap indices at probabilities in 0..1."""
    edges = np.concatenate([[-1.0], (INDEX[1:] + INDEX[:-1]) / 2, [1.0]])
    return np.asarray(np.interp(at, np.concatenate([[0.0], np.cumsum(weight)]), edges))


def thinned(p: F8, q: F8) -> tuple[F8, F8, F8]:
    """Union of proofs along the last axis at t = 1, 0 and -1: of shares p a part q proves itself.

    >>> [round(float(x), 2) for x in thinned(np.array([0.6, 0.5]), np.array([0.5, 0.4]))]
    [0.4, 0.44, 0.5]
    """
    order = np.argsort(-p, axis=-1)
    sorted_p, sorted_q = np.take_along_axis(p, order, -1), np.take_along_axis(q, order, -1)
    layers = sorted_p - np.concatenate([sorted_p[..., 1:], np.zeros_like(p[..., :1])], axis=-1)
    nested = (layers * (1 - np.cumprod(1 - sorted_q, axis=-1))).sum(axis=-1)
    return nested, 1 - np.prod(1 - p * q, axis=-1), np.minimum(1.0, (p * q).sum(axis=-1))


def implied(nested: F8, apart: F8, most: F8, found: float) -> F8:
    """The overlap index at which proofs would unite to the share found; -1 to 1.

    >>> [float(implied(np.float64(0.4), np.float64(0.5), np.float64(0.6), x)) for x in (0.4, 0.6)]
    [1.0, -1.0]
    """
    end = np.where(found <= apart, nested, most)
    size = np.abs(apart - found) / np.maximum(np.abs(end - apart), 1e-9)
    return np.asarray(np.clip(np.where(found <= apart, size, -size), -1, 1))
