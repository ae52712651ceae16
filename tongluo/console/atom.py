"""Current warnings as an Atom 1.0 feed (RFC 4287), each entry with its CAP message.

Titles are in both languages. Only warnings that are meant: who reads the feed by machine is not
enrolled for exercises (law 6), unless it asks for them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from lxml import etree

from dissemination import texts
from tongluo.core.times import iso
from tongluo.core.warning import WarningVersion

NS = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
TYPE = "application/atom+xml"
_NSMAP: dict[str, str] = {None: NS}  # type: ignore[dict-item] # stubs forget lxml's default key
ZH, EN = "zh-CN", "en-US"


def render(site: dict[str, Any], found: Sequence[WarningVersion], now: int, base: str) -> bytes:
    """The feed. base: how the console is reached, without a slash at its end; may be empty."""
    feed = etree.Element(f"{{{NS}}}feed", nsmap=_NSMAP)
    _put(feed, "id", _urn(f"{site['name'][ZH]} {base}"))
    _put(feed, "title", f"{site['name'][ZH]}当前预警 / Current warnings, {site['name'][EN]}")
    _put(feed, "updated", iso(max((w.sent for w in found), default=now)))
    author = etree.SubElement(feed, f"{{{NS}}}author")
    _put(author, "name", f"{site['sender'][ZH]} / {site['sender'][EN]}")
    _link(feed, "self", f"{base}/atom.xml", TYPE)
    _link(feed, "alternate", f"{base}/", "text/html")
    for warning in sorted(found, key=lambda w: w.sent, reverse=True):
        _entry(feed, warning, base)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _entry(feed: etree._Element, warning: WarningVersion, base: str) -> None:
    entry = etree.SubElement(feed, f"{{{NS}}}entry")
    _put(entry, "id", _urn(f"{warning.sender.id},{warning.event}"))
    _put(entry, "title", " / ".join(texts.headline(warning, tongue) for tongue in (ZH, EN)))
    _put(entry, "updated", iso(warning.sent, warning.zone))
    author = etree.SubElement(entry, f"{{{NS}}}author")
    _put(author, "name", " / ".join(texts.sender_name(warning, tongue) for tongue in (ZH, EN)))
    _link(entry, "alternate", f"{base}/cap/{warning.identifier}.xml", CAP_TYPE)
    for term in (warning.hazard.value, warning.level.word, warning.status.value):
        etree.SubElement(entry, f"{{{NS}}}category", term=term)
    _put(entry, "summary", " / ".join(texts.instruction(warning, tongue) for tongue in (ZH, EN)))


def _urn(name: str) -> str:
    """A permanent name for an id: the same words give the same, whatever address serves them."""
    return uuid.uuid5(uuid.NAMESPACE_URL, name).urn


def _put(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NS}}}{name}").text = texts.clean(text)


def _link(parent: etree._Element, rel: str, href: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{NS}}}link", rel=rel, href=href, type=kind)
