"""Which areas a warning reaches, and who in them: against brute force over random trees."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dissemination.targeting.entries import AUDIENCES
from dissemination.targeting.places import SELECTS, Chosen, Place, Reach, choose, prefix, under
from dissemination.targeting.recipients import ACTING, Candidate, recipients
from dissemination.targeting.shapes import Shape, contains, overlap

NAMES = [f"a{n}" for n in range(9)]
CODES = ["", "440000", "440100", "440103", "440103001", "440103001002", "441802", "441802101000"]


@st.composite
def forests(draw: st.DrawFn) -> dict[str, Place]:
    """Areas with any parents (circles among them), codes, shapes on a line, reaches, lists."""
    found = {}
    for name in NAMES:
        at = draw(st.none() | st.tuples(st.integers(0, 5), st.integers(1, 3)))
        shape = Shape()
        if at is not None:
            left, width = at
            shape = Shape(((0.0, left), (0.0, left + width), (1.0, left + width), (1.0, left)))
        reach = draw(st.none() | st.builds(Reach, st.sampled_from("ab"), st.integers(0, 5),
                                           st.integers(0, 5)))  # fmt: skip
        found[name] = Place(
            name,
            parent=draw(st.sampled_from(["", *NAMES, "unknown"])),
            code=draw(st.sampled_from(CODES)),
            shape=shape,
            reach=reach,
            selects=tuple(draw(st.lists(st.sampled_from(SELECTS), unique=True))),
            members=tuple(draw(st.lists(st.sampled_from([*NAMES, "unknown"]), max_size=2))),
        )
    return found


def ancestors(name: str, known: dict[str, Place]) -> list[str]:
    chain = list[str]()
    at = known[name].parent
    while at and at not in chain and at != name:
        chain.append(at)
        at = known[at].parent if at in known else ""
    return chain


def whole(place: Place, known: dict[str, Place]) -> set[str]:
    """By asking every area whether it is reached."""
    roots, size = {place.id}, 0
    while len(roots) > size:
        size = len(roots)
        roots |= {m for r in roots if r in known for m in known[r].members}
    for p in known.values():
        if "code" in place.selects and place.code and p.code.startswith(prefix(place.code)):
            roots.add(p.id)
        if "reach" in place.selects and place.reach and p.reach and place.reach.meets(p.reach):
            roots.add(p.id)
    if "below" in place.selects:
        roots |= {n for n in known if roots & set(ancestors(n, known))}
    return roots


@given(forests(), st.sampled_from(NAMES))
def test_areas_are_chosen_as_asking_each_of_them_does(known: dict[str, Place], name: str) -> None:
    place, found = known[name], choose(known[name], known)
    assert found.whole == whole(place, known)
    assert not found.whole & found.part and not (found.whole | found.part) & found.above
    assert place.id in found.whole
    assert set(ancestors(name, known)) <= found.above | found.whole
    for part in found.part:
        chain = [part, *ancestors(part, known)]
        drawn = next(n for n in chain if n in known and known[n].shape)
        assert overlap(place.shape, known[drawn].shape)
    if "shape" in place.selects and place.shape:
        for p in known.values():
            if p.id not in found.whole | found.above and overlap(place.shape, p.shape):
                assert p.id in found.part


@given(forests(), st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_a_wider_selection_never_loses_anybody(
    known: dict[str, Place], name: str, other: str
) -> None:
    narrow, wide = known[name], replace(known[name], selects=SELECTS)
    assert choose(narrow, known).whole <= choose(wide, known).whole
    fewer = {n: p for n, p in known.items() if n != other or n == name}
    if all(other not in p.members for p in known.values()):
        gone = choose(narrow, known).whole - choose(narrow, fewer).whole
        assert all(n == other or other in ancestors(n, known) for n in gone)


@given(st.sampled_from(CODES), st.sampled_from(CODES), st.sampled_from(CODES))
def test_lying_in_is_an_order(a: str, b: str, c: str) -> None:
    assert not under(a, "")
    if a:
        assert under(a, a)
    if under(a, b) and under(b, c):
        assert under(a, c)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    """Entries with several addresses, some of them shared."""
    found = []
    for entry in range(draw(st.integers(0, 8))):
        area = draw(st.sampled_from(["in", "part", "above", "out"]))
        audience = draw(st.sampled_from(AUDIENCES))
        household, needs = draw(st.booleans()), draw(st.booleans())
        at = draw(st.none() | st.sampled_from([(0.0, 0.0), (9.0, 9.0)]))
        targets = draw(st.lists(st.sampled_from("abcdefg"), unique=True, max_size=3))
        for position, target in enumerate(targets):
            found.append(Candidate(target, entry, area, audience, household, needs, at,
                                   draw(st.booleans()),
                                   draw(st.none() | st.integers(1, 3)), position))  # fmt: skip
    return found


CHOSEN = Chosen(frozenset({"in"}), frozenset({"part"}), frozenset({"above"}))
CIRCLE = Shape(circle=(0.0, 0.0, 10.0))


def wanted(c: Candidate) -> bool:
    if c.area == "part" and c.audience not in ACTING:
        return c.at is None or contains(CIRCLE, c.at)
    return c.area in ("in", "part") or (c.area == "above" and c.audience in ACTING)


@given(candidates(), st.randoms(use_true_random=False))
def test_recipients_are_everybody_concerned_once_and_in_order(
    found: list[Candidate], chance: random.Random
) -> None:
    def away(c: Candidate) -> float:
        return float(c.entry % 3)

    sent = recipients(found, CHOSEN, CIRCLE, away)
    targets = [r.target for r in sent]
    assert len(set(targets)) == len(targets)  # nobody twice
    mixed = list(found)
    chance.shuffle(mixed)
    assert recipients(mixed, CHOSEN, CIRCLE, away) == sent  # whatever the order they come in
    concerned = [c for c in found if wanted(c)]
    assert set(targets) <= {c.target for c in concerned}
    for entry in {c.entry for c in concerned}:  # everybody has something, households everything
        own = {c.target for c in concerned if c.entry == entry}
        household = any(c.household for c in concerned if c.entry == entry)
        assert own & set(targets) and (not household or own <= set(targets))
    for one in sent:  # as what matters most of what the address is
        audiences = {c.audience for c in concerned if c.target == one.target}
        assert one.audience in audiences
    for a, b in pairwise(sent):
        assert AUDIENCES.index(a.audience) <= AUDIENCES.index(b.audience)


@given(candidates())
def test_who_needs_help_is_before_who_does_not_and_the_near_before_the_far(
    found: list[Candidate],
) -> None:
    def away(c: Candidate) -> float:
        return float(c.entry)

    singles = {c.target: c for c in found if wanted(c) and c.household}
    alone = [c for c in singles.values() if sum(x.target == c.target for x in found) == 1]
    order = [r.target for r in recipients(alone, CHOSEN, CIRCLE, away)]
    keys = [(AUDIENCES.index(singles[t].audience), not singles[t].needs_help, singles[t].entry)
            for t in order]  # fmt: skip
    assert keys == sorted(keys) and len(order) == len(alone)


def test_a_drawn_village_outside_the_shape_is_not_dragged_in_by_its_county() -> None:
    def box(left: float, right: float) -> Shape:
        return Shape(((0.0, left), (0.0, right), (1.0, right), (1.0, left)))

    places = [
        Place("storm", shape=box(0, 2), selects=("below", "shape")),
        Place("county", shape=box(1, 9)),
        Place("near", parent="county", shape=box(1, 3)),
        Place("far", parent="county", shape=box(7, 9)),
        Place("undrawn", parent="county"),
    ]
    found = choose(places[0], {p.id: p for p in places})
    assert found.part == {"county", "near", "undrawn"}
