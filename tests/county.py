"""A made-up county of 100,000 people, event by event. It knows nothing of how coverage is reckoned.

Every person has a phone or none, is where its village has signal or not, sleeps or hears, is at
home or not; every gateway, loudspeaker and warden has a queue and moods of its own. What a channel
does to a person is an event with a minute, and so is what of it comes back. `truth` is the minute
at which a person was really told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

VILLAGES, STRATA = 36, ("adult", "old", "visitor")
NEVER = 10**6
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Faults:
    """What fails."""

    gateway: tuple[float, float] = (0.0, 0.0)
    """Minutes between which the gateway of short messages takes nothing."""
    dark: int = 0
    """Villages without power: their loudspeakers are dead, and half of their base stations."""
    cut_off: int = 0
    """Villages that no warden gets into."""
    receipts: float = 0.0
    """Part of the proofs of short messages that is lost."""
    lies: float = 0.0
    """Part of the loudspeakers that report success and prove nothing, though some are silent."""
    lost_failures: float = 0.0
    """Part of the reports of failure that is lost."""


@dataclass
class Events:
    """A row for each person of each delivery."""

    channel: list[Array] = field(default_factory=list)
    person: list[Array] = field(default_factory=list)
    handed: list[Array] = field(default_factory=list)
    proven: list[Array] = field(default_factory=list)
    failed: list[Array] = field(default_factory=list)


class County:
    """People, drawn by a seed, and what happens to them."""

    def __init__(self, seed: int, faults: Faults = Faults(), people: int = 100_000) -> None:
        self.dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
        d, self.faults, self.n = self.dice, faults, people
        sizes = d.lognormal(0, 0.6, VILLAGES)
        self.village = np.sort(d.choice(VILLAGES, people, p=sizes / sizes.sum()))
        self.stratum = d.choice(3, people, p=[0.62, 0.3, 0.08])
        number = np.array([0.95, 0.8, 0.55])[self.stratum]
        self.number = d.random(people) < number
        """Somebody has written down a number of theirs."""
        dark = np.isin(np.arange(VILLAGES), d.permutation(VILLAGES)[: faults.dark])
        self.dark = dark
        signal = d.beta(30, 2, VILLAGES) * np.where(dark, 0.5, 1.0)
        self.alive = self.number & (d.random(people) < 0.96)
        self.signal = d.random(people) < signal[self.village]
        self.far = d.gamma(2.0, 0.5, people)
        """Kilometres to the loudspeaker."""
        self.home = d.random(people) < np.array([0.95, 0.97, 0.75])[self.stratum]
        shut = d.permutation(np.flatnonzero(~dark if faults.dark < VILLAGES else dark))
        shut = np.concatenate([np.flatnonzero(dark), shut])[: faults.cut_off]
        self.cut_off = np.isin(np.arange(VILLAGES), shut)
        self.wardens = np.maximum(1, np.bincount(self.village, minlength=VILLAGES) // 150)
        self.speed = d.lognormal(np.log(0.8), 0.15, VILLAGES)
        """Doors a minute of one warden."""
        self.truth = np.full(people, NEVER, float)
        self.events = Events()
        self.played = np.full(VILLAGES, NEVER)
        self.spoke = np.full(VILLAGES, NEVER)
        self.silent = np.full(VILLAGES, NEVER)
        self._busy = {"sms": 0.0, "voice": 0.0}
        self._doors = np.zeros(VILLAGES)

    # channels

    def sms(self, who: Array, minute: float) -> None:
        """A queue at a gateway; delivered soon where there is signal, else it fails, later."""
        at = self._queue("sms", len(who), minute, 1500.0)
        d, f = self.dice, self.faults
        delay = d.lognormal(np.log(0.5), 0.8, len(who))
        good = self.alive[who] & self.signal[who]
        arrives = np.where(good, at + delay, NEVER)
        fails = np.where(good, NEVER, at + np.where(self.alive[who], 20.0, 1.0) + delay)
        fails[d.random(len(who)) < f.lost_failures] = NEVER
        lost = d.random(len(who)) < f.receipts
        self.truth[who] = np.minimum(self.truth[who], arrives)
        self._add(0, who, at, np.where(lost, NEVER, arrives + 0.2), fails)

    def voice(self, who: Array, minute: float) -> None:
        """Calls, a few at a time; a key pressed proves it."""
        at = self._queue("voice", len(who), minute, 300.0)
        good = self.alive[who] & self.signal[who]
        picks = good & (self.dice.random(len(who)) < 0.85)
        arrives = np.where(picks, at + 0.6, NEVER)
        self.truth[who] = np.minimum(self.truth[who], arrives)
        self._add(2, who, at, arrives, np.where(picks, NEVER, at + 1.0))

    def speakers(self, villages: Array, minute: float) -> None:
        """Sound at once, to who is near enough; some prove it, some only say so, some are dead."""
        for v in villages.tolist():
            if self.dark[v]:
                self.silent[v] = minute
                continue
            lies = self.dice.random() < self.faults.lies
            self.spoke[v] = minute
            if not lies:
                self.played[v] = minute + 1
            if not lies or self.dice.random() < 0.6:
                here = np.flatnonzero(self.village == v)
                clear = 1 / (1 + np.exp((self.far[here] - 1.1) / 0.25))
                clear = clear * np.where(self.stratum[here] == 1, 0.75, 0.95)
                hears = here[self.dice.random(len(here)) < clear]
                self.truth[hears] = np.minimum(self.truth[hears], minute + 1)

    def doors(self, who: Array, minute: float) -> None:
        """Wardens go from door to door in each village, each at their own speed."""
        arrives, fails = np.full(len(who), NEVER, float), np.full(len(who), NEVER, float)
        for v in np.unique(self.village[who]).tolist():
            rows = np.flatnonzero(self.village[who] == v)
            if self.cut_off[v]:
                fails[rows] = minute + 5
                continue
            rows = self.dice.permutation(rows)
            begin = max(minute + 6, self._doors[v])
            pause = self.dice.exponential(1 / (self.speed[v] * self.wardens[v]), len(rows))
            at = begin + np.cumsum(pause)
            self._doors[v] = at[-1]
            there = self.home[who[rows]]
            arrives[rows], fails[rows] = np.where(there, at, NEVER), np.where(there, NEVER, at)
        self.truth[who] = np.minimum(self.truth[who], arrives)
        self._add(3, who, np.full(len(who), minute + 1.0), arrives, fails)

    def _queue(self, name: str, count: int, minute: float, rate: float) -> Array:
        """When each message leaves: minute by minute so many as the gateway takes."""
        at, done = max(minute, self._busy[name]), 0
        out = np.full(count, float(NEVER))
        dead = self.faults.gateway if name == "sms" else (0.0, 0.0)
        while done < count and at < 1000:
            takes = 0 if dead[0] <= at < dead[1] else int(self.dice.poisson(rate))
            end = min(count, done + takes)
            out[done:end] = at + np.arange(end - done) / max(takes, 1)
            done, at = end, at + 1
        self._busy[name] = at
        return out

    def _add(self, channel: int, who: Array, handed: Array, proven: Array, failed: Array) -> None:
        e = self.events
        e.channel.append(np.full(len(who), channel))
        for into, column in ((e.person, who), (e.handed, handed), (e.proven, proven),
                             (e.failed, failed)):  # fmt: skip
            into.append(column)

    # what the county's own test days told before

    def survey(self, day: int, asked: int = 500) -> tuple[Array, Array, Array]:
        """(stratum, whether a number is written down, (person, 4) whether each channel reached
        them) of people asked after a day when nothing failed."""
        other = County(10_000 * (day + 1) + int(self.dice.integers(10_000)), Faults(), 20_000)
        every, got = np.arange(other.n), []
        for one in (lambda: other.sms(every, 0), lambda: other.speakers(np.arange(VILLAGES), 0),
                    lambda: other.voice(every, 0), lambda: other.doors(every, 0)):  # fmt: skip
            other.truth[:] = NEVER
            one()
            got.append(other.truth < NEVER)
        who = other.dice.permutation(other.n)[:asked]
        return other.stratum[who], other.number[who], np.stack(got, axis=1)[who]
