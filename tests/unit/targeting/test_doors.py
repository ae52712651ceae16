"""Task lists: every door stands on one list, of who answers for it, the neediest first."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination.targeting import Place, Register, Stratum, changes, numbers
from dissemination.targeting.doors import FIRST, doors, named, tasks
from tests.unit.targeting.people import (
    AWAY,
    GROUP,
    LOWER,
    NOW,
    PLACES,
    TOWN,
    UPPER,
    number,
    person,
    register,
    warning,
)

CAMP = Place("camp", parent="group", kind="campsite", manager="户 00009")
FLAGS = st.lists(st.sampled_from(FIRST), unique=True)


def lists(made: Register, place: Place = UPPER) -> list[tuple[int, list[int]]]:
    """(who answers, or 0; the doors), of an area."""
    found = tasks(made, warning(place).area)
    return [(t.charge.person if t.charge else 0, [d.entry for d in t.doors]) for t in found]


def test_the_nearest_who_answers_knocks_and_the_neediest_are_first(tmp_path: Path) -> None:
    made = register(
        tmp_path,
        person(1, "town", audience="responders", rank="town"),
        person(2, "upper", audience="responders", rank="village"),
        person(3, "upper", audience="contacts", rank="village", deputy_of="户 00002"),
        person(4, "upper"),
        person(5, "upper", stratum=Stratum(blind=True)),
        person(6, "upper", contacts=()),
        person(7, "upper", stratum=Stratum("old", needs_help=True)),
        person(8, "lower", sort="household", size=4),
        person(9, "camp", audience="contacts", rank="point"),
        person(10, "camp", stratum=Stratum(deaf=True)),
        person(11, "group", stratum=Stratum(needs_help=True)),
        person(12, "away"),
        places=(),
    )
    with made.transaction():
        changes.settle(made, (*PLACES, CAMP), NOW)
    assert lists(made) == [(9, [10]), (2, [11, 7, 6, 5, 4]), (1, [])]
    assert lists(made, LOWER) == [(1, [8])]
    assert lists(made, AWAY) == [(0, [12])]
    marks = {d.entry: d.marks for d in doors(made, warning().area)}
    assert marks[6] == ("no_phone",) and marks[5] == ("blind",) and marks[4] == ()
    household = tasks(made, warning(LOWER).area)[0]
    assert household.people == 4


def test_a_number_that_dies_is_marked_and_moves_no_door(tmp_path: Path) -> None:
    made = register(
        tmp_path,
        *(person(n, "upper", audience="contacts", rank="village") for n in (1, 2)),
        *(person(n, "upper") for n in range(3, 9)),
        person(9, "upper", contacts=()),
    )
    before = lists(made)
    assert before == [(1, [9, 4, 6, 8]), (2, [3, 5, 7])]
    for k in range(3):
        numbers.heard(made, made.vault.target(number(7)), f"k{k}", reached=False, at=NOW,
                      dead_after=3)  # fmt: skip
    assert lists(made) == before
    marks = {d.entry: d.marks for d in doors(made, warning().area)}
    assert marks[7] == marks[9] == ("no_phone",) and marks[8] == ()


def test_a_manager_of_elsewhere_does_not_knock_where_he_lives(tmp_path: Path) -> None:
    made = register(tmp_path, person(2, "upper", audience="responders", rank="village"),
                    person(9, "upper", audience="residents"), person(4, "upper"),
                    person(10, "camp"), places=())  # fmt: skip
    with made.transaction():
        changes.settle(made, (*PLACES, CAMP), NOW)
    assert lists(made) == [(2, [4]), (1, [2, 3])]  # of whom 2 is the manager himself


@settings(max_examples=25, deadline=None)
@given(people=st.lists(st.tuples(st.sampled_from(["upper", "group", "lower"]), FLAGS), max_size=12),
       wardens=st.lists(st.sampled_from(["town", "upper", "group"]), max_size=4))  # fmt: skip
def test_every_door_stands_on_exactly_one_list(
    tmp_path_factory: pytest.TempPathFactory,
    people: list[tuple[str, list[str]]],
    wardens: list[str],
) -> None:
    entries = [person(n, area, stratum=Stratum(**dict.fromkeys(flags, True)))
               for n, (area, flags) in enumerate(people)]  # fmt: skip
    those = [person(100 + n, area, audience="contacts", rank="village")
             for n, area in enumerate(wardens)]  # fmt: skip
    made = register(tmp_path_factory.mktemp("r"), *entries, *those)
    try:
        found = tasks(made, warning(TOWN).area)
    finally:
        made.close()
    listed = [d.entry for t in found for d in t.doors]
    assert sorted(listed) == list(range(1, len(people) + 1))
    assert bool(found) == bool(people or wardens)
    for t in found:
        needs = [[word not in d.marks for word in FIRST] for d in t.doors]
        assert needs == sorted(needs)
    same = [len(t.doors) for t in found if t.charge and t.charge.area == "town"]
    assert not same or max(same) - min(same) <= 1


def test_people_by_count_are_asked_after_by_the_nearest(tmp_path: Path) -> None:
    made = register(tmp_path, person(1, "upper", audience="contacts", rank="village"),
                    person(2, GROUP.id, sort="count", size=30, contacts=()),
                    person(3, "away", sort="count", size=7, contacts=()))  # fmt: skip
    assert [(t.charge is not None, t.counted) for t in tasks(made, warning().area)] == [(True, 30)]
    assert [(t.charge is not None, t.counted) for t in tasks(made, warning(AWAY).area)] == [
        (False, 7)
    ]


def test_names_are_put_on_record(tmp_path: Path) -> None:
    made = register(tmp_path, person(1, audience="contacts", rank="village", name="甲"),
                    person(2, name="乙"))  # fmt: skip
    found = tasks(made, warning().area)
    assert named(made, found, "duty", NOW) == {1: "户 00001 甲", 2: "户 00002 乙"}
    what, body = made.db.execute("SELECT what, body FROM audit ORDER BY id DESC").fetchone()
    assert (what, body) == ("names", b'{"entries": 2, "who": "duty"}')
    assert made.broken_link() is None and number(1) not in body.decode()
