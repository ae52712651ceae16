"""Which areas a warning reaches: what lies below its area, and what its area selects besides.

Areas nest (city, district, town, village, group). A warning for one reaches all below it: by
`parent`, and by administrative code. Codes are those of GB/T 2260 with the digits of town and
village behind (2 + 2 + 2 + 3 + 3, as in the codes of the statistical bureau), where zeros at the
end mean "all of it": 440100 holds 440103, and 441802101 holds 441802101203. An area may also ask
for what its shape overlaps (`shape`), and for what lies along the same reach of a river (`reach`).
Who is responsible further up (the town's, the county's people) hears of it too: `above`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from dissemination.targeting.shapes import Shape, overlap

Selects = Literal["below", "code", "shape", "reach"]
SELECTS: tuple[Selects, ...] = get_args(Selects)
NOWHERE = Shape()
USUAL: tuple[Selects, ...] = ("below", "code")
STEPS = (2, 4, 6, 9, 12)
"""Digits down to province, city, county, town, village."""


@dataclass(frozen=True)
class Reach:
    """A stretch of a river, in km along it from wherever the site counts."""

    river: str
    from_km: float
    to_km: float

    def meets(self, other: Reach) -> bool:
        """Whether two stretches of one river have a length in common.

        >>> Reach("a", 0, 10).meets(Reach("a", 10, 20)), Reach("a", 9, 3).meets(Reach("a", 4, 5))
        (False, True)
        """
        (a, b), (c, d) = sorted((self.from_km, self.to_km)), sorted((other.from_km, other.to_km))
        return self.river == other.river and max(a, c) < min(b, d)


@dataclass(frozen=True)
class Place:
    """An area as the register knows it."""

    id: str
    name: str = ""
    parent: str = ""
    code: str = ""
    shape: Shape = NOWHERE
    reach: Reach | None = None
    selects: tuple[Selects, ...] = USUAL
    members: tuple[str, ...] = ()
    """Of a list: the areas it stands for, wherever they lie."""
    kind: str = ""
    """Of a place that is warned often: school, campsite, construction_site, scenic_spot, .."""
    manager: str = ""
    """The entry of who is in charge there: its id; in the register, the fingerprint of that."""
    plan: str = ""
    """What to do here, in the place's own words (一点一预案)."""
    plan_en: str = ""


@dataclass(frozen=True)
class Chosen:
    """The areas of a warning; nothing stands in two of these."""

    whole: frozenset[str]
    """Everybody in these: the area, what is below it by parent or code, its reach of the river."""
    part: frozenset[str] = field(default=frozenset())
    """Overlapped by the shape: of these, who is not known to live outside the shape."""
    above: frozenset[str] = field(default=frozenset())
    """Areas around it: only who acts for others there."""


def choose(place: Place, known: Mapping[str, Place]) -> Chosen:
    """The areas that a warning for a place reaches, among the known ones.

    >>> villages = [Place("T", code="441802101000"), Place("V", parent="T"), Place("G", parent="V")]
    >>> villages += [Place("W", code="441802101203"), Place("far", code="441802102001")]
    >>> sorted(choose(villages[0], {p.id: p for p in villages}).whole)
    ['G', 'T', 'V', 'W']
    """
    whole = _listed(place, known)
    if "code" in place.selects and place.code:
        whole |= {p.id for p in known.values() if under(p.code, place.code)}
    if "reach" in place.selects and place.reach is not None:
        mine = place.reach
        whole |= {p.id for p in known.values() if p.reach is not None and mine.meets(p.reach)}
    part = set[str]()
    if "shape" in place.selects and place.shape:
        part = {p.id for p in known.values() if overlap(place.shape, p.shape)}
    if "below" in place.selects:
        whole = below(whole, known)
    up = above(place, known) - whole
    part = _inheriting(part - up, known) - whole - up
    return Chosen(frozenset(whole), frozenset(part), frozenset(up))


def _listed(place: Place, known: Mapping[str, Place]) -> set[str]:
    """A place and the members of its list, and of theirs."""
    found, open_ = set[str](), [place]
    while open_:
        one = open_.pop()
        if one.id not in found:
            found.add(one.id)
            open_.extend(known.get(name, Place(name)) for name in one.members)
    return found


def _inheriting(ids: Iterable[str], known: Mapping[str, Place]) -> set[str]:
    """These and what lies below them without a shape of its own: it may lie anywhere in them."""
    drawn = {p.id: p for p in known.values() if not p.shape}
    return below(ids, drawn)


def spot(area: str, within: str, known: Mapping[str, Place]) -> Place | None:
    """The place with a plan or a kind of its own that an area is, or lies in, below another one.

    >>> camp, tent = Place("camp", parent="V", kind="campsite"), Place("tent", parent="camp")
    >>> known = {"V": Place("V", plan="up the hill"), "camp": camp, "tent": tent}
    >>> spot("tent", "V", known) == camp, spot("V", "V", known)
    (True, None)
    """
    at, seen = known.get(area), set[str]()
    while at is not None and at.id != within and at.id not in seen:
        if at.plan or at.plan_en or at.kind:
            return at
        seen.add(at.id)
        at = known.get(at.parent)
    return None


def below(ids: Iterable[str], known: Mapping[str, Place]) -> set[str]:
    """These and everything whose parents lead to one of them; circles of parents do no harm."""
    children: dict[str, list[str]] = {}
    for p in known.values():
        if p.parent:
            children.setdefault(p.parent, []).append(p.id)
    found, open_ = set[str](), list(ids)
    while open_:
        one = open_.pop()
        if one not in found:
            found.add(one)
            open_.extend(children.get(one, ()))
    return found


def above(place: Place, known: Mapping[str, Place]) -> set[str]:
    """What a place lies in: by parents, and by code."""
    chain, at = set[str](), place.parent
    while at and at not in chain:
        chain.add(at)
        at = known[at].parent if at in known else ""
    by_code = {p.id for p in known.values() if p.code and under(place.code, p.code)}
    return (chain | by_code) - {place.id}


def under(code: str, of: str) -> bool:
    """Whether a code is that of an area in another one, or the same one.

    >>> under("440103", "440100"), under("440103", "4401"), under("440200", "440100")
    (True, True, False)
    >>> under("", "440100"), under("441802101203", "441802000000"), under("441802", "441802101203")
    (False, True, False)
    """
    stem = prefix(of)
    return bool(stem) and code.startswith(stem)


def prefix(code: str) -> str:
    """A code without the zeros that mean "all of it".

    >>> prefix("440000"), prefix("441802100000"), prefix("441802101200"), prefix("x-7")
    ('44', '441802100', '441802101200', 'x-7')
    """
    if not code.isdecimal():
        return code
    for digits in STEPS:
        if len(code) >= digits and not code[digits:].strip("0"):
            return code[:digits]
    return code
