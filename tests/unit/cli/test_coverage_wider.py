"""Counts of more people than the warning is for, or than are a warden's own, prove no more."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dissemination.targeting import Contact, Entry, Register, changes
from tests.town import EVENT, MINUTE, START, number, warning
from tests.unit.cli.conftest import Call
from tests.unit.cli.test_coverage_counts import Site
from tongluo.config.load import load
from tongluo.core.warning import Area
from tongluo.core.words import DeliveryState
from tongluo.coverage.look import Look, look
from tongluo.daemon.deliveries import Outcome, Planned
from tongluo.daemon.next_step import begun, next_step

UPPER = replace(warning(), area=Area("upper", "上村", "Upper", 40))


@pytest.fixture
def site(tmp_path: Path, call: Call) -> Site:
    return Site(tmp_path, call)


def town_of(site: Site, people: int) -> None:
    text = site.config.read_text(encoding="utf-8")
    site.config.write_text(text.replace("people: 80", f"people: {people}"), encoding="utf-8")


def looked(site: Site) -> Look:
    return look(load(site.config).config, site.var, [UPPER], UPPER, START + 60 * MINUTE)


@pytest.mark.parametrize(
    ("people", "told", "ends"),
    [(1000, 300, (0, 40)), (1000, 25, (0, 25)), (1000, 970, (10, 40)), (1000, 1000, (40, 40)),
     (80, 55, (15, 40)), (0, 60, (0, 40))],
)  # fmt: skip
def test_a_report_of_a_wider_area_may_be_of_those_outside(
    site: Site, people: int, told: int, ends: tuple[int, int]
) -> None:
    town_of(site, people)
    site.report("town", told)
    found = looked(site)
    assert found.told(60, found.people.people >= 0) == ends
    assert found.least(60).sum() == ends[0]


def test_escalation_goes_on_where_a_count_may_be_of_others(site: Site) -> None:
    town_of(site, 1000)
    site.report("town", 300)
    given = load(site.config).config.coverage.escalation
    assert given is not None
    found = looked(site)
    assert next_step(found, given, begun(found, [])).reason != "reached"


def enrolled(site: Site, wardens: tuple[int, ...]) -> None:
    """40 by name in each village, of whom some are its wardens, and 5 by number in the upper."""
    entries = [
        Entry(f"e{n}", "upper" if n < 40 else "lower", contacts=(Contact("sms", number(n)),),
              audience="responders" if n in wardens else "residents",
              rank="village" if n in wardens else "")
        for n in range(80)
    ]  # fmt: skip
    with closing(Register.existing(site.var)) as register:
        counted = Entry("cnt", "upper", sort="count", size=5)
        changes.put(register, "list", [*entries, counted], "duty", START)


def test_done_of_one_of_two_wardens_is_worth_the_doors_of_that_one(site: Site) -> None:
    enrolled(site, (0, 1, 40))
    site.answer(0, "done")
    assert site.area("upper")["told"] == [19, 24], "nobody knows who asks after the 5"
    site.answer(1, "done")
    assert site.area("upper")["told"] == [38, 43]


def test_the_only_warden_has_those_known_by_number_too(site: Site) -> None:
    enrolled(site, (0, 40))
    site.answer(0, "done")
    assert site.area("upper")["told"] == [44, 44] and site.area("lower")["told"] == [0, 0]
    site.answer(0, "done 41", 25)
    assert site.area("upper")["told"] == [41, 41]


def test_a_warden_counts_nobody_but_those_whose_doors_are_the_wardens(site: Site) -> None:
    enrolled(site, (0, 1, 40))
    site.answer(1, "done 37")
    assert site.area("upper")["told"] == [19, 19]


def test_a_warden_of_the_town_counts_nobody_behind_the_doors_of_others(site: Site) -> None:
    enrolled(site, (0, 40))
    with closing(Register.existing(site.var)) as register:
        entries = [
            Entry("chief", "town", contacts=(Contact("sms", number(90)),),
                  audience="responders", rank="town"),
            Entry("some", "town", sort="count", size=7),
        ]  # fmt: skip
        changes.put(register, "other", entries, "duty", START)
        site.targets += [""] * 10 + [register.vault.target(number(90))]
    site.answer(90, "done")
    assert site.told()["whole"]["told"] == [7, 7]


def test_more_people_than_there_are_prove_nobody_told(site: Site) -> None:
    site.report("upper", 60, sure=True)
    assert site.area("upper")["told"] == [0, 40]
    assert site.area("upper")["estimate"]["low"] == 0


def played(site: Site, target: str) -> None:
    key = f"{EVENT}.v1:horn:{target}"
    site.rows.plan([Planned(key, f"{EVENT}.v1", EVENT, "horn", target, 4)], 1, START)
    site.rows.settle([Outcome(key, DeliveryState.PLAYED, START + MINUTE)])


def horns(site: Site) -> tuple[str, str]:
    """One of the register in the upper village; and one that nobody knows."""
    text = site.config.read_text(encoding="utf-8")
    horn = "  horn: {kind: loudspeaker, options: {recipients: register}}\n"
    text = text.replace("coverage:", horn + "coverage:")
    known = "proof: person}, horn: {audibility: 0.6, proof: played}"
    site.config.write_text(text.replace("proof: person}", known), encoding="utf-8")
    with closing(Register.existing(site.var)) as register:
        given = Contact("speaker", "horn-upper-school")
        entry = Entry("sp", "upper", sort="device", size=0, contacts=(given,))
        changes.put(register, "horns", [entry], "duty", START)
        return register.vault.target(given.address), register.vault.target("another")


def test_a_speaker_of_the_register_reaches_the_area_where_it_stands(site: Site) -> None:
    upper, unknown = horns(site)
    played(site, unknown)
    assert [site.area(a)["estimate"]["high"] for a in ("upper", "lower")] == [0, 0]
    played(site, upper)
    assert site.area("upper")["estimate"]["likely"] > 0.3
    assert site.area("lower")["estimate"]["high"] == 0
