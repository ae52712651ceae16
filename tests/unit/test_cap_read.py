"""Reading other agencies' messages: lenient in what is optional, never silent about it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination.cap_read import Notice, read
from tests.shared import SHARED, needs_shared
from tongluo.core.errors import CapError
from tongluo.core.times import parse_time

SAMPLES = SHARED / "formats" / "cap"
HEAD = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>n-1</identifier>
<sender>met@example.org</sender><sent>2026-07-01T08:00:00+08:00</sent><status>Actual</status>
<msgType>Alert</msgType><scope>Public</scope>"""
INFO = """<info><category>Met</category><event>Rain</event><urgency>Future</urgency>
<severity>Minor</severity><certainty>Likely</certainty>%s</info>"""
SENT = parse_time("2026-07-01T08:00:00+08:00")


def notice(info: str = "", head: str = HEAD) -> Notice:
    return read((head + (INFO % info) + "</alert>").encode())


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "alert_bilingual",
        "update",
        "cancel",
        "ack_noinfo",
        "error_with_note",
        "exercise_with_note",
        "resource_audio",
    ],
)
def test_valid_samples_are_read_whole(name: str) -> None:
    found = read((SAMPLES / f"valid_{name}.xml").read_bytes())
    assert found.odd == () and found.sender == "demo@example.org"


@needs_shared
def test_a_sample_in_full() -> None:
    found = read((SAMPLES / "valid_alert_bilingual.xml").read_bytes())
    zh, en = found.infos
    assert (found.sent, found.status, found.msg_type, found.scope) == (
        SENT,
        "Actual",
        "Alert",
        "Public",
    )
    assert (zh.language, zh.event, zh.level, zh.urgency, zh.certainty) == (
        "zh-CN",
        "暴雨",
        "orange",
        "Immediate",
        "Observed",
    )
    assert (en.onset, en.expires) == (SENT + 600_000, SENT + 6 * 3_600_000)
    assert en.event_codes == (("CN-EVENT", "11B03"),)
    (area,) = zh.areas
    assert area.desc == "示例县 青溪镇" and area.circles == ((23.15, 113.25, 5.0),)
    assert area.polygons[0][0] == (23.1, 113.2) and len(area.polygons[0]) == 5


@needs_shared
def test_references_of_a_cancel() -> None:
    (ref,) = read((SAMPLES / "valid_cancel.xml").read_bytes()).references
    assert (ref.identifier, ref.sent) == ("44199941600000_20260701080000_0", SENT)


@needs_shared
def test_a_message_in_z_is_still_understood() -> None:
    assert read((SAMPLES / "invalid_sent_Z.xml").read_bytes()).sent == SENT


def test_defaults_of_the_standard() -> None:
    (info,) = notice().infos
    assert (info.language, info.effective, info.onset, info.expires) == ("en-US", SENT, None, None)
    assert (info.level, info.areas) == ("", ())


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ("<parameter><valueName>CN-LEVEL</valueName><value>红色</value></parameter>", "红色"),
        (
            "<parameter><valueName>awareness_level</valueName><value>3; orange; Severe</value>"
            "</parameter>",
            "3; orange; Severe",
        ),
        ("<parameter><valueName>ColourCode</valueName><value>Orange</value></parameter>", "Orange"),
        ("<parameter><valueName>water_level</valueName><value>3.2 m</value></parameter>", ""),
    ],
)
def test_the_agency_keeps_its_own_word(info: str, level: str) -> None:
    assert notice(info).infos[0].level == level


def test_a_colour_as_severity_is_the_level() -> None:
    xml = HEAD + (INFO % "").replace(">Minor<", ">Orange<") + "</alert>"
    (info,) = read(xml.encode()).infos
    assert (info.severity, info.level) == ("Orange", "Orange")


def test_version_1_1_is_read() -> None:
    assert notice(head=HEAD.replace("cap:1.2", "cap:1.1")).infos[0].event == "Rain"


def test_what_is_optional_and_broken_is_left_out_and_named() -> None:
    found = notice(
        "<expires>tomorrow</expires><area><areaDesc>x</areaDesc>"
        "<polygon>113.2,23.1 113.3,23.1 113.2,23.1 113.2,23.1</polygon>"
        "<polygon>1,1 1,2 2,2 1,1</polygon><circle>1,1 -4</circle></area>",
        HEAD + "<references>a,b</references>",
    )
    (area,) = found.infos[0].areas
    assert (found.references, found.infos[0].expires, area.circles) == ((), None, ())
    assert area.polygons == (((1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (1.0, 1.0)),)
    assert [line.split(":")[0] for line in found.odd] == [
        "not a reference",
        "Invalid isoformat string",
        "polygon with no place on earth",
        "circle with no place on earth",
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<identifier>n-1</identifier>", "", "cannot be read: no identifier"),
        ("met@example.org", " ", "cannot be read: no sender"),
        ("2026-07-01T08:00:00+08:00", "2026-07-01T08:00:00", "cannot be read: sent: time without"),
        ("<status>Actual</status>", "", "cannot be read: no status"),
        (">Actual<", ">Real<", "status is 'Real', not one of Actual, Exercise"),
        (">Alert<", ">Shout<", "msgType is 'Shout', not one of Alert"),
        ("<alert ", "<warning ", "not XML"),
        ("urn:oasis", "urn:other", "not a CAP alert"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_line(old: str, new: str, says: str) -> None:
    with pytest.raises(CapError, match=says) as caught:
        notice(head=HEAD.replace(old, new))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sent", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_time(sent: str) -> None:
    assert abs(notice(head=HEAD.replace("2026-07-01T08:00:00+08:00", sent)).sent) > 6 * 10**13


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 900), st.integers(0, 30))
def test_reading_ends_in_a_notice_or_a_cap_error(junk: bytes, at: int, cut: int) -> None:
    area = "<area><areaDesc>x</areaDesc><circle>1,1 4</circle></area>"
    good = (HEAD + INFO % area + "</alert>").encode()
    try:
        found = read(good[:at] + junk + good[at + cut :])
    except CapError as error:
        assert "\n" not in str(error)
    else:
        assert found.sender
