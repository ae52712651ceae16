"""What an emergency-broadcast platform says later: EBMStateResponse by HTTP POST, as receipts.

A state is taken from the platform that warnings are sent to (its EBRID), for a broadcast that this
site has sent; every packet is answered by an EBDResponse (0 received, 2 unreadable, 5 not ours).
Nothing is signed here: let `listen` be where only the platform can reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from lxml import etree

from dissemination import ebm, ebm_read
from dissemination.channels.kind import Ear, Surroundings
from dissemination.channels.remembered import look
from dissemination.receipts import RAW_LONGEST, Receipt
from tongluo.core.clock import now_ms
from tongluo.core.errors import BadMessage
from tongluo.core.times import to_datetime

ZONE = "Asia/Shanghai"


class Given(Protocol):
    """What is needed of a channel's options."""

    source: str
    destination: str
    answers: str
    listen: str
    old_states: bool


def sent_file(surroundings: Surroundings) -> Path:
    """Where a channel remembers which delivery an EBMID is."""
    return surroundings.folder / f"{surroundings.name or 'ebm'}.sent.jsonl"


def ear(options: Given, surroundings: Surroundings) -> Ear | None:
    """Where states arrive; None where the site takes none."""
    if not options.answers:
        return None
    parts = urlsplit(options.listen or options.answers)
    path = sent_file(surroundings)
    return Ear(
        parts.hostname or "127.0.0.1", parts.port or 80, lambda _: None,
        posted=lambda _, body: receipts(body, options, path), answer=partial(answer, options),
    )  # fmt: skip


def receipts(body: bytes, options: Given, path: Path) -> Sequence[Receipt] | None:
    """The state in a packet, as a receipt; nothing for a question of life; None: not ours."""
    try:
        root = ebm_read.packet(body)
        if (root.findtext("SRC/EBRID") or "").strip() != options.destination:
            return None
        if root.find("EBMStateResponse") is None:
            return ()
        found = ebm_read.progress(body, options.old_states)
    except BadMessage:
        return None
    sent = look(path, found.ebmid)
    if sent is None:
        return None
    share = "" if found.share is None else f", {found.share:.0%} of equipment"
    raw = f"{found.word or 'not understood'}, {found.played} of {found.resources} played{share}"
    return [Receipt(sent[0], found.state, None, f"{raw} {found.text}"[:RAW_LONGEST].strip())]


def answer(options: Given, body: bytes, taken: bool) -> bytes:
    """The EBDResponse to a packet."""
    related, code = "", "2"
    try:
        related = (ebm_read.packet(body).findtext("EBDID") or "").strip()
        code = "0" if taken else "5"
    except BadMessage:
        pass
    now = now_ms()
    ebdid = f"10{options.source}{now % 10**16:016}"
    parties = ebm.Parties(options.source, options.destination)
    time = f"{to_datetime(now, ZONE):%Y-%m-%d %H:%M:%S}"
    root = ebm.packet("EBDResponse", ebdid, parties, time)
    if related:
        etree.SubElement(etree.SubElement(root, "RelatedEBD"), "EBDID").text = related
    etree.SubElement(etree.SubElement(root, "EBDResponse"), "ResultCode").text = code
    return ebm.packed(ebdid, ebm.written(root), now // 1000, ebm.Unsigned(), {})
