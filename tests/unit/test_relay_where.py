"""Where another agency's Notice holds, and how high it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dissemination import cap_read
from dissemination.cap_read import NoticeArea
from tests.unit.notices import xml
from tongluo.core.warning import Area
from tongluo.core.words import Level
from tongluo.warning import relay


def square(lat: float, lon: float, size: float) -> tuple[tuple[float, float], ...]:
    corners = ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
    return tuple((lat + size * y, lon + size * x) for y, x in corners)


AREAS = {
    a.id: a
    for a in (
        Area("county", "县", "county", 9, square(20, 110, 1), code="441800"),
        Area("town", "镇", "town", 9, square(20, 110, 0.4), code="441800101", parent="county"),
        Area("village", "村", "village", 9, square(20.1, 110.1, 0.1), parent="town"),
        Area("far", "远", "far", 9, square(30, 110, 1), code="500000"),
    )
}


@pytest.mark.parametrize(
    ("polygon", "named"),
    [
        (square(19, 109, 3), ["county"]),  # all of it: once, by what holds the rest
        (square(20.05, 110.05, 0.2), ["town"]),  # reaches out of the village
        (square(20.12, 110.12, 0.02), ["village"]),
        (square(20.5, 110.5, 0.1), ["county"]),  # where nothing smaller is
        (square(20.15, 110.15, 0.7), ["county"]),  # out of the town too
        (square(25, 110, 1), []),
    ],
)
def test_a_shape_names_what_it_covers(
    polygon: tuple[tuple[float, float], ...], named: list[str]
) -> None:
    where = NoticeArea("x", (polygon,), (), ())
    assert _named(where) == named


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("441800000000", ["county"]),
        ("440000", ["county"]),
        ("441800101000", ["town"]),
        ("441800102000", ["county"]),  # a town that is none of ours, in our county
        ("500000", ["far"]),
        ("110000", []),
    ],
)
def test_a_code_names_what_lies_under_it(code: str, named: list[str]) -> None:
    assert _named(NoticeArea("x", (), (), (("CN-GB/T2260", code),))) == named
    assert not _named(NoticeArea("x", (), (), (("SAME", code),)))


def _named(where: NoticeArea) -> list[str]:
    info = cap_read.read(xml("n-1")).infos[0]
    return relay.named(AREAS, [replace(info, areas=(where,))])


@pytest.mark.parametrize(
    ("level", "severity", "grade"),
    [
        ("3; orange; Severe", "Severe", Level.ORANGE),
        ("红色", "Unknown", Level.RED),
        ("", "Moderate", Level.YELLOW),
        ("", "Unknown", Level.UNKNOWN),
    ],
)
def test_the_level_is_the_agencys_own_word_before_caps(
    level: str, severity: str, grade: Level
) -> None:
    info = cap_read.read(xml("n-1")).infos[0]
    assert relay.grade(replace(info, level=level, severity=severity)) is grade
