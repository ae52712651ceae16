"""The order of elements that CAP 1.2's schema prescribes, for readers without the schema.

Source: OASIS Common Alerting Protocol 1.2, section 3.4: each block is a sequence.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
ORDER = {
    "alert": ("identifier", "sender", "sent", "status", "msgType", "source", "scope",
              "restriction", "addresses", "code", "note", "references", "incidents", "info"),
    "info": ("language", "category", "event", "responseType", "urgency", "severity", "certainty",
             "audience", "eventCode", "effective", "onset", "expires", "senderName", "headline",
             "description", "instruction", "web", "contact", "parameter", "resource", "area"),
    "resource": ("resourceDesc", "mimeType", "size", "uri", "derefUri", "digest"),
    "area": ("areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"),
    "eventCode": ("valueName", "value"),
    "parameter": ("valueName", "value"),
    "geocode": ("valueName", "value"),
}  # fmt: skip
LAST = 99
"""Place of a signature: behind everything."""


def misplaced(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) of the first element of each block that is out of its order."""
    block = etree.QName(element)
    order, reached, before = ORDER[block.localname], -1, ""
    for kid in element:
        name = etree.QName(kid)
        own = name.namespace == block.namespace
        place = order.index(name.localname) if own and name.localname in order else -1
        if name.namespace == SIGNATURE and block.localname == "alert":
            place = LAST
        if place < reached or place < 0:
            said = f"{name.localname} stands after {before}" if place >= 0 else "does not belong"
            yield f"{path}/{name.localname}", f"{said} in {block.localname}"
            return
        reached, before = place, name.localname
    for n, kid in enumerate(element, 1):
        if etree.QName(kid).localname in ORDER and len(kid):
            yield from misplaced(kid, f"{path}/{etree.QName(kid).localname}[{n}]")
