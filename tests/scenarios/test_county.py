"""A county of 100,000 people in which channels fail: escalation brings 95 %, or says who cannot be.

The county (`tests/county.py`) is simulated event by event and knows nothing of how coverage is
reckoned. Every five minutes the escalation sees what has come back by then, and no more: who is
without power or road, and until when a gateway is out, is told; how many receipts are lost, which
loudspeakers lie and who has no signal is not. Time is simulated: nothing waits.

The seeds were fixed after the code; their figures stand in docs/coverage.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from dissemination.coverage import live, steps
from dissemination.coverage.foretell import Foretold, Now, foretell
from dissemination.coverage.known import F8, I8
from dissemination.coverage.live import Aired, Sent
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace
from dissemination.coverage.register import NEVER
from dissemination.coverage.shut import Left, left
from dissemination.coverage.steps import Bits, Policy
from dissemination.coverage.stranded import due, stranded
from dissemination.coverage.ways import Tests as Surveys
from dissemination.coverage.ways import Way, supplied
from tests.county import STRATA, VILLAGES, Array, County, Faults

EVERY = 5
POLICY = Policy(("voice", "wardens"), target=0.95, wait=5, stuck=20, until=420, queue=90)
TARGET, AHEAD = 0.9, 300
SILENT = ".no_phone"
"""Of a stratum: the register has no number of theirs."""
SEEDS = (
    *(2026112241, 2026112242, 2026112243, 2026112244, 2026112245, 2026112246),
    *(2026112231, 2026112232, 2026112233, 2026112234, 2026112235, 2026112236),
)
"""The first six were named when the code was final (docs/coverage.md says what came before)."""
WITHIN = 0.15
SCENES = {
    "nothing fails": Faults(),
    "gateway dead": Faults(gateway=(10, 60)),
    "town without power": Faults(dark=6),
    "lies and lost receipts": Faults(lies=0.5, receipts=0.25),
    "cut off": Faults(dark=5, cut_off=4, receipts=0.1),
    "all of it": Faults(gateway=(10, 60), dark=6, lies=0.4, receipts=0.15),
}
CERTAIN = ("nothing fails", "gateway dead")
LYING = "lies and lost receipts"
"""Loudspeakers prove nothing: the time is told as an interval."""
EDGE = "cut off"
"""Hardly 90 % can be reached at all: a point of share moves the time by an hour, and it is not
always within 15 % (docs/coverage.md)."""


def ways() -> tuple[Way, ...]:
    """What the site believes: stated shares, and paces as contracts and plans name them."""
    return (
        Way("sms", 0.8, proof="person", pace=Pace(1500, 0.6, gives_up=20), needs=("mobile",)),
        Way("speaker", 0.5, audibility=0.5, proof="played", pace=Pace(np.inf, 1), needs=("power",)),
        Way("voice", 0.7, proof="person", pace=Pace(300, 0.6, gives_up=1), needs=("mobile",)),
        Way(
            "wardens", 0.9, proof="person", pace=Pace(0.8, 6), apart=True, crew=150, needs=("road",)
        ),
    )


def surveys(county: County) -> Surveys:
    """Two test days; who was asked is told by stratum alone."""
    cells = tuple(("survey", s + without) for without in ("", SILENT) for s in STRATA)
    size = len(cells)
    asked = np.zeros((2, size), np.int64)
    heard, anyone = np.zeros((2, size, 4), np.int64), np.zeros((2, size), np.int64)
    both = np.zeros((2, size, 4, 4), np.int64)
    for day in range(2):
        stratum, number, got = county.survey(day)
        stratum = stratum + len(STRATA) * ~number
        for s in range(size):
            mine = got[stratum == s]
            asked[day, s], heard[day, s] = len(mine), mine.sum(axis=0)
            anyone[day, s] = mine.any(axis=1).sum()
            both[day, s] = mine.T.astype(int) @ mine
    return Surveys(cells, asked, heard, anyone, both)


class Desk:
    """What the warning's desk sees of the county, and what it orders."""

    def __init__(self, county: County) -> None:
        self.county, self.ways, self.tests = county, ways(), surveys(county)
        areas = [f"v{v:02d}" for v in county.village]
        strata = [
            STRATA[s] + (SILENT if not n else "")
            for s, n in zip(county.stratum, county.number, strict=True)
        ]
        entries = (np.arange(county.n), areas, strata, np.ones(county.n, np.int64))
        self.people = People.of(entries, [])
        self._sent: tuple[tuple[float, int], Sent] | None = None
        size = len(self.people.people)
        names = [area for area, _ in self.people.names()]
        self.village = np.array([int(a[1:]) if a != "elsewhere" else -1 for a in names])
        self.begin = np.full((size, 4), np.inf)
        dark = [f"v{v:02d}" for v in np.flatnonzero(county.dark)]
        out = {("power", v): 0.0 for v in dark} | {("mobile", v): np.nan for v in dark}
        out |= {("road", f"v{v:02d}"): 0.0 for v in np.flatnonzero(county.cut_off)}
        self.works = supplied(self.ways, self.people, out)
        self.contact = np.ones((4, county.n), bool)
        self.contact[[0, 2]] = county.number
        self.contacts = np.stack(
            [np.bincount(self.people.cell[has], minlength=size) for has in self.contact], axis=1
        )

    def sent(self, minute: float) -> Sent:
        """What has come back by now."""
        if self._sent is not None and self._sent[0] == (minute, len(self.county.events.person)):
            return self._sent[1]
        e = self.county.events
        columns = e.channel, e.person, e.handed, e.proven, e.failed
        channel, person, *times = (np.concatenate(x) for x in columns)
        known = (np.where(t <= minute, np.floor(t), NEVER).astype(int) for t in times)
        handed, proven, failed = known
        found = Sent(channel, person, handed, proven, failed, np.full(len(person), NEVER))
        self._sent = (minute, len(e.person)), found
        return found

    def aired(self, minute: float) -> Aired:
        c, order = self.county, np.arange(VILLAGES)
        cells = order[:, None] == self.village[None, :]
        handed, played, failed = (
            np.where(t <= minute, t, NEVER) for t in (c.spoke, c.played, c.silent)
        )
        doubt = np.where((handed < NEVER) & (played == NEVER), handed, NEVER)
        return Aired(np.ones(VILLAGES, np.int64), cells, handed, played, failed, doubt)

    def order(self, channel: str, cells: Array, minute: float) -> None:
        """Send to those in the cells who have a contact and no proof; the stranded come last, and
        nobody gets the same channel twice."""
        k = [way.name for way in self.ways].index(channel)
        self.begin[cells, k] = minute
        if channel == "speaker":
            self.county.speakers(np.unique(self.village[cells]), minute)
            return
        done = np.zeros(self.county.n, bool)
        if self.county.events.person:
            s = self.sent(minute)
            done[s.person[s.proven < NEVER]] = True
        self._send(channel, np.isin(self.people.cell, cells) & ~done, minute)

    def visit(self, channel: str, cells: Array, minute: int) -> None:
        """Send to the stranded of the cells alone."""
        self._send(channel, np.isin(self.people.cell, cells) & self.stranded(minute), minute)

    def _send(self, channel: str, mine: Bits, minute: float) -> None:
        k = [way.name for way in self.ways].index(channel)
        for before, who in zip(self.county.events.channel, self.county.events.person, strict=True):
            mine[who[before == k]] = False
        who = np.flatnonzero(mine & self.contact[k])
        last = self.stranded(minute) if self.county.events.person else mine
        who = who[np.argsort(last[who], kind="stable")]
        act = {"sms": self.county.sms, "voice": self.county.voice, "wardens": self.county.doors}
        act[channel](who, minute)

    def stranded(self, minute: float) -> Bits:
        return stranded(self.people, self.ways, self.sent(minute), int(minute))

    def gone(self, minute: float) -> I8:
        """(people) when wardens were sent to them."""
        s, out = self.sent(minute), np.full(self.county.n, NEVER)
        of = np.array([way.apart for way in self.ways])[s.channel] & (s.handed < NEVER)
        np.minimum.at(out, s.person[of], s.handed[of] - 1)
        return out

    def standing(self, minute: int) -> live.Standing:
        return live.standing(self.people, self.ways, self.sent(minute), self.aired(minute), minute,
                             self.works, np.ones(4), self.tests)  # fmt: skip

    def reach(self, minute: float) -> F8:
        """(cells) share with a proof."""
        s = self.sent(minute)
        once = np.unique(s.person[s.proven < NEVER])
        have = np.bincount(self.people.cell[once], minlength=len(self.people.people))
        return have / np.maximum(self.people.people, 1)


@dataclass
class Played:
    """How it went."""

    confirmed: float
    minute: int
    reason: str
    left: Left
    unreachable: I8
    foretold: Foretold | None
    simulated: float


def play(county: County, policy: Policy = POLICY, *, foretell: bool = True) -> Played:
    """From the issue until nothing more comes."""
    desk = Desk(county)
    every = np.flatnonzero(desk.people.people > 0)
    desk.order("sms", every, 0)
    desk.order("speaker", every, 0)
    predicted, reason, minute = None, "", 0
    shares = steps.expected(desk.standing(1))
    for minute in range(EVERY, policy.until + EVERY, EVERY):
        if minute == 4 * EVERY and foretell:
            predicted = predict(desk, minute, policy)
        sent, aside = desk.sent(minute), desk.stranded(minute)
        since = steps.idle_since(desk.people, desk.ways, sent, None, minute, desk.begin, policy,
                                 aside)  # fmt: skip
        waiting = due(desk.people, aside, desk.gone(minute), minute, policy.wait)
        now = steps.step(desk.people, desk.ways, shares, desk.reach(minute), policy, minute, since,
                         desk.works, desk.contacts, waiting)  # fmt: skip
        reason = now.reason
        for name, alone in dict.fromkeys((o.channel, o.stranded) for o in now.orders):
            cells = [o.cell for o in now.orders if (o.channel, o.stranded) == (name, alone)]
            (desk.visit if alone else desk.order)(name, np.array(cells), minute)
        pending = (sent.proven == NEVER) & (sent.failed == NEVER)
        if reason == "reached" or (reason == "nothing is left" and not pending.any()):
            break
    end = max(minute, policy.until)  # whom wardens were still to come to has been come to
    found = left(
        desk.people, desk.ways, desk.sent(end), desk.aired(end), desk.contact, desk.works,
        [way.name for way in desk.ways],
    )  # fmt: skip
    share = float(desk.people.people @ desk.reach(minute)) / county.n
    simulated = float(np.sort(county.truth)[int(TARGET * county.n)])
    return Played(share, minute, reason, found, unreachable(county), predicted, simulated)


def predict(desk: Desk, minute: int, policy: Policy, *, told: bool = True) -> Foretold:
    """What is foretold by what is known at a minute; told: its owner says until when a gateway is
    out."""
    dead = desk.county.faults.gateway
    pauses = {"sms": dead} if told and dead[0] < minute else {}
    now = Now(desk.people, desk.ways, desk.sent(minute), desk.aired(minute), minute, desk.works,
              np.ones(4), desk.tests, desk.begin, desk.contacts)  # fmt: skip
    return foretell(now, policy, (TARGET,), AHEAD, pauses)


def unreachable(county: County) -> I8:
    """By the county's own truth: no phone that works, nobody at the door, no loudspeaker."""
    phone = county.alive & county.signal
    door = county.home & ~county.cut_off[county.village]
    return np.flatnonzero(~phone & ~door & county.dark[county.village])


QUICK = ("gateway dead", "cut off")
CASES = [
    pytest.param(seed, scene, marks=() if n == 0 and scene in QUICK else pytest.mark.long)
    for n, seed in enumerate(SEEDS)
    for scene in SCENES
]


@pytest.mark.parametrize(("seed", "scene"), CASES)
def test_the_target_is_reached_or_who_cannot_be_is_proved(seed: int, scene: str) -> None:
    county = County(seed, SCENES[scene])
    found = play(county)
    assert np.isin(found.left.closed, found.unreachable).all()
    _names_everyone(county, found)
    if scene == EDGE:
        assert np.array_equal(found.left.closed, found.unreachable)
        assert len(found.left.closed) > 1000 and found.reason == "nothing is left"
    else:
        assert found.confirmed >= POLICY.target
        assert found.reason == "reached" or _all_closed(county, found)
    _foretells(scene, found)


def _all_closed(county: County, found: Played) -> bool:
    """In a village below its target nobody is left who might be reached by a way not tried."""
    missing = np.bincount(county.village[found.left.missing], minlength=VILLAGES)
    people = np.bincount(county.village, minlength=VILLAGES)
    short = missing > (1 - POLICY.target) * people
    return not short[county.village[found.left.untried]].any()


def _names_everyone(county: County, found: Played) -> None:
    """Who cannot be reached and is not proved so lives where a way was still to be tried, as the
    area had met its target without it; and is told of as that."""
    rest = np.setdiff1d(found.unreachable, found.left.closed)
    assert np.isin(rest, found.left.untried).all()
    missing = np.bincount(county.village[found.left.missing], minlength=VILLAGES)
    people = np.bincount(county.village, minlength=VILLAGES)
    met = missing <= (1 - POLICY.target) * people
    assert met[county.village[rest]].all()
    if found.reason == "nothing is left":
        assert not len(rest)


def _foretells(scene: str, found: Played) -> None:
    """The likely time is right within 15 %, but where the curve is flat (`EDGE`): there a time that
    is told as one is, and any other says between what it lies."""
    assert found.foretold is not None
    time, sure = found.foretold.times[TARGET], found.foretold.sure(TARGET)
    simulated = found.simulated if found.simulated <= AHEAD else np.inf
    assert time.early <= simulated <= time.late
    assert (scene == EDGE and not sure) or abs(time.likely / simulated - 1) <= WITHIN
    assert sure or scene not in CERTAIN
    assert not sure or scene != LYING


def test_of_a_gateway_that_stands_no_single_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody says until when: from what will be if it goes on at once to if it never does."""
    monkeypatch.setattr(f"{__name__}.predict", partial(predict, told=False))
    found = play(County(SEEDS[0], SCENES["gateway dead"]))
    assert found.foretold is not None and not found.foretold.sure(TARGET)
    time = found.foretold.times[TARGET]
    assert time.early < 60 < found.simulated < time.late


def test_a_report_of_failure_that_is_lost_proves_nothing() -> None:
    """Then the list is shorter than the truth, and never names anybody who can be reached."""
    county = County(SEEDS[0], Faults(dark=5, cut_off=4, lost_failures=0.3), 20_000)
    found = play(county, foretell=False)
    assert np.isin(found.left.closed, found.unreachable).all()
    assert 0.5 < len(found.left.closed) / len(found.unreachable) < 0.95
