"""The register: who is found for a warning, under which name, and what stands on the disk."""

from pathlib import Path

import numpy as np
import pytest

from dissemination.phones import digest, key_of
from dissemination.targeting import Contact, Register, Stratum, changes
from tests.unit.targeting.people import (
    AWAY,
    NOW,
    TOWN,
    found,
    number,
    person,
    register,
    warning,
)
from tongluo.core.errors import RegisterError
from tongluo.core.words import Status


def test_a_warning_finds_its_area_and_what_is_below(tmp_path: Path) -> None:
    made = register(tmp_path, person(1), person(2, "group"), person(3, "lower"), person(4, "away"))
    assert set(found(made)) == {number(1), number(2)}
    assert set(found(made, warning(TOWN))) == {number(1), number(2), number(3)}
    assert found(made, warning(AWAY)) == [number(4)]
    assert found(made, kind="voice") == []


def test_who_acts_for_others_is_first_and_hears_of_what_is_further_down(tmp_path: Path) -> None:
    made = register(
        tmp_path,
        person(1),
        person(2, stratum=Stratum(needs_help=True)),
        person(3, audience="contacts"),
        person(4, "town", audience="responders"),
        person(5, "town"),
    )
    assert found(made) == [number(n) for n in (4, 3, 2, 1)]
    audiences = [audience for _, audience in made.recipients(warning(), "sms")]
    assert audiences == ["responders", "contacts", "residents", "residents"]


def test_the_nearest_first(tmp_path: Path) -> None:
    made = register(tmp_path, person(1, at=(22.6, 113.0)), person(2, at=(22.521, 113.0)), person(3))
    assert found(made) == [number(n) for n in (3, 2, 1)]  # 3 by the middle of his area


def test_a_number_of_two_households_is_found_once(tmp_path: Path) -> None:
    both = (Contact("sms", number(7)), Contact("sms", number(8)))
    made = register(
        tmp_path,
        person(1, sort="household", size=3, contacts=both),
        person(2, "group", contacts=both[:1], audience="contacts"),
    )
    assert sorted(found(made)) == [number(7), number(8)]
    target = made.vault.target(number(7))
    assert len(made.persons_of(target)) == 2
    assert made.audience(target, warning()) == "contacts"
    assert made.audience(target, warning(AWAY)) == "residents"


def test_of_a_persons_numbers_the_one_last_confirmed(tmp_path: Path) -> None:
    numbers = (Contact("sms", number(1)), Contact("sms", number(2), 20_000),
               Contact("sms", number(3), 20_100))  # fmt: skip
    made = register(tmp_path, person(1, contacts=numbers))
    assert found(made) == [number(3)]
    with_misses = made.vault.target(number(3))
    assert made.heard(with_misses, "a", reached=False, at=NOW, dead_after=2) == "doubtful"
    assert found(made) == [number(2)]
    assert made.heard(with_misses, "a", reached=False, at=NOW, dead_after=2) == "doubtful"
    assert made.heard(with_misses, "b", reached=False, at=NOW, dead_after=2) == "dead"
    assert made.heard(with_misses, "c", reached=True, at=NOW, dead_after=2) == ""
    assert found(made) == [number(3)]


def test_a_dead_number_is_sent_nothing(tmp_path: Path) -> None:
    made = register(tmp_path, person(1))
    made.heard(made.vault.target(number(1)), "a", reached=False, at=NOW, dead_after=1)
    assert found(made) == []


def test_an_exercise_finds_who_is_enrolled(tmp_path: Path) -> None:
    made = register(tmp_path, person(1), person(2, enrolled=True))
    assert found(made, warning(status=Status.EXERCISE)) == [number(2)]
    assert len(found(made)) == 2


def test_targets_are_those_of_a_list_of_numbers(tmp_path: Path) -> None:
    made = register(tmp_path, person(1))
    assert made.recipients(warning(), "sms")[0].target == digest(number(1), key_of(tmp_path))


def test_people_for_coverage(tmp_path: Path) -> None:
    made = register(
        tmp_path,
        person(1),
        person(2, "group", sort="household", size=4, stratum=Stratum("old", "rural", deaf=True)),
        person(3, "lower", sort="count", size=60, contacts=()),
    )
    people = made.people()
    assert people.areas == ("group", "upper")
    assert people.strata == ("any", "old.rural.deaf")
    assert [people.areas[a] for a in people.area] == ["upper", "group"]
    assert people.size.tolist() == [1, 4] and people.stratum.tolist() == [0, 1]
    assert made.counts() == [("lower", "any", 60)]
    targets, persons = made.links("sms")
    assert persons.tolist() == [made.person_of(target) for target in targets]
    assert np.isin(persons, people.person).all()


def test_an_empty_register_has_nobody(tmp_path: Path) -> None:
    made = Register.open(tmp_path)
    assert len(made.people()) == 0 and made.recipients(warning(), "sms") == []
    assert made.person_of("0" * 24) is None and len(made.links("sms")[0]) == 0
    with pytest.raises(LookupError, match="not in the register"):
        made.address("0" * 24)
    with pytest.raises(LookupError, match="no register"):
        Register.existing(tmp_path / "elsewhere")


def test_with_another_key_nothing_is_read(tmp_path: Path) -> None:
    register(tmp_path, person(1)).close()
    (tmp_path / "register.key").write_bytes(b"k" * 32)
    made = Register.open(tmp_path)
    with pytest.raises(RegisterError, match="is not the key"):
        made.address(made.recipients(warning(), "sms")[0].target)


def test_no_number_and_no_id_stands_in_the_file(tmp_path: Path) -> None:
    made = register(tmp_path, *(person(n, name=f"住户 {n}") for n in range(50)))
    made.heard(made.vault.target(number(3)), "a", reached=False, at=NOW, dead_after=1)
    changes.put(made, "list", [person(3, contacts=(Contact("sms", number(999)),))], "duty", NOW)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("register.db*"))
    assert b"861990000" not in raw and b"19900000" not in raw
    assert "户".encode() not in raw
    made.close()
    raw = (tmp_path / "register.db").read_bytes()
    assert b"861990000" not in raw and "户".encode() not in raw
    assert (tmp_path / "register.db").stat().st_mode & 0o077 == 0
    assert (tmp_path / "register.key").stat().st_mode & 0o077 == 0


def test_the_audit_is_a_chain(tmp_path: Path) -> None:
    made = register(tmp_path, person(1), person(2))
    assert made.broken_link() is None
    (what,) = made.db.execute("SELECT what FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    assert what == "added"
    made.db.execute("UPDATE audit SET at = at + 1 WHERE id = 1")
    assert made.broken_link() == 1
