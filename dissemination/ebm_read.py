"""What an emergency-broadcast platform answers: its receipt of a packet, and how far it has come.

Two generations of `BrdStateCode` are about. New: 0 not begun, 1 waiting, 2 on air, 3 success, 4
failed, 5 cancelled. Old (known by `CoveragePercent`, or said by the site): 0 failed, 1 on air, 2
done. Its coverage is of equipment, not of people. Success counts as played only when resources
are listed and every one of them is shown to have played (law 7); else it is unknown.
"""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass

from lxml import etree

from tongluo.core.errors import BadMessage
from tongluo.core.words import DeliveryState

LONGEST = 4 * 1024 * 1024
RESOURCES = ("EBRPS", "EBRST", "EBRAS", "EBRBS")
_NEW = {"0": "waiting", "1": "waiting", "2": "on air", "3": "done", "4": "failed", "5": "cancelled"}
_OLD = {"0": "failed", "1": "on air", "2": "done"}
RECEIVED = ("0", "1")
"""ResultCode of a packet that was taken: received, done."""


@dataclass(frozen=True)
class Result:
    """EBDResponse: what became of a packet, not of the broadcast."""

    related: str
    """EBDID of the packet."""
    code: str
    """0 received, 1 done, 2 unreadable, 3 incomplete, 4 signature refused, 5 other."""
    text: str


@dataclass(frozen=True)
class Progress:
    """EBMStateResponse: how far one broadcast has come."""

    ebmid: str
    state: DeliveryState
    word: str
    """waiting, on air, done, failed, cancelled; "" = not understood."""
    share: float | None
    """Of equipment, 0 to 1."""
    played: int
    """Resources shown to have played."""
    resources: int
    text: str


def packet(data: bytes) -> etree._Element:
    """The EBD of a TAR or of bare XML; BadMessage when there is none."""
    if len(data) > LONGEST:
        raise BadMessage("too_long", f"{len(data)} bytes")
    text = data
    if data.lstrip()[:1] != b"<":
        text = _member(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadMessage("not_xml", str(error)) from None
    if root.tag != "EBD":
        raise BadMessage("not_ebd", str(root.tag)[:60])
    return root


def _member(data: bytes) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for info in tar:
                if info.isfile() and info.name.startswith("EBDB_") and info.size <= LONGEST:
                    file = tar.extractfile(info)
                    return file.read() if file else b""
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BadMessage("not_tar", str(error)) from None
    raise BadMessage("not_tar", "no EBDB member")


def result(data: bytes) -> Result:
    """An EBDResponse; BadMessage when it is none."""
    root = packet(data)
    found = root.find("EBDResponse")
    if found is None or not _text(found, "ResultCode"):
        raise BadMessage("not_response", _text(root, "EBDType"))
    related = _text(root, "RelatedEBD/EBDID") or _text(found, "RelatedEBD/EBDID")
    return Result(related, _text(found, "ResultCode"), _text(found, "ResultDesc"))


def progress(data: bytes, old: bool = False) -> Progress:
    """An EBMStateResponse; BadMessage when it is none. old: the site's platform uses old codes."""
    found = packet(data).find("EBMStateResponse")
    ebmid = "" if found is None else _text(found, "EBM/EBMID")
    if found is None or not ebmid:
        raise BadMessage("not_state", "no EBMStateResponse with an EBMID")
    old = old or found.find("Coverage/CoveragePercent") is not None
    words = _OLD if old else _NEW
    word = words.get(_text(found, "BrdStateCode"), "")
    items = [item for name in RESOURCES for item in found.iterfind(f".//ResBrdItem/{name}")]
    played = sum(words.get(_text(item, "BrdStateCode")) == "done" for item in items)
    text = _text(found, "BrdStateDesc")
    state = _state(word, played, len(items))
    return Progress(ebmid, state, word, _share(found), played, len(items), text)


def _state(word: str, played: int, listed: int) -> DeliveryState:
    """Played when all that is listed has: where some are silent, nobody knows who heard it."""
    if word in ("waiting", "on air"):
        return DeliveryState.ACCEPTED
    if word in ("failed", "cancelled"):
        return DeliveryState.FAILED
    proven = word == "done" and played == listed > 0
    return DeliveryState.PLAYED if proven else DeliveryState.UNKNOWN


def _share(found: etree._Element) -> float | None:
    rate, percent = (_text(found, f"Coverage/{n}") for n in ("CoverageRate", "CoveragePercent"))
    try:
        share = float(rate) if rate else float(percent.rstrip("%")) / 100
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def _text(parent: etree._Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()
