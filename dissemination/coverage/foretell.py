"""When a warning on its way will have reached a target: by what is known now, and what the policy
of escalation will add.

Four things are taken in that nobody knew before it was sent: what part of the messages that are out
has reached somebody, and what part of the proofs comes back (`learned`); what works of a channel
whose supply is in doubt (`doubtful`); which loudspeakers failed. And one that was known all the
time: who can be sent to at all (`among`).

The last people are the slowest: where a curve nears its end, a point of share more or less moves
the time by hours. And what is in doubt (a loudspeaker that proves nothing, a supply of which
nothing is known) may count for nobody or for everybody. So a time is only told as one
(`Foretold.sure`) where nothing is in doubt, and two points of share (`POINTS`) more or less move it
by no more than `PART`; else it is an interval, whose end may be never.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dissemination.coverage import live, steps
from dissemination.coverage.ahead import Ahead, ahead
from dissemination.coverage.among import among
from dissemination.coverage.estimate import Interval
from dissemination.coverage.follow import Course, follow, stranded_by
from dissemination.coverage.known import F8, I8, Known
from dissemination.coverage.learned import learned
from dissemination.coverage.live import ENOUGH, Aired, Sent
from dissemination.coverage.paces import halted, paces
from dissemination.coverage.people import People
from dissemination.coverage.predict import Time
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.queues import Errand, Going, Orders, Pauses
from dissemination.coverage.steps import Policy
from dissemination.coverage.ways import Tests, Ways

POINTS, PART = 0.02, 0.15
"""Two points: two standard errors of a share by a survey of 1,000 people, about."""


@dataclass(frozen=True)
class Now:
    """A warning on its way, at a minute."""

    people: People
    ways: Ways
    sent: Sent
    aired: Aired | None
    minute: int
    works: F8
    hour: F8
    tests: Tests
    begin: F8
    """(cells, channels) minute at which each began; infinite = not yet."""
    contacts: I8 | None = None
    """(cells, channels) people who can be sent to; None: everybody by all."""

    @property
    def sends(self) -> I8:
        """(cells, channels) messages ordered by now; errands apart."""
        size, c = len(self.people.people), len(self.ways)
        place = self.people.cell[self.sent.person] * c + self.sent.channel
        found = np.bincount(place, minlength=size * c).reshape(size, c)
        for i, k, _, count in self.errands:
            found[i, k] -= count
        return found

    @property
    def errands(self) -> list[tuple[int, int, int, int]]:
        """(cell, channel, minute, people): wardens who were sent before the cell had its turn."""
        cell, rows = self.people.cell[self.sent.person], self.sent
        out = np.array([way.apart for way in self.ways])[rows.channel] & (
            rows.handed <= self.minute
        )
        out &= rows.handed < self.begin[cell, rows.channel]
        found = Counter(zip(cell[out].tolist(), rows.channel[out].tolist(),
                            rows.handed[out].tolist(), strict=True))  # fmt: skip
        return sorted((*key, count) for key, count in found.items())


@dataclass(frozen=True)
class Foretold:
    """Times are minutes since the issue."""

    curve: list[Interval]
    times: Mapping[float, Time]
    """By target."""

    def sure(self, target: float) -> bool:
        """The likely time can be told; else only that it lies between early and late."""
        return sure(self.curve, target) and bool(np.isfinite(self.times[target].late))


def foretell(
    now: Now, policy: Policy, targets: Sequence[float], until: int,
    pauses: Pauses | None = None, beliefs: Prior = PRIOR,
) -> Foretold:  # fmt: skip
    """The curve up to a minute, and the time to each target. pauses: of gateways of which somebody
    knows from and until when they stand."""
    people, ways, given = now.people, now.ways, pauses or {}
    before, back = _learned(now, beliefs)
    shares = _expected(before, beliefs)
    supply = doubtful(now, shares, np.where(np.isnan(back), 1.0, back))
    here = live.standing(people, ways, now.sent, now.aired, now.minute, now.works, now.hour)
    known = replace(before, up=live.outlook(here, ways, supply))
    still = {k: at for k, at in halted(ways, now.sent, now.minute).items() if k not in given}
    speed = paces(people, ways, now.sent, now.minute, beliefs, tuple(given))
    course = Course(
        people, ways, known, policy, returns=back, contacts=now.contacts, quick=at_once(now),
        wished=steps.expected(_fresh(now)), beliefs=beliefs,
    )  # fmt: skip
    orders = Orders(now.begin, now.sends, _weighed(now, shares, known.up))

    def until_back(end: float) -> Ahead:
        pauses = {**given, **{name: (float(at), end) for name, at in still.items()}}
        going = Going(pauses, speed)
        made = follow(replace(course, going=going), orders, until, now.minute)
        return ahead(people, ways, known, until, made, going=going, beliefs=beliefs,
                     targets=targets)  # fmt: skip

    found = until_back(np.inf)
    return Foretold(*_between(found, until_back(now.minute)) if still else vars(found).values())


def _between(never: Ahead, now: Ahead) -> tuple[list[Interval], Mapping[float, Time]]:
    """A gateway stands, and nobody knows until when: from what is if it goes on now to what is if
    it never does."""
    curve = [
        Interval(a.low, a.likely, b.high, bound=True)
        for a, b in zip(never.curve, now.curve, strict=True)
    ]
    times = {
        target: Time(min(a.early, now.times[target].early), a.likely,
                     max(a.late, now.times[target].late), a.never)
        for target, a in never.times.items()
    }  # fmt: skip
    return curve, times


def at_once(now: Now, wait: int = 5) -> F8:
    """(channels) part of the messages that fails for good within a few minutes."""
    out = np.zeros(len(now.ways))
    for k in range(len(now.ways)):
        old = (now.sent.channel == k) & (now.sent.handed <= now.minute - wait)
        soon = now.sent.failed[old] - now.sent.handed[old] <= wait
        out[k] = soon.mean() if old.any() else 0.0
    return out


def _weighed(now: Now, shares: F8, up: F8) -> list[Errand]:
    """Errands by now, each with its part of those whom no message reaches."""
    here = shares * np.nan_to_num(up, nan=0.5)
    lost, _ = stranded_by(now.people, now.ways, here, Orders(now.begin, now.sends))
    return [
        Errand(i, k, minute, count, min(1.0, count / max(lost[i], count)))
        for i, k, minute, count in now.errands
    ]


def _learned(now: Now, beliefs: Prior) -> tuple[Known, F8]:
    """(what test days and the messages that are out tell of the shares, part of the proofs that
    comes back by channel, NaN where only test days tell)."""
    fresh = _fresh(now).least
    apart = among(now.people, now.ways, now.tests, now.contacts, beliefs)
    fresh = replace(fresh, among=apart)
    factor, back = learned(now.people, now.ways, now.sent, now.minute, fresh,
                           _expected(fresh, beliefs), now.works, beliefs, now.contacts)  # fmt: skip
    return replace(fresh, among=apart * factor), back


def _fresh(now: Now) -> live.Standing:
    """As before anything was sent, which is what the policy chooses by."""
    return live.standing(
        now.people, now.ways, live.NO_SENT, None, 0, now.works, now.hour, now.tests
    )


def _expected(before: Known, beliefs: Prior) -> F8:
    """(cells, channels) `expected` of what was known before."""
    used = np.zeros(before.up.shape, bool)
    return np.minimum(1.0, steps.expected(live.Standing(before, before, used), beliefs))


def sure(curve: Sequence[Interval], target: float) -> bool:
    """Whether nothing is in doubt, and two points of share hardly move the time."""
    likely = [one.likely for one in curve]
    early, at, late = (crossing(likely, target + add) for add in (-POINTS, 0.0, POINTS))
    steep = np.isfinite(late) and late - at <= PART * at and at - early <= PART * at
    return bool(steep) and not any(one.bound for one in curve)


def crossing(curve: Sequence[float], target: float) -> float:
    """The minute at which a curve by the ends of minutes crosses a target; infinite = never.

    >>> crossing([0.2, 0.6, 1.0], 0.8)
    2.5
    """
    over = [n for n, share in enumerate(curve) if share >= target]
    if not over:
        return float("inf")
    n = over[0]
    before = curve[n - 1] if n else 0.0
    return n + (target - before) / max(curve[n] - before, 1e-12)


def doubtful(now: Now, shares: F8, back: F8, wait: int = 5) -> F8:
    """(cells, channels) `works`; a supply in doubt works for so many as this warning's proofs say.

    Proofs that came stand against those expected where it works, of what has been out for a while.
    A cell with few or none takes the mean of the cells in the same doubt; where these have too few
    as well (`ENOUGH`), it stays unknown. Channels that need the same supply share what is learned.
    """
    out, unsure = now.works.copy(), np.isnan(now.works)
    came, expected = (np.zeros_like(out) for _ in range(2))
    size, first = len(now.people.people), live.first(now.sent, len(now.people.cell))
    for k, way in enumerate(now.ways):
        if way.proof != "person":
            continue
        of = now.sent.channel == k
        of &= first
        cell, old = now.people.cell[now.sent.person[of]], now.sent.handed[of] <= now.minute - wait
        if way.apart:  # who has a list works through it: only doors that they were at say anything
            old &= np.minimum(now.sent.proven[of], now.sent.failed[of]) <= now.minute
        planned = np.maximum(np.bincount(cell, minlength=size), 1)
        each = np.minimum(1.0, shares[:, k] * now.people.people / planned) * back[k]
        expected[:, k] = np.bincount(cell[old], minlength=size) * each * unsure[:, k]
        proven = old & (now.sent.proven[of] <= now.minute)
        came[:, k] = np.bincount(cell[proven], minlength=size) * unsure[:, k]
    for k, way in enumerate(now.ways):
        alike = [n for n, other in enumerate(now.ways) if set(other.needs) & set(way.needs)]
        some, of_all = came[:, alike].sum(axis=1), expected[:, alike].sum(axis=1)
        if of_all.sum() >= ENOUGH:
            mean = min(1.0, some.sum() / of_all.sum())
            part = np.minimum(1.0, (some + ENOUGH * mean) / (of_all + ENOUGH))
            out[unsure[:, k], k] = part[unsure[:, k]]
    return out
