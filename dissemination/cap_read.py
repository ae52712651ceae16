"""Another agency's CAP message as a Notice.

Lenient where a message can still be understood (a time in Z, a colour as severity, version 1.1):
what is optional and cannot be read is left out and named in `odd`, so that a slip in a polygon
never costs a warning. Without identifier, sender, time, status or kind it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import TypeVar

from lxml import etree

from tongluo.core.errors import CapError
from tongluo.core.times import parse_time
from tongluo.core.warning import Reference

LONGEST = 1024 * 1024  # bytes
NAMESPACES = ("urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1")
WORDS = {
    "status": ("Actual", "Exercise", "System", "Test", "Draft"),
    "msgType": ("Alert", "Update", "Cancel", "Ack", "Error"),
    "scope": ("Public", "Restricted", "Private"),
}
_COLOURS = ("white", "blue", "yellow", "orange", "red")
# names under which agencies send a level of their own, without case, hyphen and underscore:
# China's colour, Meteoalarm's awareness_level, colour codes
_LEVEL_NAMES = ("cnlevel", "awarenesslevel", "colourcode", "colorcode", "colour", "color")
_NUMBER = r"[-+]?[0-9]+(?:\.[0-9]*)?"
_POINT = re.compile(f"({_NUMBER}),({_NUMBER})")
_T = TypeVar("_T")

Point = tuple[float, float]
Circle = tuple[float, float, float]
Pair = tuple[str, str]


@dataclass(frozen=True)
class NoticeArea:
    """Where a notice holds; degrees WGS 84, (latitude, longitude), radius in km."""

    desc: str
    polygons: tuple[tuple[Point, ...], ...]
    circles: tuple[Circle, ...]
    geocodes: tuple[Pair, ...]


@dataclass(frozen=True)
class NoticeInfo:
    """One info block; times in ms since 1970 UTC."""

    language: str
    event: str
    severity: str
    urgency: str
    certainty: str
    sender_name: str
    headline: str
    description: str
    instruction: str
    effective: int
    """`sent` when the message leaves it out."""
    onset: int | None
    expires: int | None
    level: str
    """The agency's own word for the level; empty when it has none."""
    event_codes: tuple[Pair, ...]
    parameters: tuple[Pair, ...]
    areas: tuple[NoticeArea, ...]


@dataclass(frozen=True)
class Notice:
    """Another agency's message; `sender` is its issuer."""

    sender: str
    identifier: str
    sent: int
    status: str
    msg_type: str
    scope: str
    note: str
    references: tuple[Reference, ...]
    infos: tuple[NoticeInfo, ...]
    odd: tuple[str, ...]
    """What could not be read and was left out, one line each."""


def read(xml: bytes) -> Notice:
    """The message as a Notice; CapError with one line when it is unreadable.

    >>> notice = read(b'''<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
    ...   <identifier>n-1</identifier><sender>met@example.org</sender>
    ...   <sent>2026-07-01T08:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType>
    ...   <scope>Public</scope></alert>''')
    >>> notice.sender, notice.msg_type, notice.sent
    ('met@example.org', 'Alert', 1782864000000)
    """
    alert, odd = parse(xml), list[str]()
    sent = _maybe(parse_time, _required(alert, "sent"), odd)
    if sent is None:
        raise CapError(f"cannot be read: sent: {odd[0]}")
    return Notice(
        sender=_required(alert, "sender"),
        identifier=_required(alert, "identifier"),
        sent=sent,
        status=_word(alert, "status"),
        msg_type=_word(alert, "msgType"),
        scope=text(alert, "scope"),
        note=text(alert, "note"),
        references=_all(parse_reference, text(alert, "references").split(), odd),
        infos=tuple(_info(info, sent, odd) for info in kids(alert, "info")),
        odd=tuple(odd),
    )


def parse(xml: bytes) -> etree._Element:
    """The `alert` element; CapError when it is not one.

    No entities, no network, no document type, at most 1 MiB.
    """
    if len(xml) > LONGEST:
        raise CapError(f"cannot be read: {len(xml)} bytes, more than {LONGEST}")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        raise CapError(f"not XML: {' '.join(str(error).split())}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise CapError("has a document type, which CAP never needs")
    name = etree.QName(root)
    if name.localname != "alert" or name.namespace not in NAMESPACES:
        raise CapError(f"not a CAP alert: {root.tag}")
    return root


def kids(element: etree._Element, name: str) -> list[etree._Element]:
    """The children of that name, in the parent's namespace."""
    return element.findall(f"{{{etree.QName(element).namespace}}}{name}")


def raw(element: etree._Element, name: str) -> str:
    """The text of the first child of that name as it stands; empty when there is none."""
    found = kids(element, name)
    return (found[0].text or "") if found else ""


def text(element: etree._Element, name: str) -> str:
    """The text of the first child of that name, without white space around it."""
    return raw(element, name).strip()


def parse_polygon(words: str) -> tuple[Point, ...]:
    """The points of "lat,lon lat,lon ..."; ValueError when one cannot be read.

    >>> parse_polygon("23.1,113.2 23.1,113.3")
    ((23.1, 113.2), (23.1, 113.3))
    """
    return tuple(_point(word) for word in words.split())


def parse_circle(words: str) -> Circle:
    """Latitude, longitude and radius of "lat,lon radius"; ValueError when it cannot be read.

    >>> parse_circle("23.15,113.25 5")
    (23.15, 113.25, 5.0)
    """
    parts = words.split()
    if len(parts) != 2 or not re.fullmatch(_NUMBER, parts[1]):
        raise ValueError(f"not a circle: {words.strip()[:80]!r} (write 'lat,lon radius')")
    return (*_point(parts[0]), float(parts[1]))


def parse_reference(words: str) -> Reference:
    """One `sender,identifier,sent`; ValueError when it is not that.

    >>> parse_reference("met@example.org,n-1,2026-07-01T08:00:00+08:00").identifier
    'n-1'
    """
    parts = words.split(",")
    if len(parts) != 3 or not all(parts):
        raise ValueError(f"not a reference: {words[:80]!r} (write sender,identifier,sent)")
    return Reference(parts[0], parts[1], parse_time(parts[2]))


def on_earth(latitude: float, longitude: float) -> bool:
    """Whether the degrees are a place."""
    return abs(latitude) <= 90 and abs(longitude) <= 180


def is_radius(km: float) -> bool:
    """Whether the number can be a radius: not negative, not beyond what a float holds."""
    return km >= 0 and isfinite(km)


def _point(word: str) -> Point:
    match = _POINT.fullmatch(word)
    if not match:
        raise ValueError(f"not a point: {word[:80]!r} (write 'lat,lon')")
    return float(match[1]), float(match[2])


def _placed_polygon(words: str) -> tuple[Point, ...]:
    points = parse_polygon(words)
    if not points or not all(on_earth(*point) for point in points):
        raise ValueError(f"polygon with no place on earth: {words.strip()[:80]!r}")
    return points


def _placed_circle(words: str) -> Circle:
    circle = parse_circle(words)
    if not on_earth(*circle[:2]) or not is_radius(circle[2]):
        raise ValueError(f"circle with no place on earth: {words.strip()[:80]!r}")
    return circle


def _info(info: etree._Element, sent: int, odd: list[str]) -> NoticeInfo:
    effective = _time(info, "effective", odd)
    parameters = _pairs(info, "parameter")
    return NoticeInfo(
        language=text(info, "language") or "en-US",  # the standard's default
        event=text(info, "event"),
        severity=text(info, "severity"),
        urgency=text(info, "urgency"),
        certainty=text(info, "certainty"),
        sender_name=text(info, "senderName"),
        headline=text(info, "headline"),
        description=text(info, "description"),
        instruction=text(info, "instruction"),
        effective=sent if effective is None else effective,
        onset=_time(info, "onset", odd),
        expires=_time(info, "expires", odd),
        level=_level(parameters, text(info, "severity")),
        event_codes=_pairs(info, "eventCode"),
        parameters=parameters,
        areas=tuple(_area(area, odd) for area in kids(info, "area")),
    )


def _area(area: etree._Element, odd: list[str]) -> NoticeArea:
    return NoticeArea(
        desc=text(area, "areaDesc"),
        polygons=_all(_placed_polygon, [kid.text or "" for kid in kids(area, "polygon")], odd),
        circles=_all(_placed_circle, [kid.text or "" for kid in kids(area, "circle")], odd),
        geocodes=_pairs(area, "geocode"),
    )


def _pairs(element: etree._Element, name: str) -> tuple[Pair, ...]:
    return tuple((text(kid, "valueName"), text(kid, "value")) for kid in kids(element, name))


def _level(parameters: tuple[Pair, ...], severity: str) -> str:
    for name, value in parameters:
        if value and re.sub("[-_ ]", "", name).lower() in _LEVEL_NAMES:
            return value
    # China's national profile writes the colour as the severity
    return severity if severity.lower() in _COLOURS else ""


def _required(alert: etree._Element, name: str) -> str:
    found = text(alert, name)
    if not found:
        raise CapError(f"cannot be read: no {name}")
    return found


def _word(alert: etree._Element, name: str) -> str:
    found = _required(alert, name)
    if found not in WORDS[name]:
        raise CapError(
            f"cannot be read: {name} is {found[:40]!r}, not one of {', '.join(WORDS[name])}"
        )
    return found


def _time(info: etree._Element, name: str, odd: list[str]) -> int | None:
    found = text(info, name)
    return _maybe(parse_time, found, odd) if found else None


def _maybe(read_one: Callable[[str], _T], words: str, odd: list[str]) -> _T | None:
    try:
        return read_one(words)
    except (ValueError, OverflowError) as error:
        odd.append(" ".join(str(error).split()))
        return None


def _all(read_one: Callable[[str], _T], words: list[str], odd: list[str]) -> tuple[_T, ...]:
    found = (_maybe(read_one, word, odd) for word in words)
    return tuple(one for one in found if one is not None)
