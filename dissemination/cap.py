"""A warning version as a CAP 1.2 message, in the manner of a site.

Source: OASIS Common Alerting Protocol 1.2 (1 July 2010); CN-EVENT codes from the profile of
GB/T 34283-2017; event terms from OASIS Event Terms List 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from lxml import etree

from dissemination import texts
from dissemination.cap_names import Names
from dissemination.cap_sign import Sign
from dissemination.polygons import Ring, Simplified, simplified
from tongluo.core.errors import CapError
from tongluo.core.times import iso
from tongluo.core.warning import Area, Reference, WarningVersion
from tongluo.core.words import GRADES, Act, Hazard, Level

NS = "urn:oasis:names:tc:emergency:cap:1.2"

MSG_TYPE = {Act.ISSUE: "Alert", Act.UPDATE: "Update", Act.CANCEL: "Cancel"}
RESPONSE = {
    texts.Step.WATCH: "Monitor",
    texts.Step.READY: "Prepare",
    texts.Step.LEAVE: "Evacuate",
    texts.Step.CLEAR: "AllClear",
    texts.Step.VOID: "None",  # "no action recommended": it says nothing of danger or its absence
}
GRADE = {  # level: (urgency, severity); a level that is not known is said to be so
    Level.BLUE: ("Future", "Minor"),
    Level.YELLOW: ("Expected", "Moderate"),
    Level.ORANGE: ("Immediate", "Severe"),
    Level.RED: ("Immediate", "Extreme"),
}
CATEGORY = {  # the standard counts flood under Met and landslide under Geo
    Hazard.RAINSTORM: ("Met",),
    Hazard.FLASH_FLOOD: ("Met",),
    Hazard.RIVER_FLOOD: ("Met",),
    Hazard.WATERLOGGING: ("Met",),
    Hazard.STORM_SURGE: ("Met",),
    Hazard.LANDSLIDE: ("Geo",),
    Hazard.DEBRIS_FLOW: ("Geo", "Met"),
    Hazard.FOREST_FIRE: ("Fire",),
    Hazard.FIRE_DANGER: ("Fire", "Met"),
}
CN_EVENT = {  # codes seen in use, but for the one marked; flood, flash flood and waterlogging
    # have none that is sure
    Hazard.RAINSTORM: "11B03",
    Hazard.STORM_SURGE: "11E02",
    Hazard.LANDSLIDE: "11D00",
    Hazard.DEBRIS_FLOW: "11D00",
    Hazard.FOREST_FIRE: "11G00",  # unverified: the head of 11G, forest and grass fire, as 11D00 is
    Hazard.FIRE_DANGER: "11B25",
}
OET = {
    Hazard.RAINSTORM: "OET-159",
    Hazard.FLASH_FLOOD: "OET-079",
    Hazard.RIVER_FLOOD: "OET-081",
    Hazard.WATERLOGGING: "OET-081",
    Hazard.STORM_SURGE: "OET-189",
    Hazard.LANDSLIDE: "OET-119",
    Hazard.DEBRIS_FLOW: "OET-056",
    Hazard.FOREST_FIRE: "OET-086",
    Hazard.FIRE_DANGER: "OET-086",
}

_NSMAP: dict[str, str] = {None: NS}  # type: ignore[dict-item] # stubs forget lxml's default key
_NAME = re.compile(r"[^\s,<&]+")


@dataclass(frozen=True)
class Manner:
    """How a site writes its messages."""

    tolerance: float = 0.0
    """Metres by which a polygon may be simplified; the message says how much it was."""
    vertices: int = 0
    """Corners that a polygon may have, whatever tolerance that takes; 0 = any number."""
    names: Names | None = None
    """What messages are called outside; None = as in here."""
    sign: Sign | None = None


PLAIN = Manner()


def render(warning: WarningVersion, manner: Manner = PLAIN) -> bytes:
    """The warning as CAP 1.2 XML in UTF-8: the same bytes for the same warning (but for an
    elliptic curve's signature, which has chance in it).

    One info block for each language, each complete. Coordinates are written to six decimals
    (0.1 m), times to the second. A cancel never expires before it is sent. CapError when the
    warning cannot be said in CAP: an identifier with a space, comma, < or &, an update or cancel
    without references, an issue or update that has expired, a language without texts.

    >>> from tongluo.core.warning import Area, Sender
    >>> from tongluo.core.words import Status
    >>> warning = WarningVersion(
    ...     "id-1", "e-1", 1, Act.ISSUE, Status.ACTUAL, Hazard.RAINSTORM, Level.ORANGE, Level.NONE,
    ...     Area("a", "青溪镇", "Qingxi", 900, circle=(23.15, 113.25, 5.0)),
    ...     Sender("demo@example.org", "示例县", "Example County"),
    ...     1_782_864_000_000, 1_782_864_000_000, 1_782_885_600_000, "Asia/Shanghai", {})
    >>> text = render(warning).decode()
    >>> "<sent>2026-07-01T08:00:00+08:00</sent>" in text, "<severity>Severe</severity>" in text
    (True, True)
    """
    _refuse(warning)
    alert = etree.Element(f"{{{NS}}}alert", nsmap=_NSMAP)
    for name, text in _alert_fields(warning, manner.names):
        _put(alert, name, text)
    ring = _ring(warning.area, manner)
    for language in warning.languages:
        _info(alert, warning, language, ring)
    etree.indent(alert)  # before it is signed: white space counts
    if manner.sign is not None:
        alert = manner.sign(alert)
    return etree.tostring(alert, xml_declaration=True, encoding="UTF-8") + b"\n"


def cap_time(ms: int, zone: str) -> str:
    """Local time with offset, cut to the second; UTC is written -00:00, as the standard wants.

    >>> cap_time(1_782_864_000_999, "Asia/Kathmandu"), cap_time(1_782_864_000_000, "UTC")
    ('2026-07-01T05:45:00+05:45', '2026-07-01T00:00:00-00:00')
    """
    text = iso(ms // 1000 * 1000, zone)
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text


def _refuse(warning: WarningVersion) -> None:
    names = [warning.identifier, warning.sender.id]
    names += [name for ref in warning.references for name in (ref.sender, ref.identifier)]
    for name in names:
        if not _NAME.fullmatch(name) or texts.clean(name) != name:
            raise CapError(f"not a CAP identifier: {name!r} (no space, comma, < or &)")
    if warning.act is not Act.ISSUE and not warning.references:
        raise CapError(f"{warning.act} {warning.identifier} names no earlier message")
    if warning.act is not Act.CANCEL and warning.expires < warning.sent:
        raise CapError(f"{warning.identifier} expires before it is sent")
    if not warning.hazard.issued:
        raise CapError(f"nobody is warned of {warning.hazard.en} by itself")
    if not warning.languages:
        raise CapError(f"{warning.identifier} has no language to be written in")


def _ring(area: Area, manner: Manner) -> Simplified:
    if not area.polygon or not (manner.tolerance or manner.vertices):
        return Simplified(area.polygon, 0.0)
    most = manner.vertices or len(area.polygon)
    return simplified(area.polygon, manner.tolerance, most)


def _alert_fields(warning: WarningVersion, names: Names | None) -> Iterator[tuple[str, str]]:
    own, code = warning.identifier, warning.area.code
    yield "identifier", own if names is None else names.of(own, warning.sent, code)
    yield "sender", warning.sender.id
    yield "sent", cap_time(warning.sent, warning.zone)
    yield "status", warning.status.value
    yield "msgType", MSG_TYPE[warning.act]
    yield "source", warning.sender.source
    yield "scope", "Public"
    yield "note", texts.note(warning)
    yield "references", " ".join(_triple(r, warning.zone, names) for r in warning.references)


def _triple(ref: Reference, zone: str, names: Names | None) -> str:
    name = ref.identifier if names is None else names.known(ref.identifier)
    return f"{ref.sender},{name},{cap_time(ref.sent, zone)}"


def _info(alert: etree._Element, warning: WarningVersion, language: str, ring: Simplified) -> None:
    info = etree.SubElement(alert, f"{{{NS}}}info")
    for name, text in _judgement(warning, language):
        _put(info, name, text)
    _pairs(info, "eventCode", _event_codes(warning.hazard))
    for name, text in _words(warning, language):
        _put(info, name, text)
    _pairs(info, "parameter", _parameters(warning))
    if ring.tolerance:
        _pairs(info, "parameter", [("TONGLUO-POLYGON-WITHIN", f"{ceil(ring.tolerance)} m")])
    _area(info, warning.area, ring.ring, texts.place(warning, language))


def _judgement(warning: WarningVersion, language: str) -> Iterator[tuple[str, str]]:
    urgency, severity = GRADE.get(warning.level, ("Unknown", "Unknown"))
    if warning.act is Act.CANCEL:
        urgency, severity = "Past", "Minor"
    yield "language", language
    for category in CATEGORY[warning.hazard]:
        yield "category", category
    yield "event", texts.event(warning, language)
    certainty = "Observed"
    if (other := warning.relayed) is None:
        yield "responseType", RESPONSE[texts.step(warning)]
    elif warning.act is not Act.CANCEL:  # another's judgement, unchanged
        urgency, severity = other.judged[0] or "Unknown", other.judged[1] or severity
        certainty = other.judged[2] or "Unknown"
    yield "urgency", urgency
    yield "severity", severity
    yield "certainty", certainty


def _words(warning: WarningVersion, language: str) -> Iterator[tuple[str, str]]:
    yield "effective", cap_time(warning.sent, warning.zone)
    yield "onset", cap_time(warning.onset, warning.zone)
    yield "expires", cap_time(max(warning.expires, warning.sent), warning.zone)
    yield "senderName", texts.sender_name(warning, language)
    yield "headline", texts.headline(warning, language)
    yield "description", texts.description(warning, language)
    yield "instruction", texts.instruction(warning, language)
    yield "contact", warning.sender.contact


def _event_codes(hazard: Hazard) -> Iterator[tuple[str, str]]:
    if hazard in CN_EVENT:
        yield "CN-EVENT", CN_EVENT[hazard]
    yield "OET:v1.2", OET[hazard]


def _parameters(warning: WarningVersion) -> Iterator[tuple[str, str]]:
    # a cancel names the colour it ends, as the samples of the national profile do
    level = warning.previous if warning.act is Act.CANCEL else warning.level
    yield "CN-LEVEL", level.word if level in GRADES else "unknown"
    yield "TONGLUO-EVENT", warning.event
    yield "TONGLUO-VERSION", str(warning.version)
    if warning.policy:
        yield "TONGLUO-POLICY", warning.policy
    yield from sorted(warning.extra.items())


def _area(info: etree._Element, area: Area, ring: Ring, name: str) -> None:
    element = etree.SubElement(info, f"{{{NS}}}area")
    _put(element, "areaDesc", name)
    _put(element, "polygon", " ".join(f"{_number(a)},{_number(b)}" for a, b in ring))
    if area.circle:
        latitude, longitude, radius = map(_number, area.circle)
        _put(element, "circle", f"{latitude},{longitude} {radius}")
    if area.code:
        _pairs(element, "geocode", [("CN-GB/T2260", area.code)])


def _number(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _put(parent: etree._Element, name: str, text: str) -> None:
    """Append an element; one without text is left out."""
    text = texts.clean(text)
    if text:
        etree.SubElement(parent, f"{{{NS}}}{name}").text = text


def _pairs(parent: etree._Element, name: str, pairs: Iterable[tuple[str, str]]) -> None:
    for key, value in pairs:
        element = etree.SubElement(parent, f"{{{NS}}}{name}")
        etree.SubElement(element, f"{{{NS}}}valueName").text = texts.clean(key)
        etree.SubElement(element, f"{{{NS}}}value").text = texts.clean(value)
