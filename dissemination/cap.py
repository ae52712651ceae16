"""A warning version as a CAP 1.2 message, and the identifiers of China's national profile.

Source: OASIS Common Alerting Protocol 1.2 (1 July 2010); identifier form and CN-EVENT codes from
the profile of GB/T 34283-2017; event terms from OASIS Event Terms List 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from dissemination import texts
from tongluo.core.errors import CapError
from tongluo.core.times import iso, parse_time, to_datetime
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
_CN = re.compile(r"([0-9]{6})([0-9]{3})([0-9]{3})([0-9]{2})_([0-9]{14})(?:_([0-9]))?")


def render(warning: WarningVersion) -> bytes:
    """The warning as CAP 1.2 XML in UTF-8: the same bytes for the same warning.

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
    for name, text in _alert_fields(warning):
        _put(alert, name, text)
    for language in warning.languages:
        _info(alert, warning, language)
    return etree.tostring(alert, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def cap_time(ms: int, zone: str) -> str:
    """Local time with offset, cut to the second; UTC is written -00:00, as the standard wants.

    >>> cap_time(1_782_864_000_999, "Asia/Kathmandu"), cap_time(1_782_864_000_000, "UTC")
    ('2026-07-01T05:45:00+05:45', '2026-07-01T00:00:00-00:00')
    """
    text = iso(ms // 1000 * 1000, zone)
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text


@dataclass(frozen=True)
class CnIdentifier:
    """The parts of an identifier of the Chinese national profile."""

    area_code: str
    agency: str
    unit: str
    extension: str
    sent: int
    """ms since 1970 UTC; written in Beijing time."""
    serial: int | None
    """None when the sender left it out."""


def cn_identifier(
    area_code: str, agency: str, sent: int, serial: int, unit: str = "000", extension: str = "00"
) -> str:
    """`ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N`: area (GB/T 2260), agency (GB/T 4657), Beijing time.

    CapError when a part has the wrong number of digits.

    >>> cn_identifier("441999", "416", 1_782_864_000_000, 0)
    '44199941600000_20260701080000_0'
    """
    moment = to_datetime(sent, "Asia/Shanghai")
    text = f"{area_code}{agency}{unit}{extension}_{moment:%Y%m%d%H%M%S}_{serial}"
    parts = CnIdentifier(area_code, agency, unit, extension, sent // 1000 * 1000, serial)
    if not _CN.fullmatch(text) or read_cn_identifier(text) != parts:
        raise CapError(
            f"not a national identifier: {text!r} (area 6 digits, agency 3, "
            "unit 3, extension 2, serial 0 to 9)"
        )
    return text


def read_cn_identifier(text: str) -> CnIdentifier:
    """The parts of a national identifier, with or without its serial; CapError when it is none.

    >>> read_cn_identifier("65402641600000_20261006212927").agency
    '416'
    """
    match = _CN.fullmatch(text)
    if not match:
        raise CapError(f"not a national identifier: {text!r}")
    area_code, agency, unit, extension, local, serial = match.groups()
    try:
        sent = parse_time(f"{local[:8]}T{local[8:]}+08:00")
    except ValueError:
        raise CapError(f"no such time in national identifier: {text!r}") from None
    return CnIdentifier(area_code, agency, unit, extension, sent, int(serial) if serial else None)


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


def _alert_fields(warning: WarningVersion) -> Iterator[tuple[str, str]]:
    yield "identifier", warning.identifier
    yield "sender", warning.sender.id
    yield "sent", cap_time(warning.sent, warning.zone)
    yield "status", warning.status.value
    yield "msgType", MSG_TYPE[warning.act]
    yield "source", warning.sender.source
    yield "scope", "Public"
    yield "note", texts.note(warning)
    yield "references", " ".join(_triple(ref, warning.zone) for ref in warning.references)


def _triple(ref: Reference, zone: str) -> str:
    return f"{ref.sender},{ref.identifier},{cap_time(ref.sent, zone)}"


def _info(alert: etree._Element, warning: WarningVersion, language: str) -> None:
    info = etree.SubElement(alert, f"{{{NS}}}info")
    for name, text in _judgement(warning, language):
        _put(info, name, text)
    _pairs(info, "eventCode", _event_codes(warning.hazard))
    for name, text in _words(warning, language):
        _put(info, name, text)
    _pairs(info, "parameter", _parameters(warning))
    _area(info, warning.area, texts.place(warning, language))


def _judgement(warning: WarningVersion, language: str) -> Iterator[tuple[str, str]]:
    urgency, severity = GRADE.get(warning.level, ("Unknown", "Unknown"))
    if warning.act is Act.CANCEL:
        urgency, severity = "Past", "Minor"
    yield "language", language
    for category in CATEGORY[warning.hazard]:
        yield "category", category
    yield "event", texts.event(warning, language)
    yield "responseType", RESPONSE[texts.step(warning)]
    yield "urgency", urgency
    yield "severity", severity
    yield "certainty", "Observed"


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


def _area(info: etree._Element, area: Area, name: str) -> None:
    element = etree.SubElement(info, f"{{{NS}}}area")
    _put(element, "areaDesc", name)
    _put(element, "polygon", " ".join(f"{_number(a)},{_number(b)}" for a, b in area.polygon))
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
