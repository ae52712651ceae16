"""The rules of CAP 1.2 that stand in its prose, and of its schema what a reader depends on.

Source: OASIS Common Alerting Protocol 1.2, section 3.2 and its notes; each rule is one small
function that yields what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from dissemination.cap_order import misplaced
from dissemination.cap_read import (
    NAMESPACES,
    WORDS,
    is_radius,
    kids,
    on_earth,
    parse,
    parse_circle,
    parse_polygon,
    parse_reference,
    raw,
    text,
)
from dissemination.texts import HEADLINE_LONGEST
from tongluo.core.errors import CapError
from tongluo.core.times import parse_time

MOST = 100  # faults told of one message: a hostile one must not cost more than this

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:[0-9]{2}")
_NAME = re.compile(r"[^\s,<&]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Fault:
    """One broken rule: a short countable word, where, and what for a person."""

    code: str
    path: str
    message: str


Faults = Iterator[Fault]


def check(xml: bytes, *, own: bool = False) -> list[Fault]:
    """All broken rules (the first 100); empty when there is none. Never raises.

    own: the message is ours and must have what CAP only recommends: a headline of at most 160
    characters, a description and an instruction in every info. What is not a CAP alert at all
    gives the one fault "xml".

    >>> [fault.code for fault in check(b'''<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
    ...   <identifier>a b</identifier><sender>met@example.org</sender>
    ...   <sent>2026-07-01T00:00:00Z</sent><status>Actual</status><msgType>Update</msgType>
    ...   <scope>Private</scope></alert>''')]
    ['identifier', 'time', 'references_missing', 'addresses_missing']
    """
    try:
        alert = parse(xml)
    except CapError as error:
        return [Fault("xml", "", str(error))]
    return list(islice(_faults(alert, own), MOST))


def _faults(alert: etree._Element, own: bool) -> Faults:
    for rule in (
        _version,
        _order,
        _alert_words,
        _names,
        _sent,
        _references,
        _scope,
        _notes,
        _no_info,
        _twins,
    ):
        yield from rule(alert)
    for n, info in enumerate(kids(alert, "info"), 1):
        path = f"alert/info[{n}]"
        for info_rule in (_info_words, _language, _info_times):
            yield from info_rule(info, path)
        yield from _expires(alert, info, path)
        if own:
            yield from _own(info, path)
        for m, area in enumerate(kids(info, "area"), 1):
            for area_rule in (_desc, _polygons, _circles, _ceiling):
                yield from area_rule(area, f"{path}/area[{m}]")


def _version(alert: etree._Element) -> Faults:
    if etree.QName(alert).namespace != NAMESPACES[0]:
        yield Fault("version", "alert", f"not CAP 1.2: {etree.QName(alert).namespace}")


def _order(alert: etree._Element) -> Faults:
    for path, message in misplaced(alert, "alert"):
        yield Fault("order", path, message)


def _missing(element: etree._Element, path: str, *names: str) -> Faults:
    for name in names:
        if not text(element, name):
            yield Fault("missing", f"{path}/{name}", f"no {name}")


def _alert_words(alert: etree._Element) -> Faults:
    yield from _missing(alert, "alert", "identifier", "sender", "sent", *WORDS)
    for name, words in WORDS.items():
        found = raw(alert, name)
        if found.strip() and found not in words:
            yield Fault("value", f"alert/{name}", f"{found[:40]!r} is not one of {words}")


def _names(alert: etree._Element) -> Faults:
    for name in ("identifier", "sender"):
        found = raw(alert, name)
        if found.strip() and not _NAME.fullmatch(found):
            yield Fault(
                name,
                f"alert/{name}",
                f"{found[:80]!r} has a space, comma, < or & (also first or last)",
            )


def _time(element: etree._Element, name: str, path: str) -> Faults:
    found = raw(element, name)
    if not found.strip():
        return
    if not _TIME.fullmatch(found) or _ms(found) is None:
        yield Fault("time", f"{path}/{name}", f"{found[:40]!r} is not a time with a numeric offset")
    elif found.endswith("+00:00"):
        yield Fault("time_utc", f"{path}/{name}", "UTC is written -00:00")


def _sent(alert: etree._Element) -> Faults:
    yield from _time(alert, "sent", "alert")


def _info_times(info: etree._Element, path: str) -> Faults:
    for name in ("effective", "onset", "expires"):
        yield from _time(info, name, path)


def _references(alert: etree._Element) -> Faults:
    triples = text(alert, "references").split()
    if not triples and text(alert, "msgType") in ("Update", "Cancel", "Ack", "Error"):
        yield Fault(
            "references_missing",
            "alert/references",
            f"{text(alert, 'msgType')} must name the message it is about",
        )
    for triple in triples:
        if not _is_reference(triple):
            yield Fault(
                "references_form",
                "alert/references",
                f"{triple[:80]!r} is not sender,identifier,sent",
            )


def _is_reference(triple: str) -> bool:
    try:
        parse_reference(triple)
    except (ValueError, OverflowError):
        return False
    return bool(_TIME.fullmatch(triple.split(",")[2])) and not set("<&") & set(triple)


def _scope(alert: etree._Element) -> Faults:
    for scope, name in (("Private", "addresses"), ("Restricted", "restriction")):
        if text(alert, "scope") == scope and not text(alert, name):
            yield Fault(f"{name}_missing", f"alert/{name}", f"scope {scope} needs {name}")


def _notes(alert: etree._Element) -> Faults:
    if text(alert, "note"):
        return
    if text(alert, "msgType") == "Error":
        yield Fault("error_note", "alert/note", "an Error must say what was wrong")
    if text(alert, "status") == "Exercise":
        yield Fault("exercise_note", "alert/note", "an Exercise must say which exercise it is")


def _no_info(alert: etree._Element) -> Faults:
    speaks = text(alert, "msgType") in ("Alert", "Update") and text(alert, "scope") == "Public"
    if speaks and not kids(alert, "info"):
        yield Fault("no_info", "alert", f"a public {text(alert, 'msgType')} says nothing")


def _twins(alert: etree._Element) -> Faults:
    """Two blocks in one language for one event, place and time: which one holds?"""
    seen: dict[object, int] = {}
    for n, info in enumerate(kids(alert, "info"), 1):
        areas = tuple(etree.tostring(area, method="c14n") for area in kids(info, "area"))
        key = (
            (text(info, "language") or "en-US").lower(),
            text(info, "event"),
            *(text(info, name) for name in ("effective", "onset", "expires")),
            areas,
        )
        first = seen.setdefault(key, n)
        if first != n:
            yield Fault(
                "duplicate_info",
                f"alert/info[{n}]",
                f"same language, event, times and areas as info[{first}]",
            )


def _info_words(info: etree._Element, path: str) -> Faults:
    yield from _missing(info, path, "category", "event", "urgency", "severity", "certainty")


def _language(info: etree._Element, path: str) -> Faults:
    found = raw(info, "language")
    if found and not _LANGUAGE.fullmatch(found):
        yield Fault(
            "language", f"{path}/language", f"{found[:40]!r} is not one language tag such as zh-CN"
        )
    if len(kids(info, "language")) > 1:
        yield Fault("language", f"{path}/language", "more than one language in one info")


def _expires(alert: etree._Element, info: etree._Element, path: str) -> Faults:
    expires = _ms(raw(info, "expires"))
    for start in (_ms(raw(info, "effective")), _ms(raw(alert, "sent"))):
        if expires is not None and start is not None and expires < start:
            yield Fault("expires", f"{path}/expires", "expires before it is effective or sent")
            return


def _ms(found: str) -> int | None:
    try:
        return parse_time(found)
    except (ValueError, OverflowError):
        return None


def _own(info: etree._Element, path: str) -> Faults:
    yield from _missing(info, path, "headline", "description", "instruction")
    if len(text(info, "headline")) > HEADLINE_LONGEST:
        yield Fault("headline_long", f"{path}/headline", f"more than {HEADLINE_LONGEST} characters")


def _desc(area: etree._Element, path: str) -> Faults:
    yield from _missing(area, path, "areaDesc")


def _polygons(area: etree._Element, path: str) -> Faults:
    for n, polygon in enumerate(kids(area, "polygon"), 1):
        yield from _polygon(polygon.text or "", f"{path}/polygon[{n}]")


def _polygon(words: str, path: str) -> Faults:
    try:
        points = parse_polygon(words)
    except ValueError as error:
        yield Fault("polygon_form", path, str(error))
        return
    if len(points) < 4:
        yield Fault("polygon_short", path, f"{len(points)} pairs, at least 4 are needed")
    if points and points[0] != points[-1]:
        yield Fault("polygon_open", path, "the last pair is not the first")
    wrong = next((point for point in points if not on_earth(*point)), None)
    if wrong:
        yield _off_earth(*wrong, path)


def _circles(area: etree._Element, path: str) -> Faults:
    for n, circle in enumerate(kids(area, "circle"), 1):
        yield from _circle(circle.text or "", f"{path}/circle[{n}]")


def _circle(words: str, path: str) -> Faults:
    try:
        latitude, longitude, radius = parse_circle(words)
    except ValueError as error:
        yield Fault("circle_form", path, str(error))
        return
    if not is_radius(radius):
        yield Fault("circle_radius", path, f"radius {radius} km")
    if not on_earth(latitude, longitude):
        yield _off_earth(latitude, longitude, path)


def _off_earth(latitude: float, longitude: float, path: str) -> Fault:
    if on_earth(longitude, latitude):
        return Fault(
            "swapped",
            path,
            f"{latitude},{longitude}: longitude first? CAP writes latitude,longitude",
        )
    return Fault("position", path, f"{latitude},{longitude} is not on earth")


def _ceiling(area: etree._Element, path: str) -> Faults:
    if kids(area, "ceiling") and not text(area, "altitude"):
        yield Fault("ceiling", f"{path}/ceiling", "a ceiling needs an altitude")
