"""Coverage: whether the 90 % interval holds the truth, and the exact union against Python sets.

`--towns` only: the interval on invented towns (`towns`; 165 of each of seven families that the
estimator does not assume), beside the sum of receipts. Towns where something is not known at all
get a bound instead of a 90 % interval; they are told apart and do not count.

`--step` only: one coverage step over 1,100,000 people on four channels. The proofs of one minute
come in, in the middle of the fan-out, and reached people are told in all, by area and by stratum.
The peer does so with plain sets: one a channel, one an area and stratum, their union anew. A second
peer holds the union and the counts as it goes, which sets can do as long as nothing is asked but
the latest count; it is told, not compared.

The name is long because numba imports a module called `coverage` where it finds one: beside the
other benchmarks it must not find this.

`--seed N --families a,b` measures other towns: for work on the estimator.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from bench import Result, finish, middle
from numpy.typing import NDArray
from towns import FAMILIES, Town, town

from dissemination.coverage.estimate import Interval, estimate
from dissemination.coverage.known import I8
from dissemination.coverage.register import Reached, Register, shares

SEED = 20_261_031
EACH = 165
TARGET = 0.9
PEOPLE, AREAS, STRATA, CHANNELS = 1_100_000, 1_500, 4, ("sms", "app", "voice", "warden")
MINUTES, HALF = 60, 30
REPEATS = 15


# the interval


@dataclass(frozen=True)
class Judged:
    """One town and its estimate."""

    town: Town
    found: Interval

    @property
    def held(self) -> bool:
        return self.found.low <= self.town.truth <= self.found.high


def judged(families: list[str], seed: int, each: int) -> Iterator[Judged]:
    """The towns of the families, each with its estimate."""
    for family in families:
        first = [seed, FAMILIES.index(family)]
        dice = np.random.default_rng(first)  # noqa: TID251 - invented towns, by a stated seed
        for _ in range(each):
            one = town(dice, family)
            yield Judged(one, estimate(one.known))


def line(name: str, some: list[Judged]) -> None:
    """One line of the table."""
    if not some:
        return
    held = np.mean([j.held for j in some])
    low = np.mean([j.town.truth < j.found.low for j in some])
    width = np.median([j.found.high - j.found.low for j in some])
    ours = np.median([abs(j.found.likely - j.town.truth) for j in some])
    theirs = np.median([abs(min(1.0, j.town.sum_of_receipts) - j.town.truth) for j in some])
    print(
        f"{name:24} {len(some):5} towns  holds {held:6.1%}  below {low:5.1%}"
        f"  width {width:.3f}  error {ours:.3f}  of the sum {theirs:.3f}"
    )


def towns(families: list[str], seed: int, each: int) -> list[Result]:
    """How often the interval holds."""
    everything = list(judged(families, seed, each))
    sure = [j for j in everything if not j.found.bound]
    for family in families:
        line(family, [j for j in sure if j.town.family == family])
    days = [len(j.town.known.asked) for j in sure]
    for count in range(5):
        line(f"{count} test days", [j for j, d in zip(sure, days, strict=True) if d == count])
    line("by any of them, asked", [j for j in sure if (j.town.known.anyone >= 0).any()])
    line("all", sure)
    line("bounds, not counted", [j for j in everything if j.found.bound])
    baseline(sure)
    held = float(np.mean([j.held for j in sure]))
    return [
        Result("coverage_holds", held, 0.86, 0.90),
        Result("coverage_holds_at_most", held, 0.94, 0.90, most=True),
    ]


def baseline(some: list[Judged]) -> None:
    """How the sum of receipts misleads."""
    short = [j for j in some if j.town.truth < TARGET]
    added = np.mean([j.town.sum_of_receipts >= TARGET for j in short])
    ours = np.mean([j.found.low >= TARGET for j in short])
    over = np.mean([j.town.sum_of_receipts > 1 for j in some])
    print(f"of {len(short)} towns below {TARGET:.0%} the sum of receipts calls {added:.1%} done,")
    print(f"  the interval's low end {ours:.1%}; in {over:.1%} of all the sum is beyond everybody")


# the step

Minutes = list[list[tuple[I8, NDArray[np.int64]]]]
"""By minute and channel: who, and when."""


@dataclass(frozen=True)
class County:
    """People and the proofs that come."""

    area: I8
    stratum: I8
    proofs: Minutes


def county() -> County:
    """1,100,000 people; half to nine tenths of them have a proof of each channel in an hour."""
    dice = np.random.default_rng(3)  # noqa: TID251 - an invented county, the same in every run
    area, stratum = dice.integers(0, AREAS, PEOPLE), dice.integers(0, STRATA, PEOPLE)
    proofs: Minutes = [[] for _ in range(MINUTES)]
    for share in (0.9, 0.5, 0.7, 0.6):
        who = dice.permutation(PEOPLE)[: int(share * PEOPLE)]
        when = dice.integers(0, MINUTES, len(who))
        for minute in range(MINUTES):
            some = who[when == minute]
            proofs[minute].append((some, np.full(len(some), minute)))
    return County(area, stratum, proofs)


Told = tuple[int, list[int], list[int]]
"""Reached in all, by area, by stratum."""


class Ours:
    """The bitmaps."""

    def __init__(self, county: County) -> None:
        self.register = Register.of(county.area, county.stratum)
        self.reached = Reached(self.register, CHANNELS)

    def step(self, proofs: list[tuple[I8, NDArray[np.int64]]]) -> Told:
        for name, (who, when) in zip(CHANNELS, proofs, strict=True):
            self.reached.add(name, who, when)
        r, now = self.register, self.reached.confirmed()
        by_area = np.bincount(r.area, now).astype(int)
        shares(r.people, now, r.area), shares(r.people, now, r.stratum)
        return int(now.sum()), by_area.tolist(), np.bincount(r.stratum, now).astype(int).tolist()


class Sets:
    """Plain sets: a union of all channels, met with each area and stratum."""

    def __init__(self, county: County) -> None:
        self.channels: list[set[int]] = [set() for _ in CHANNELS]
        self.areas, self.strata = _groups(county.area, AREAS), _groups(county.stratum, STRATA)

    def step(self, proofs: list[list[int]]) -> Told:
        for have, new in zip(self.channels, proofs, strict=True):
            have.update(new)
        union = set().union(*self.channels)
        areas = [len(union & area) for area in self.areas]
        return len(union), areas, [len(union & stratum) for stratum in self.strata]


class Running:
    """Sets that hold the union and the counts as they go."""

    def __init__(self, county: County) -> None:
        self.union: set[int] = set()
        self.area, self.stratum = county.area.tolist(), county.stratum.tolist()
        self.areas, self.strata = [0] * AREAS, [0] * STRATA

    def step(self, proofs: list[list[int]]) -> Told:
        fresh = set().union(*proofs) - self.union
        self.union |= fresh
        for person in fresh:
            self.areas[self.area[person]] += 1
            self.strata[self.stratum[person]] += 1
        return len(self.union), list(self.areas), list(self.strata)


def _groups(of: I8, count: int) -> list[set[int]]:
    groups: list[set[int]] = [set() for _ in range(count)]
    for person, group in enumerate(of.tolist()):
        groups[group].add(person)
    return groups


def timed(who: Ours | Sets | Running, proofs: object) -> tuple[float, Told]:
    before = time.perf_counter()
    told = who.step(proofs)
    return time.perf_counter() - before, told


def step() -> list[Result]:
    """Both take the same steps; those in the middle of the hour are timed."""
    here = county()
    ours, sets, running = Ours(here), Sets(here), Running(here)
    ratios, told = [], []
    for minute in range(HALF + REPEATS):
        lists = [who.tolist() for who, _ in here.proofs[minute]]
        if minute < HALF:
            ours.step(here.proofs[minute])
            running.step(lists)
            for have, new in zip(sets.channels, lists, strict=True):
                have.update(new)
            continue
        fast, mine = timed(ours, here.proofs[minute])
        slow, theirs = timed(sets, lists)
        quick, third = timed(running, lists)
        assert mine == theirs == third, "the counts differ"
        ratios.append(slow / fast)
        told.append(f"{fast * 1e3:.2f} ms, sets {slow * 1e3:.0f}, running {quick * 1e3:.0f}")
    new = sum(len(who) for who, _ in here.proofs[HALF])
    print(f"step: {PEOPLE} people, {new} proofs a minute, {mine[0]} reached; {told[REPEATS // 2]}")
    ratio, every = middle(ratios)
    print(f"  to sets: {every}")
    return [Result("coverage_step", ratio, 50.0, 200.0)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--towns", action="store_true")
    asked.add_argument("--step", action="store_true")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--each", type=int, default=EACH)
    asked.add_argument("--families", default=",".join(FAMILIES))
    said = asked.parse_args()
    both = said.towns == said.step
    results = []
    if both or said.towns:
        results += towns(said.families.split(","), said.seed, said.each)
    if both or said.step:
        results += step()
    finish(results)


if __name__ == "__main__":
    sys.exit(main())
