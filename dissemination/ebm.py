"""A warning for China's emergency broadcast (应急广播): an EBM in its TAR.

Source: GD/J 082 and 083 (2018) as used in the field; the order of optional elements, the form of
an upload and the meaning of `ResBrdStat` are not verified against the standard. Numbers: EBRID 18
digits; EBDID 36 = type 2 + source's EBRID + sequence 16; EBMID 30 = EBRID + day + sequence 4.

Signing (GD/J 081: SM2 over SM3) needs a certificate and a key that a province gives out, mostly
inside a device. So a signer is whatever has `sign`. `Unsigned` is the usual one; `ebm_sign.OwnKey`
signs with a key of the site, and says so: the Python package cryptography has SM3, and no SM2.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from dissemination import sms_text, texts
from dissemination.messages import PLAIN, Wording
from tongluo.core.times import to_datetime
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level, Status

SEVERITY = {Level.RED: "1", Level.ORANGE: "2", Level.YELLOW: "3", Level.BLUE: "4"}
"""A level that is not known is written 0."""
EBRID = re.compile("[0-9]{18}")


class Signer(Protocol):
    """What signs a packet: a device, a service, a library."""

    def sign(self, ebdid: str, packet: bytes) -> bytes | None:
        """The signature as XML (member EBDS_EBDB_..); None = the packet goes unsigned."""


class Unsigned:
    """No signature: for platforms that ask for none, and for tests."""

    def sign(self, ebdid: str, packet: bytes) -> bytes | None:
        """Nothing."""
        return None


@dataclass(frozen=True)
class Parties:
    """Who sends to whom."""

    source: str
    """EBRID of this site's platform."""
    destination: str
    url: str = ""
    """Where this site takes answers."""


@dataclass(frozen=True)
class Numbers:
    """What one warning version is called in the other side's system."""

    ebdid: str
    ebmid: str
    related: str = ""
    """EBMID of the version that this one replaces or ends."""


@dataclass(frozen=True)
class Audio:
    """The sound that goes with it."""

    data: bytes
    form: str


def numbers(source: str, day: str, sequence: int, related: str = "") -> Numbers:
    """The names of one message. day: YYYYMMDD; sequence: its number on that day, 1 to 9999.

    >>> numbers("010344199900000001", "20260701", 1).ebmid
    '010344199900000001202607010001'
    """
    ebmid = f"{source}{day}{sequence:04}"
    return Numbers(f"10{source}{day[2:]}{sequence:010}", ebmid, related)


def request(
    warning: WarningVersion, names: Numbers, parties: Parties, event_type: str,
    areas: tuple[str, ...], drill: str = "3", audio: Audio | None = None, language: str = "zh-CN",
    wording: Wording = PLAIN,
) -> bytes:  # fmt: skip
    """The packet's XML: an issue (MsgType 1), a cancel (2) or a drill."""
    root = packet("EBM", names.ebdid, parties, _time(warning.sent, warning.zone))
    ebm = _put(root, "EBM")
    _put(ebm, "EBMVersion", "1.0")
    _put(ebm, "EBMID", names.ebmid)
    if names.related:
        _put(_put(ebm, "RelatedInfo"), "EBMID", names.related)
    _basic(ebm, warning, parties, event_type, drill)
    content = _put(ebm, "MsgContent")
    _put(content, "LanguageCode", "zho" if texts.tongue(language) == "zh" else "eng")
    _put(content, "MsgTitle", texts.headline(warning, language))
    _put(content, "MsgDesc", message(warning, language, wording))
    _put(content, "AreaCode", ",".join(areas))
    if audio is not None:
        part = _put(content, "Auxiliary")
        _put(part, "AuxiliaryType", "3")
        _put(part, "AuxiliaryDesc", _audio_name(names, audio))
        _put(part, "Size", str(len(audio.data)))
        _put(part, "Digest", digest(audio.data))
    return written(root)


def message(warning: WarningVersion, language: str, wording: Wording = PLAIN) -> str:
    """What is told in full, in the site's own words where it has any; an exercise says so first
    and last."""
    if template := wording.own(warning, language):
        whole = next(sms_text.shorter(warning, language, template, wording.to.audience))
        return texts.marked(warning, language, whole)
    return texts.description(warning, language) + texts.instruction(warning, language)


def state_request(ebdid: str, ebmid: str, parties: Parties, time: str) -> bytes:
    """The question how far a broadcast has come."""
    root = packet("EBMStateRequest", ebdid, parties, time)
    _put(_put(_put(root, "EBMStateRequest"), "EBM"), "EBMID", ebmid)
    return written(root)


def packed(ebdid: str, xml: bytes, time: int, signer: Signer, files: dict[str, bytes]) -> bytes:
    """The TAR: packet, signature, files; the same bytes for the same content. time: seconds."""
    members = {f"EBDB_{ebdid}.xml": xml}
    signature = signer.sign(ebdid, xml)
    if signature is not None:
        members[f"EBDS_EBDB_{ebdid}.xml"] = signature
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in {**members, **files}.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), time
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def files(names: Numbers, audio: Audio | None) -> dict[str, bytes]:
    """What goes beside the packet."""
    return {} if audio is None else {_audio_name(names, audio): audio.data}


def digest(data: bytes) -> str:
    """SM3 in hexadecimal; empty where this machine's OpenSSL has none.

    >>> digest(b"abc")[:16] in ("66c7f0f462eeedd9", "")
    True
    """
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError:
        return ""


def packet(kind: str, ebdid: str, parties: Parties, time: str) -> etree._Element:
    """The head that every packet has."""
    root = etree.Element("EBD")
    _put(root, "EBDVersion", "1.0")
    _put(root, "EBDID", ebdid)
    _put(root, "EBDType", kind)
    source = _put(root, "SRC")
    _put(source, "EBRID", parties.source)
    if parties.url:
        _put(source, "URL", parties.url)
    _put(_put(root, "DEST"), "EBRID", parties.destination)
    _put(root, "EBDTime", time)
    return root


def written(root: etree._Element) -> bytes:
    """XML in UTF-8."""
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _basic(
    ebm: etree._Element, warning: WarningVersion, parties: Parties, event_type: str, drill: str
) -> None:
    cancel = warning.act is Act.CANCEL
    kind = "2" if cancel else drill if warning.status is Status.EXERCISE else "1"
    level = warning.previous if cancel else warning.level
    until = max(warning.expires, warning.sent)
    fields = {
        "MsgType": kind,
        "SenderName": texts.sender_name(warning, "zh-CN"),
        "SenderCode": parties.source,
        "SendTime": _time(warning.sent, warning.zone),
        "EventType": event_type,
        "Severity": SEVERITY.get(level, "0"),
        "StartTime": _time(warning.sent, warning.zone),
        "EndTime": _time(until, warning.zone),
    }
    basic = _put(ebm, "MsgBasicInfo")
    for name, text in fields.items():
        _put(basic, name, text)


def _audio_name(names: Numbers, audio: Audio) -> str:
    return f"EBDR_{names.ebmid}.{audio.form}"


def _time(ms: int, zone: str) -> str:
    return f"{to_datetime(ms, zone):%Y-%m-%d %H:%M:%S}"


def _put(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, name)
    element.text = texts.clean(text) or None
    return element
