"""Channels that reach the same people: one overlap index within such a group, another between.

A short message and a call come to the same telephone: where only these two are left (a place that
nobody gets into), the second adds next to nobody, however well the other channels supplement one
another. What a survey says of *both* of two channels tells it: of those whom the smaller one
reached, so many were reached by the larger one too. Pairs with an index of `alike` or more make a
group. Where no pairs were asked for, there is one index for all, as in `overlap`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from dissemination.coverage.known import F8, Known
from dissemination.coverage.overlap import INDEX, learned, prior, quantile, thinned, union
from dissemination.coverage.prior import Prior

Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Overlap:
    """How channels overlap, by draw."""

    t: F8
    """(draws) between groups, and channels that are in none."""
    groups: Groups = ()
    within: F8 | None = None
    """(draws) in a group."""

    def union(self, p: F8) -> F8:
        """Union of shares along the last axis, which holds all channels in their order.

        >>> same = Overlap(np.array([0.0]), ((0, 1),), np.array([1.0]))
        >>> [round(float(same.union(np.array([[0.8, 0.7, x]]))[0]), 2) for x in (0.0, 0.5)]
        [0.8, 0.9]
        """
        if self.within is None:
            return union(p, self.t)
        return union(self.grouped(p), self.t)

    def grouped(self, p: F8) -> F8:
        """The last axis with each group as one channel, the groups first."""
        if self.within is None:
            return p
        one = [union(p[..., list(group)], self.within) for group in self.groups]
        alone = np.setdiff1d(np.arange(p.shape[-1]), np.concatenate(self.groups))
        return np.concatenate([np.stack(one, axis=-1), p[..., alone]], axis=-1)

    def proving(self, p: F8, back: F8, gives: NDArray[np.bool_]) -> tuple[F8, F8]:
        """(shares, part that proves itself) of the channels that give proofs, groups as one."""
        groups = [list(np.array(g)[gives[list(g)]]) for g in self.groups]
        groups = [g for g in groups if len(g) > 1]
        alone = [k for k in np.flatnonzero(gives) if not any(k in g for g in groups)]
        if self.within is None or not groups:
            return p[..., gives], back[..., gives]
        shares, parts = [p[..., alone]], [back[..., alone]]
        for g in groups:
            whole = union(p[..., g], self.within)[..., None]
            nested, apart, most = thinned(p[..., g], back[..., g])
            end = np.where(self.within >= 0, nested, most)
            proven = (apart + np.abs(self.within) * (end - apart))[..., None]
            shares.append(whole)
            parts.append(np.clip(proven / np.maximum(whole, 1e-9), 0.0, 1.0))
        return np.concatenate(shares, axis=-1), np.concatenate(parts, axis=-1)

    def mean(self, weight: F8) -> Overlap:
        """The expected one."""
        within = None if self.within is None else np.asarray(self.within @ weight)
        return Overlap(np.asarray(self.t @ weight), self.groups, within)


def overlap(known: Known, at: F8, inside: F8, beliefs: Prior) -> Overlap:
    """Drawn from what surveys say; at, inside: (draws) numbers in 0..1."""
    found, within = grouping(known, beliefs)
    there = known.anyone >= 0
    asked = (known.asked * there).sum(axis=1)
    heard = (np.maximum(known.heard, 0) * there[:, :, None]).sum(axis=1)
    anyone = (known.anyone * there).sum(axis=1)
    if found:
        mean = Overlap(np.zeros(()), found, np.asarray(INDEX @ within))
        whole = np.maximum(asked, 1)[:, None]
        heard = np.rint(mean.grouped(heard / whole) * whole).astype(np.int64)
    first = prior(beliefs.overlap, beliefs.overlap_width)
    first = _weights(np.log(first) + _between(known, found, beliefs.design))
    t = quantile(learned(first, asked, heard, anyone, beliefs.design), at)
    return Overlap(t, found, quantile(within, inside) if found else None)


def grouping(known: Known, beliefs: Prior) -> tuple[Groups, F8]:
    """(groups of channels, weights of the index within them)."""
    c = len(known.channels)
    first = np.log(prior(beliefs.overlap, beliefs.overlap_width))
    home, inside = list(range(c)), first.copy()
    for a in range(c):
        for b in range(a + 1, c):
            said = _pair(known, a, b, beliefs.design)
            if INDEX @ _weights(first + said) >= beliefs.alike:
                inside = inside + said
                home = [home[a] if h == home[b] else h for h in home]
    groups = [tuple(k for k in range(c) if home[k] == h) for h in sorted(set(home))]
    return tuple(g for g in groups if len(g) > 1), _weights(inside)


def _between(known: Known, groups: Groups, design: float) -> F8:
    """Log likelihood of each index by pairs of channels that are in no group together; a group by
    its first. So many pairs tell no more than one less than there are channels."""
    later = {k for group in groups for k in group[1:]}
    those = [k for k in range(len(known.channels)) if k not in later]
    pairs = [(a, b) for n, a in enumerate(those) for b in those[n + 1 :]]
    log = sum((_pair(known, a, b, design) for a, b in pairs), np.zeros(len(INDEX)))
    return np.asarray(log * 2 / max(2, len(those)))


def _weights(log: F8) -> F8:
    out = np.exp(log - log.max())
    return np.asarray(out / out.sum())


def _pair(known: Known, a: int, b: int, design: float) -> F8:
    """Log likelihood of each index by those whom both of two channels reached: of those whom the
    smaller one reached, a binomial number."""
    log = np.zeros(len(INDEX))
    for asked, heard, both in zip(known.asked, known.heard, known.both[:, :, a, b], strict=True):
        there = (both >= 0) & (heard[:, a] >= 0) & (heard[:, b] >= 0)
        n, k = int(asked[there].sum()), int(both[there].sum())
        p = np.sort(heard[there][:, [a, b]].sum(axis=0)) / max(n, 1)
        if p[0] > 0:
            small = p[0] * n
            part = (p.sum() - union(p[None, :], INDEX)) / p[0]
            part = np.clip(part, 0.5 / small, 1 - 0.5 / small)
            m, x = small / design, k / design
            ways = gammaln(m + 1) - gammaln(x + 1) - gammaln(m - x + 1)
            log = log + ways + x * np.log(part) + (m - x) * np.log1p(-part)
    return log
