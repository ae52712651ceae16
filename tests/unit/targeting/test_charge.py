"""Who answers for an area: ranks, deputies, managers."""

from pathlib import Path

from dissemination.targeting import Contact, Place, changes, in_charge
from tests.unit.targeting.people import AWAY, NOW, PLACES, TOWN, number, person, register, warning

CAMP = Place("camp", parent="group", kind="campsite", manager="户 00009")


def test_from_the_place_up_to_the_town_with_deputies(tmp_path: Path) -> None:
    made = register(
        tmp_path,
        person(1, "town", audience="responders", role="镇长", rank="town"),
        person(2, "town", audience="responders", rank="town", deputy_of="户 00001"),
        person(3, "upper", audience="responders", rank="village"),
        person(4, "group", audience="contacts", rank="group", deputy_of="户 00008"),
        person(5, "upper"),
        person(6, "away", audience="responders", rank="county"),
        person(9, "camp"),
        places=(),
    )
    with made.transaction():
        changes.settle(made, (*PLACES, CAMP), NOW)
    found = in_charge(made, warning().area)
    people = [(one.rank, one.manager, one.deputies) for one in found]
    assert people == [("", True, ()), ("group", False, ()), ("village", False, ()),
                      ("town", False, (2,))]  # fmt: skip
    assert found[-1].role == "镇长" and found[-1].area == "town"
    assert [one.person for one in in_charge(made, warning(AWAY).area)] == [6]
    assert len(in_charge(made, warning(TOWN).area)) == 4
    raw = (tmp_path / "register.db-wal").read_bytes() + (tmp_path / "register.db").read_bytes()
    assert "户 00009".encode() not in raw  # not even who manages a place


def test_the_ways_to_a_person_the_surest_first(tmp_path: Path) -> None:
    contacts = (Contact("voice", number(1)), Contact("voice", number(2), 20_000),
                Contact("voice", number(3), 20_001), Contact("sms", number(4)))  # fmt: skip
    made = register(tmp_path, person(1, contacts=contacts))
    made.heard(made.vault.target(number(2)), "k", reached=False, at=NOW, dead_after=1)
    made.heard(made.vault.target(number(3)), "k", reached=False, at=NOW, dead_after=2)
    ways = made.ways(int(made.people().person[0]), "voice")
    assert [made.address(way) for way in ways] == [number(1), number(3)]
