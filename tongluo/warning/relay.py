"""What a Notice, another agency's warning, says of this site's areas and hazards. Pure.

Only what is Actual and Public counts, of senders that a policy names, and nothing that is itself
relayed: two sites that relay each other would never end. A Notice that reaches only into an area
is for the areas below it, where these hold all of its corners that lie in there; else for the
whole of it: rather a village too many than one too few.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dissemination.cap import CN_EVENT, OET
from dissemination.cap_read import Notice, NoticeArea, NoticeInfo
from dissemination.targeting.places import under
from dissemination.targeting.shapes import Point, Shape, contains, overlap
from dissemination.texts import clean
from tongluo.core.times import iso
from tongluo.core.warning import Area, Reference, Relayed, Said, WarningVersion
from tongluo.core.words import GRADES, Hazard, Level
from tongluo.warning.desk import Desk, Relay
from tongluo.warning.policy import Policy, policy_for

MARK = "TONGLUO-RELAYED"
"""The CAP parameter that names the original, as CAP `references` would."""
NOT_ADMINISTRATIVE = ("SAME", "FIPS6", "UGC")
"""Codes of areas that look like China's and are others'."""
NOT, PARTLY, WHOLLY = 0, 1, 2
_SEVERITY = {
    "minor": Level.BLUE,
    "moderate": Level.YELLOW,
    "severe": Level.ORANGE,
    "extreme": Level.RED,
}
_JUDGED = (
    ("Immediate", "Expected", "Future", "Past"),
    ("Extreme", "Severe", "Moderate", "Minor"),
    ("Observed", "Likely", "Possible", "Unlikely"),
)


def wanted(policies: Iterable[Policy], desk: Desk, notice: Notice) -> bool:
    """Whether a Notice counts here, and has not been heard before."""
    proper = notice.status == "Actual" and notice.scope == "Public"
    proper = proper and notice.msg_type in ("Alert", "Update", "Cancel")
    again = any(name == MARK for info in notice.infos for name, _ in info.parameters)
    named = any(notice.sender in p.issuers for p in policies)
    return proper and named and not again and not known(desk, notice.sender, [notice.identifier])


def known(desk: Desk, sender: str, identifiers: Iterable[str]) -> Relay | None:
    """The Notice that one of these identifiers of a sender belongs to."""
    asked = {*identifiers}
    own = (r for r in desk.relays.values() if r.sender == sender and asked & {*r.names})
    return next(own, None)


def referred(notice: Notice) -> list[str]:
    """The identifiers that a message refers to: only its own issuer changes or ends a Notice."""
    return [r.identifier for r in notice.references if r.sender == notice.sender]


def earlier(desk: Desk, notice: Notice) -> list[Relay]:
    """The Notices that this message is a later version of, oldest first."""
    names = {*referred(notice)}
    own = (r for r in desk.relays.values() if r.sender == notice.sender)
    return [r for r in own if names & {*r.names}]


def spoken(policies: Sequence[Policy], notice: Notice) -> tuple[Policy, Hazard] | None:
    """The policy that speaks of a Notice, and its hazard."""
    for hazard in _hazards(notice):
        policy = policy_for(policies, hazard)
        if policy is not None and notice.sender in policy.issuers and policy.authority != "issue":
            return policy, hazard
    return None


def _hazards(notice: Notice) -> Iterator[Hazard]:
    """What it may be about: by the event's name, then by its codes."""
    events = {info.event.casefold() for info in notice.infos}
    codes = {code for info in notice.infos for _, code in info.event_codes}
    codes |= {event.upper() for event in events}
    for hazard in Hazard:
        if any(hazard.zh in event or hazard.en in event for event in events):
            yield hazard
    for hazard in Hazard:
        if {CN_EVENT.get(hazard), OET.get(hazard)} & codes:
            yield hazard


def grade(info: NoticeInfo) -> Level:
    """The level by the agency's own word, else by CAP's severity; UNKNOWN when neither tells.

    Its word may be a colour in Chinese or English, alone or in a text like "3; orange; Severe".
    """
    own = info.level.casefold()
    for level in GRADES:
        if level.word in own or level.zh.removesuffix("色") in own:
            return level
    return _SEVERITY.get(info.severity.casefold(), Level.UNKNOWN)


def expires(notice: Notice, validity: int) -> int:
    """When it ends by itself; without a word of that after a policy's validity."""
    said = [info.expires for info in notice.infos if info.expires is not None]
    return max(said, default=notice.sent + validity)


# where


def named(areas: Mapping[str, Area], infos: Iterable[NoticeInfo]) -> list[str]:
    """The areas that are to be warned: none twice, neither itself nor by one that holds it."""
    where = [one for info in infos for one in info.areas]
    found = {name: touched(area, where) for name, area in areas.items()}
    below: dict[str, list[str]] = {}
    for name, area in areas.items():
        below.setdefault(area.parent if area.parent in areas else "", []).append(name)

    def chosen(name: str) -> list[str]:
        if found[name] == WHOLLY:
            return [name]
        inner = [one for kid in below.get(name, ()) for one in chosen(kid)]
        if found[name] and not _held(areas[name], [areas[one] for one in inner], where):
            return [name]
        return inner

    return [one for name in below.get("", ()) for one in chosen(name)]


def touched(area: Area, where: Iterable[NoticeArea]) -> int:
    """Whether an area is named WHOLLY, PARTLY or NOT."""
    return max((_touched(area, one) for one in where), default=NOT)


def _touched(area: Area, one: NoticeArea) -> int:
    found, own = NOT, _shape(area)
    for code in _codes(one):
        if under(area.code, code):
            return WHOLLY
        if area.code and under(code, area.code):
            found = PARTLY
    for shape in _shapes(one):
        if overlap(shape, own):
            if all(contains(shape, point) for point in _edge(own)):
                return WHOLLY
            found = PARTLY
    return found


def _held(area: Area, inner: Sequence[Area], where: Iterable[NoticeArea]) -> bool:
    """Whether the areas below hold all that is named of an area."""
    asked, own = 0, _shape(area)
    for one in where:
        for code in _codes(one):
            if area.code and under(code, area.code):
                asked += 1
                if not any(a.code and under(code, a.code) for a in inner):
                    return False
        for shape in _shapes(one):
            for point in _edge(shape):
                if contains(own, point):
                    asked += 1
                    if not any(contains(_shape(a), point) for a in inner):
                        return False
    return bool(asked and inner)


def _codes(one: NoticeArea) -> list[str]:
    return [c for name, c in one.geocodes if c.isdecimal() and name not in NOT_ADMINISTRATIVE]


def _shapes(one: NoticeArea) -> Iterator[Shape]:
    yield from (Shape(polygon) for polygon in one.polygons)
    yield from (Shape(circle=circle) for circle in one.circles)


def _shape(area: Area) -> Shape:
    return Shape(circle=area.circle) if area.circle is not None else Shape(area.polygon)


def _edge(shape: Shape) -> Sequence[Point]:
    """The corners of a polygon; sixteen points of a circle."""
    if shape.circle is None:
        return shape.polygon
    lat, lon, km = shape.circle
    tall, around = km / 111.2, [math.tau * k / 16 for k in range(16)]
    wide = tall / max(1e-6, math.cos(math.radians(lat)))
    return [(lat + tall * math.sin(a), lon + wide * math.cos(a)) for a in around]


# what


def about(notice: Notice, area: Area) -> list[NoticeInfo]:
    """The blocks that name an area, highest first; those without any area hold everywhere."""
    fitting = [i for i in notice.infos if not i.areas or touched(area, i.areas)]
    return sorted(fitting, key=lambda i: -grade(i))


def words(notice: Notice, infos: Sequence[NoticeInfo], issuer: str = "") -> Relayed:
    """The issuer's own words, with runs of white space as one space; the highest first."""
    said: dict[str, Said] = {}
    for i in infos:
        own = (clean(i.headline), clean(i.description), clean(i.instruction))
        said.setdefault(i.language, Said(i.language, *own))
    first = infos[0] if infos else None
    judged = (first.urgency, first.severity, first.certainty) if first else ("", "", "")
    urgency, severity, certainty = (
        word if word in known else "" for word, known in zip(judged, _JUDGED, strict=True)
    )
    name = next((clean(i.sender_name) for i in infos if clean(i.sender_name)), "")
    return Relayed(
        Reference(notice.sender, notice.identifier, notice.sent),
        name or issuer or notice.sender,
        tuple(said.values()),
        (urgency, severity, certainty),
    )


def carried(version: WarningVersion, area: Area, said: Relayed, onset: int) -> WarningVersion:
    """A version as a relay of these words: whose it is stands in its source, note and parameter."""
    first = said.original
    own = f"{first.sender},{first.identifier},{iso(first.sent, version.zone)}"
    return replace(
        version,
        area=area,
        onset=onset,
        sender=replace(version.sender, source=f"{said.issuer} ({first.sender})"),
        note=clean(f"{version.note} 原文转发 Relayed unchanged: {own}"),
        extra={**version.extra, MARK: own},
        relayed=said,
    )
