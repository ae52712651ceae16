"""CAP messages as three readers see them, in one shape: ours, and two made by others.

What a reader does not tell is left out, never guessed: capparselib puts `onset` where `effective`
was and keeps one of several categories. capparser 2.0.4 shares one list of categories between all
messages it reads, and fails from the first one with two of them on: that one default is mended.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import capparser
from capparselib.parsers import CAPParser

from dissemination import cap, cap_read, texts
from dissemination.polygons import simplified
from tongluo.core.times import parse_time
from tongluo.core.warning import WarningVersion
from tongluo.core.words import GRADES, Act

Said = dict[str, Any]
HEAD = ("identifier", "sender", "sent", "status", "msgType", "source", "scope", "note",
        "references")  # fmt: skip
INFO = ("language", "category", "event", "responseType", "urgency", "severity", "certainty",
        "effective", "onset", "expires", "senderName", "headline", "description", "instruction",
        "contact")  # fmt: skip
TIMES = ("sent", "effective", "onset", "expires")


def meant(warning: WarningVersion, manner: cap.Manner = cap.PLAIN) -> Said:
    """What a reader must find, from the warning itself."""
    names, zone = manner.names, warning.zone

    def named(identifier: str) -> str:
        return identifier if names is None else names.known(identifier)

    head = {
        "identifier": named(warning.identifier), "sender": warning.sender.id,
        "sent": _whole(warning.sent), "status": warning.status.value,
        "msgType": cap.MSG_TYPE[warning.act], "source": texts.clean(warning.sender.source),
        "scope": "Public", "note": texts.note(warning),
        "references": " ".join(
            f"{r.sender},{named(r.identifier)},{cap.cap_time(r.sent, zone)}"
            for r in warning.references
        ),
    }  # fmt: skip
    infos = [_meant_info(warning, language, manner) for language in warning.languages]
    return {**head, "info": infos}


def _meant_info(warning: WarningVersion, language: str, manner: cap.Manner) -> Said:
    over, area = warning.act is Act.CANCEL, warning.area
    urgency, severity = ("Past", "Minor") if over else cap.GRADE[warning.level]
    shown = warning.previous if over else warning.level
    points = area.polygon
    if points and (manner.tolerance or manner.vertices):
        points = simplified(points, manner.tolerance, manner.vertices or len(points)).ring
    said = {
        "CN-LEVEL": shown.word if shown in GRADES else "unknown",
        "TONGLUO-EVENT": warning.event, "TONGLUO-VERSION": str(warning.version),
    }  # fmt: skip
    return {
        "language": language, "category": list(cap.CATEGORY[warning.hazard]),
        "event": texts.event(warning, language),
        "responseType": cap.RESPONSE[texts.step(warning)], "urgency": urgency,
        "severity": severity, "certainty": "Observed", "effective": _whole(warning.sent),
        "onset": _whole(warning.onset), "expires": _whole(max(warning.expires, warning.sent)),
        "senderName": texts.sender_name(warning, language),
        "headline": texts.headline(warning, language),
        "description": texts.description(warning, language),
        "instruction": texts.instruction(warning, language),
        "contact": texts.clean(warning.sender.contact), "parameters": said,
        "areaDesc": texts.place(warning, language),
        "polygon": [list(map(list, points))] if points else [],
        "circle": [list(area.circle)] if area.circle else [],
        "geocode": {"CN-GB/T2260": area.code} if area.code else {},
    }  # fmt: skip


def ours(xml: bytes) -> Said:
    """As `dissemination.cap_read` reads it."""
    notice = cap_read.read(xml)
    assert notice.odd == ()
    references = " ".join(f"{r.sender},{r.identifier},{r.sent}" for r in notice.references)
    head = {
        "identifier": notice.identifier, "sender": notice.sender, "sent": notice.sent,
        "status": notice.status, "msgType": notice.msg_type, "scope": notice.scope,
        "note": notice.note, "references_ms": references,
    }  # fmt: skip
    return {**head, "info": [_our_info(info) for info in notice.infos]}


def _our_info(info: cap_read.NoticeInfo) -> Said:
    (area,) = info.areas
    return {
        "language": info.language, "event": info.event, "urgency": info.urgency,
        "severity": info.severity, "certainty": info.certainty, "effective": info.effective,
        "onset": info.onset, "expires": info.expires, "senderName": info.sender_name,
        "headline": info.headline, "description": info.description,
        "instruction": info.instruction, "parameters": dict(info.parameters),
        "areaDesc": area.desc, "polygon": [list(map(list, ring)) for ring in area.polygons],
        "circle": [list(circle) for circle in area.circles], "geocode": dict(area.geocodes),
    }  # fmt: skip


def by_capparselib(xml: bytes) -> Said:
    """As capparselib reads it (it checks a schema of its own first)."""
    (alert,) = CAPParser(xml.decode()).as_dict()
    names = {"identifier": "cap_id", "msgType": "cap_message_type"}
    head = {name: _text(alert.get(names.get(name, f"cap_{name}"))) for name in HEAD}
    return {**_timed(head), "info": [_lib_info(info) for info in alert["cap_info"]]}


def _lib_info(info: Said) -> Said:
    names = {"responseType": "cap_response_type", "senderName": "cap_sender_name"}
    plain = [name for name in INFO if name not in ("category", "effective", "onset")]
    found = {name: _text(info.get(names.get(name, f"cap_{name}"))) for name in plain}
    (area,) = info["cap_area"]
    return {
        **_timed({**found, "onset": _text(info["cap_effective"])}),
        "parameters": _pairs(info["cap_parameter"]), "areaDesc": _text(area["area_description"]),
        "polygon": _rings([_text(area["polygon"])] if "polygon" in area else []),
        "circle": _circles([_text(area["circle"])] if "circle" in area else []),
        "geocode": _pairs(area.get("geocodes", [])),
    }  # fmt: skip


class _Info(capparser.element.Info):
    """As its author must have meant it: a list of categories for each, not one for all."""

    def __init__(self) -> None:
        super().__init__(category=[])


def by_capparser(xml: bytes) -> Said:
    """As capparser reads it."""
    with patch.object(capparser.element, "Info", _Info):
        alert = capparser.parse(stringXML=xml.decode())
    head = {name: getattr(alert, name)[0] or "" for name in HEAD}
    return {**_timed(head), "info": [_parser_info(info) for info in alert.info[0]]}


def _parser_info(info: Any) -> Said:
    found = {name: getattr(info, name)[0] or "" for name in INFO}
    category = found["category"]
    category = [category] if isinstance(category, str) else category
    (area,) = info.area[0]
    rings, circles = (
        [one] if isinstance(one, str) else one for one in (area.polygon[0], area.circle[0])
    )
    return {
        **_timed({**found, "category": category}),
        "parameters": {p.valueName[0]: p.value[0] for p in info.parameter[0]},
        "areaDesc": area.areaDesc[0], "polygon": _rings(rings), "circle": _circles(circles),
        "geocode": {g.valueName[0]: g.value[0] for g in area.geocode[0]},
    }  # fmt: skip


def _text(element: Any) -> str:
    return "" if element is None else str(element.text or "")


def _timed(said: Said) -> Said:
    return {k: parse_time(v) if k in TIMES else v for k, v in said.items()}


def _pairs(found: list[Any]) -> Said:
    return {_text(pair["valueName"]): _text(pair["value"]) for pair in found}


def _rings(words: list[str]) -> list[list[list[float]]]:
    return [[[float(n) for n in pair.split(",")] for pair in ring.split()] for ring in words]


def _circles(words: list[str]) -> list[list[float]]:
    return [[float(n) for n in word.replace(",", " ").split()] for word in words]


def _whole(ms: int) -> int:
    return ms // 1000 * 1000
