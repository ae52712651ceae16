"""Shares of channels in cells, drawn from what is known of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from dissemination.coverage.draws import spread
from dissemination.coverage.known import F8, Known
from dissemination.coverage.prior import Prior
from dissemination.coverage.testday import Share, calibrate


def normal(at: F8) -> F8:
    """Normal scores of probabilities."""
    return np.asarray(ndtri(at))


def unknown(known: Known) -> NDArray[np.bool_]:
    """(cells, channels) where nothing at all is known of a share, or of a channel's working."""
    proof = (known.confirmed >= 0).any(axis=0)
    tested = (known.asked[:, :, None] * (known.heard >= 0)).sum(axis=(0, 1)) > 0
    shareless = np.isnan(known.declared) & ~tested & ~proof
    return np.asarray((shareless & (known.up != 0)) | np.isnan(known.up))


def share_of(known: Known, channel: int, beliefs: Prior) -> Share:
    """A channel's share in the whole place on a day like the tests' ones."""
    heard, asked = known.heard[:, :, channel], known.asked
    asked = np.where(heard >= 0, asked, 0).sum(axis=1)
    heard = np.maximum(heard, 0).sum(axis=1)
    stated = known.declared[:, channel]
    there = ~np.isnan(stated) & (known.people > 0)
    people = known.people[there]
    mean = float(people @ stated[there] / people.sum()) if there.any() else np.nan
    return calibrate(asked, heard, mean, beliefs.trust, beliefs.design)


def shares(known: Known, missing: float, at: F8, beliefs: Prior) -> tuple[F8, F8, F8]:
    """((channels, cells, draws) shares, (channels, draws) part of proofs that returns, weights).

    at: 3 dimensions a channel. The part is 0 for a channel that gives no proof.

    missing: 0 or 1, what an unknown share counts as.
    """
    c, i = len(known.channels), len(known.people)
    day, hour, back = at[:c], at[c : 2 * c], at[2 * c :]
    shared = normal(spread(beliefs.draws, 1, key=3)[0])
    blind = unknown(known)
    out, weight = np.empty((c, i, beliefs.draws)), np.ones(beliefs.draws)
    returns = np.zeros((c, beliefs.draws))
    for k in range(c):
        score = np.sqrt(beliefs.common) * shared + np.sqrt(1 - beliefs.common) * normal(day[k])
        share = share_of(known, k, beliefs)
        up = np.where(np.isnan(known.up[:, k]), missing, known.up[:, k])[:, None]
        factor = known.hour[k] * (1 + beliefs.hour * (2 * hour[k] - 1)) * up
        factor = factor * known.among[:, k][:, None]
        if (known.confirmed[:, k] >= 0).any():
            p, returns[k], w = _by_proof(known, k, share, factor, back[k], beliefs)
            weight = weight * w
        else:
            p = _apart(known, k, share.quantile(np.asarray(ndtr(score))), beliefs) * factor
        nothing = (blind[:, k] & ~np.isnan(known.up[:, k]))[:, None]
        out[k] = np.clip(np.where(nothing, missing * up, p), 0.0, 1.0)
    return out, returns, weight


def _apart(known: Known, k: int, mean: F8, beliefs: Prior) -> F8:
    """(cells, draws) the place's share, moved for each cell by what its own answers say."""
    i = len(known.people)
    if i == 1:
        return mean[None, :]
    valid = known.heard[:, :, k] >= 0
    asked = np.where(valid, known.asked, 0).sum(axis=0) / beliefs.design
    heard = np.where(valid, known.heard[:, :, k], 0).sum(axis=0) / beliefs.design
    whole = (heard.sum() + 0.5) / (asked.sum() + 1)
    pull = 1 / (beliefs.cell**2 * whole * (1 - whole))
    moved = logit((heard + pull * whole) / (asked + pull)) - logit(whole)
    left = beliefs.cell * np.sqrt(pull / (asked + pull))
    noise = normal(spread(beliefs.draws, i, key=10 + k))
    inside = np.clip(mean, 1e-6, 1 - 1e-6)
    return np.asarray(expit(logit(inside) + moved[:, None] + left[:, None] * noise))


def _by_proof(
    known: Known, k: int, share: Share, factor: F8, at: F8, beliefs: Prior
) -> tuple[F8, F8, F8]:
    """Shares from the confirmed count, the part of proofs that returns, and their weights."""
    reached, back = known.returned[k]
    tests = np.array([reached]), np.array([back])
    rate = calibrate(*tests, beliefs.returns, beliefs.trust, beliefs.design)
    q = np.clip(rate.quantile(at), 1e-3, 1.0)
    people = np.maximum(known.people, 1)[:, None]
    p = np.maximum(known.confirmed[:, k], 0)[:, None] / (people * q)
    could = (known.people[:, None] * factor).sum(axis=0)
    whole = (np.minimum(p, 1.0) * known.people[:, None]).sum(axis=0) / np.maximum(could, 1e-9)
    weight = share.density(whole) / q
    if not weight.sum() > 0:  # the proofs contradict the tests: the proofs stand
        weight = (p.max(axis=0) <= 1.0) + 1e-9
    return p, q, np.asarray(weight / weight.max())
