"""What this warning's own proofs tell, while it is on its way, of the shares of its channels.

Of the messages that have been out for a while a part A is proven. That is s q: s of them were
reached, and of those q proofs came back; surveys hold s for about s0, and that a proof gets lost is
never known beforehand. Three things tell s and q apart:

    q >= A / (1 - f)                         f: who failed for good was not reached
    P(proof by a later channel | no proof) = r (v w + u (1 - w)),    w = (s - A) / (1 - A)
    s about s0, q about `Prior.returns`      by test days

with v and u the later channel's share among those whom the first reaches and does not, by surveys
that ask each person for both, and r its own proofs that come back, bounded by its failures as q is.
So where few of those without proof answer a call, they have no telephone that works; where most do,
they had the message, and their receipts are lost. All three are multiplied on a grid of q (Bayes'
rule), and the mean is taken.

Cells differ. A cell with many messages tells its own share, one with few or none is drawn towards
the others (`Prior.cell`), and channels that come to the same telephone (`groups`) share the lesson.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage import live
from dissemination.coverage.cells import share_of
from dissemination.coverage.groups import grouping
from dissemination.coverage.known import F8, I8, Known
from dissemination.coverage.people import People
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.register import NEVER
from dissemination.coverage.testday import calibrate
from dissemination.coverage.ways import Way, Ways

Bits = NDArray[np.bool_]
GRID = np.arange(1, 401) / 400.0
"""Parts of the proofs that come back."""
NOTHING = np.zeros(1, np.int64)


@dataclass(frozen=True)
class Told:
    """What the messages of one channel that are out have shown, in the cells where all works."""

    out: F8
    """(cells) messages that have been out for a while."""
    proven: F8
    """(cells) proofs of these."""
    failed: float
    """Part of these that failed for good."""
    each: F8
    """(cells) share of those sent to whom surveys hold for reached."""

    @property
    def a(self) -> float:
        """Part of them that is proven."""
        return float(self.proven.sum() / self.out.sum())

    @property
    def expected(self) -> float:
        """Part of them that surveys hold for reached."""
        return float(self.out @ self.each / self.out.sum())


def learned(
    people: People, ways: Ways, sent: live.Sent, minute: int, before: Known, shares: F8,
    works: F8, beliefs: Prior = PRIOR, contacts: I8 | None = None, wait: int = 5,
) -> tuple[F8, F8]:  # fmt: skip
    """((cells, channels) factors of the shares, (channels) part of the proofs that comes back).

    before: by test days alone; shares: (cells, channels) expected by it; contacts: (cells,
    channels) people who can be sent to, None: those who were. Where too little is out, factors are
    1 and the part is NaN. Channels that come to the same telephone learn from the one of them that
    has most messages out.
    """
    factor, back = np.ones_like(shares), np.full(len(ways), np.nan)
    fresh = live.first(sent, len(people.cell))
    groups = grouping(before, beliefs)[0]
    most = np.bincount(sent.channel[fresh & (sent.handed <= minute)], minlength=len(ways))
    taught: set[int] = set()
    for k in np.argsort(-most, kind="stable").tolist():
        way, on = ways[k], works[:, k] == 1
        rows = (sent.channel == k) & fresh & on[people.cell[sent.person]]
        if way.proof != "person" or way.apart or not rows.any():
            continue
        told = _told(people, sent, rows, minute - wait, minute, shares[:, k],
                     None if contacts is None else contacts[:, k])  # fmt: skip
        if told.out @ told.each < live.ENOUGH:
            continue
        doubt = _doubts(people, before, k, told, beliefs)
        later = [
            _later(sent, rows, j, minute, before, k, wait)
            for j, other in enumerate(ways) if j != k and other.proof == "person"
        ]  # fmt: skip
        s = _share(way, told, float(np.hypot(*doubt)), [x for x in later if x], beliefs)
        back[k] = told.a / s
        pooled = doubt[0] ** 2 / (doubt[0] ** 2 + doubt[1] ** 2)
        mine = [g for g in groups if k in g] or [(k,)]
        if taught.isdisjoint(mine[0]):
            factor[:, list(mine[0])] = _by_cell(told, s, back[k], pooled, beliefs)[:, None]
        taught.update(mine[0])
    for k, way in enumerate(ways):
        if way.proof == "person" and way.apart:
            back[k] = _by_outcome(people, sent, k, minute, shares[:, k])
    return factor, back


def _told(
    people: People, sent: live.Sent, rows: Bits, until: int, minute: int, share: F8,
    contacts: I8 | None,
) -> Told:  # fmt: skip
    """What those of the messages that were handed over by `until` have shown by a minute."""
    size, cell = len(people.people), people.cell[sent.person]
    could = np.bincount(cell[rows], minlength=size) if contacts is None else contacts
    old = rows & (sent.handed <= until)
    proven, failed = old & (sent.proven <= minute), old & (sent.failed <= minute)
    each = np.minimum(1.0, share * people.people / np.maximum(could, 1))
    return Told(
        np.bincount(cell[old], minlength=size).astype(float),
        np.bincount(cell[proven], minlength=size).astype(float),
        float((failed & ~proven).sum() / max(1, old.sum())), each,
    )  # fmt: skip


def _doubts(
    people: People, before: Known, k: int, told: Told, beliefs: Prior
) -> tuple[float, float]:
    """Standard deviations: of the share of all by test days, and by the areas that were sent to."""
    share, s0 = share_of(before, k, beliefs), told.expected
    low, middle, high = share.quantile(np.array([0.05, 0.5, 0.95]))
    size = np.bincount(people.area, told.out)
    areas = size.sum() ** 2 / (size @ size)
    survey = (high - low) / 3.29 / max(middle, 1e-9) * s0
    return float(survey), float(beliefs.cell * s0 * (1 - s0) / np.sqrt(areas)) + 1e-3


def _later(
    sent: live.Sent, rows: Bits, j: int, minute: int, before: Known, k: int, wait: int
) -> tuple[float, float, float, float, float] | None:
    """(asked, proven, failed, v, u) of a later channel, by those who had no proof for a while; None
    where nobody was asked, or no survey tells of both."""
    n, of_k, of_j, both = _pairs(before, k, j)
    if not 0 < of_k < n:
        return None
    handed, open_ = np.full(int(sent.person.max()) + 1, NEVER), sent.proven > minute
    handed[sent.person[rows & open_]] = sent.handed[rows & open_]
    of = (sent.channel == j) & (handed[sent.person] < NEVER)
    of &= (sent.handed <= minute - wait) & (sent.handed >= handed[sent.person] + wait)
    proven, failed = of & (sent.proven <= minute), of & (sent.failed <= minute)
    if not of.any():
        return None
    counts = float(of.sum()), float(proven.sum()), float((failed & ~proven).sum())
    return (*counts, both / of_k, (of_j - both) / (n - of_k))


def _pairs(before: Known, k: int, j: int) -> tuple[int, int, int, int]:
    """(asked, reached by k, by j, by both) in surveys that asked for both."""
    both = before.both[:, :, min(j, k), max(j, k)]
    some = both >= 0
    return (
        int(before.asked[some].sum()), int(before.heard[:, :, k][some].sum()),
        int(before.heard[:, :, j][some].sum()), int(both[some].sum()),
    )  # fmt: skip


def _share(
    way: Way, told: Told, doubt: float,
    later: list[tuple[float, float, float, float, float]], beliefs: Prior,
) -> float:  # fmt: skip
    """Mean share of those sent to who were reached."""
    reached, back = way.returned
    rate = calibrate(np.array([reached]), np.array([back]), beliefs.returns, beliefs.trust,
                     beliefs.design)  # fmt: skip
    a = max(told.a, 1e-6)
    s = a / GRID
    log = np.log(rate.density(GRID) + 1e-12) - np.log(GRID)
    log = log - 0.5 * ((s - told.expected) / doubt) ** 2
    log = np.where(s <= 1 - told.failed + 1e-9, log, -np.inf)
    for one in later:
        log = log + _likely(np.clip((s - a) / max(1 - a, 1e-9), 0.0, 1.0), one, beliefs)
    weight = np.exp(log - log.max())
    return float(s @ weight / weight.sum())


def _likely(missed: F8, one: tuple[float, float, float, float, float], beliefs: Prior) -> F8:
    """Log likelihood of a later channel's proofs, by the part of those without proof who were
    reached; summed over the part of its own proofs that come back."""
    asked, proven, failed, v, u = one
    rate = calibrate(NOTHING, NOTHING, beliefs.returns, beliefs.trust, beliefs.design)
    own = GRID[min(1.0, proven / max(asked - failed, 1e-9)) - 1e-9 <= GRID]
    found = np.clip(own[:, None] * (v * missed + u * (1 - missed)), 1e-6, 1 - 1e-6)
    log = (proven * np.log(found) + (asked - proven) * np.log1p(-found)) / beliefs.design
    log = log + np.log(rate.density(own) + 1e-12)[:, None]
    return np.asarray(np.logaddexp.reduce(log, axis=0))


def _by_cell(told: Told, s: float, back: float, pooled: float, beliefs: Prior) -> F8:
    """(cells) factors: of cells with messages by their own proofs x of n, of others by the rest's.

    With cells that differ by the variance c, and proofs that are counted with a (1 - a) / (n q²),
    the share is mean + c / (c + a (1 - a) / (n q²)) * (x / (n q) - mean).
    """
    mean = np.minimum(1.0, told.each * (pooled * s / told.expected + 1 - pooled))
    apart = max(beliefs.cell * s * (1 - s), 0.01) ** 2
    a, n = told.a, np.maximum(told.out, 1e-9)
    weight = apart / (apart + max(a * (1 - a), 0.01) / (n * back**2))
    own = mean + weight * (told.proven / (n * back) - mean)
    return np.divide(np.minimum(own, 1.0), told.each, out=np.ones_like(own), where=told.each > 0)


def _by_outcome(people: People, sent: live.Sent, k: int, minute: int, share: F8) -> float:
    """Part of the proofs of wardens that comes back: they take a list at once and work through it,
    so only doors of which anything was said have been asked at."""
    of = (sent.channel == k) & (np.minimum(sent.proven, sent.failed) <= minute)
    expected = share[people.cell[sent.person[of]]].sum()
    if expected < live.ENOUGH:
        return float("nan")
    return float(np.clip((sent.proven[of] <= minute).sum() / expected, 0.05, 1.0))
