"""The rules of the prose: each broken alone, and every shared sample."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination import cap
from dissemination.cap_rules import MOST, check
from tests.shared import SHARED, needs_shared
from tests.warned import BASE, make, valid
from tongluo.core.words import Status

SAMPLES = SHARED / "formats" / "cap"
SEMANTIC = {
    "semantic_expires_before_effective.xml": "expires",
    "semantic_identifier_with_space_comma.xml": "identifier",
    "semantic_polygon_not_closed.xml": "polygon_open",
    "semantic_private_without_addresses.xml": "addresses_missing",
    "semantic_update_without_references.xml": "references_missing",
}
INVALID = {
    "invalid_element_order.xml": "order",
    "invalid_missing_scope.xml": "missing",
    "invalid_sent_Z.xml": "time",
}
GOOD = cap.render(make(languages=("en-US",))).decode()
RING = "23.1,113.2 23.1,113.3 23.2,113.3 23.1,113.2"
REF = "demo@example.org,id-0,2026-07-01T07:00:00+08:00"


def codes(xml: str | bytes) -> list[str]:
    return [fault.code for fault in check(xml if isinstance(xml, bytes) else xml.encode())]


def change(*pairs: str) -> str:
    text = GOOD
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    return text


def kind(word: str) -> str:
    return f"<msgType>{word}</msgType>"


@needs_shared
def test_all_samples_are_here() -> None:
    names = {path.name for path in SAMPLES.glob("*.xml")}
    assert {name for name in names if name.startswith("semantic_")} == set(SEMANTIC)
    assert sum(name.startswith("valid_") for name in names) >= 7
    assert {name for name in names if name.startswith("invalid_")} == set(INVALID)


def samples(prefix: str) -> list[Path]:
    return sorted(SAMPLES.glob(f"{prefix}_*.xml"))


@needs_shared
@pytest.mark.parametrize("path", samples("valid"), ids=lambda path: path.stem)
def test_valid_samples_pass_both(path: Path) -> None:
    assert valid(path.read_bytes()) and check(path.read_bytes()) == []


@needs_shared
@pytest.mark.parametrize("path", samples("semantic"), ids=lambda path: path.stem)
def test_semantic_samples_pass_the_schema_and_break_one_rule(path: Path) -> None:
    assert valid(path.read_bytes()) and codes(path.read_bytes()) == [SEMANTIC[path.name]]


@needs_shared
@pytest.mark.parametrize("path", samples("invalid"), ids=lambda path: path.stem)
def test_invalid_samples_break_the_schema_and_the_reason_is_told(path: Path) -> None:
    assert not valid(path.read_bytes()) and codes(path.read_bytes()) == [INVALID[path.name]]


ONE_EACH = {
    "status after msgType": (
        change(
            "<status>Actual</status>", "", kind("Alert"), kind("Alert") + "<status>Actual</status>"
        ),
        "order",
    ),
    "area before parameter": (
        change("<parameter>", "<area><areaDesc>x</areaDesc></area><parameter>"),
        "order",
    ),
    "value before its name": (
        change(
            "<valueName>OET:v1.2</valueName>",
            "",
            ">OET-159</value>",
            ">OET-159</value><valueName>OET:v1.2</valueName>",
        ),
        "order",
    ),
    "an element of no standard": (change("<urgency>", "<colour>red</colour><urgency>"), "order"),
    "identifier with space": (change(">id-1<", ">id 1<"), "identifier"),
    "identifier with comma": (change(">id-1<", ">id,1<"), "identifier"),
    "identifier with ampersand": (change(">id-1<", ">id&amp;1<"), "identifier"),
    "identifier with less-than": (change(">id-1<", ">id&lt;1<"), "identifier"),
    "leading space": (change(">id-1<", "> id-1<"), "identifier"),
    "trailing newline": (change(">id-1<", ">id-1\n<"), "identifier"),
    "sender with comma": (change(">demo@example.org<", ">demo,x<"), "sender"),
    "no scope": (change("<scope>Public</scope>", ""), "missing"),
    "unknown status": (change("<status>Actual<", "<status>actual<"), "value"),
    "no severity": (change("<severity>Severe</severity>", ""), "missing"),
    "empty areaDesc": (change(">Qingxi</areaDesc>", "> </areaDesc>"), "missing"),
    "Z": (change("<sent>2026-07-01T08:00:00+08:00", "<sent>2026-07-01T00:00:00Z"), "time"),
    "no offset": (change("<onset>2026-07-01T07:50:00+08:00", "<onset>2026-07-01T07:50:00"), "time"),
    "fraction": (change("<onset>2026-07-01T07:50:00", "<onset>2026-07-01T07:50:00.5"), "time"),
    "no such day": (change("<onset>2026-07-01", "<onset>2026-02-30"), "time"),
    "offset with comma": (
        change("<onset>2026-07-01T07:50:00+08", "<onset>2026-07-01T07:50:00,08"),
        "time",
    ),
    "UTC with a plus": (
        change("<onset>2026-07-01T07:50:00+08", "<onset>2026-07-01T07:50:00+00"),
        "time_utc",
    ),
    "Update alone": (change(kind("Alert"), kind("Update")), "references_missing"),
    "Cancel alone": (change(kind("Alert"), kind("Cancel")), "references_missing"),
    "Ack alone": (change(kind("Alert"), kind("Ack")), "references_missing"),
    "half a reference": (change("<info>", "<references>a,b</references><info>"), "references_form"),
    "reference in Z": (
        change("<info>", "<references>a,b,2026-07-01T00:00:00Z</references><info>"),
        "references_form",
    ),
    "Error without note": (
        change(kind("Alert"), kind("Error"), "<info>", f"<references>{REF}</references><info>"),
        "error_note",
    ),
    "Exercise without note": (change("<status>Actual", "<status>Exercise"), "exercise_note"),
    "Private": (change("<scope>Public", "<scope>Private"), "addresses_missing"),
    "Restricted": (change("<scope>Public", "<scope>Restricted"), "restriction_missing"),
    "no info": (GOOD[: GOOD.index("<info>")] + "</alert>", "no_info"),
    "expires before sent": (
        change(
            "<expires>2026-07-01T14",
            "<expires>2026-07-01T07",
            "<effective>2026-07-01T08",
            "<effective>2026-07-01T06",
        ),
        "expires",
    ),
    "expires before sent, no effective": (
        change(
            "<expires>2026-07-01T14",
            "<expires>2026-07-01T07",
            "<effective>2026-07-01T08:00:00+08:00</effective>",
            "",
        ),
        "expires",
    ),
    "language as a word": (change(">en-US<", ">English<"), "language"),
    "two languages": (change(">en-US<", ">en, zh<"), "language"),
    "polygon of words": (change(RING, "here there here here"), "polygon_form"),
    "polygon not a number": (change(RING, "nan,1 1,1 1,2 nan,1"), "polygon_form"),
    "three pairs": (change(RING, "23.1,113.2 23.1,113.3 23.1,113.2"), "polygon_short"),
    "open": (change(RING, RING[:-10] + "23.2,113.2"), "polygon_open"),
    "swapped": (change(RING, "113.2,23.1 113.3,23.1 113.3,23.2 113.2,23.1"), "swapped"),
    "off earth": (change(RING, "91,200 23.1,113.3 23.2,113.3 91,200"), "position"),
    "circle without radius": (change("<geocode>", "<circle>1,2</circle><geocode>"), "circle_form"),
    "negative radius": (change("<geocode>", "<circle>1,2 -1</circle><geocode>"), "circle_radius"),
    "swapped circle": (change("<geocode>", "<circle>113,23 1</circle><geocode>"), "swapped"),
    "ceiling": (change("</geocode>", "</geocode><ceiling>100</ceiling>"), "ceiling"),
    "said twice": (change("</alert>", GOOD[GOOD.index("<info>") :]), "duplicate_info"),
    "CAP 1.1": (change("cap:1.2", "cap:1.1"), "version"),
}


def test_every_mistake_of_the_samples_is_made_here_too() -> None:
    """So that it is looked for where the samples are not."""
    assert {*SEMANTIC.values(), *INVALID.values()} <= {code for _, code in ONE_EACH.values()}


@pytest.mark.parametrize("name", ["status after msgType", "area before parameter", "Z", "no scope"])
def test_what_the_schema_refuses_is_refused_without_it(name: str) -> None:
    assert not valid(ONE_EACH[name][0].encode())


@pytest.mark.parametrize("name", ONE_EACH)
def test_each_rule_alone(name: str) -> None:
    xml, code = ONE_EACH[name]
    assert codes(xml) == [code]


def test_the_place_of_a_fault_is_told() -> None:
    (fault,) = check(change(RING, RING[:-10] + "23.2,113.2").encode())
    assert fault.path == "alert/info[1]/area[1]/polygon[1]" and "last pair" in fault.message


def test_same_event_and_language_elsewhere_is_no_duplicate() -> None:
    second = GOOD[GOOD.index("<info>") :].replace("23.2,113.3", "23.3,113.3")
    assert codes(change("</alert>", second)) == []


def test_our_own_need_headline_description_and_instruction() -> None:
    start, end = GOOD.index("<headline>"), GOOD.index("<contact>")
    bare = (GOOD[:start] + GOOD[end:]).encode()
    assert check(bare) == []
    assert [fault.path.rpartition("/")[2] for fault in check(bare, own=True)] == [
        "headline",
        "description",
        "instruction",
    ]
    long = change("<headline>", f"<headline>{'x' * 160}").encode()
    assert [fault.code for fault in check(long, own=True)] == ["headline_long"]


def test_an_exercise_of_ours_passes() -> None:
    assert check(cap.render(make(status=Status.EXERCISE)), own=True) == []


BOMB = (
    b"<!DOCTYPE a [<!ENTITY a '"
    + b"x" * 100
    + b"'>"
    + b"".join(b"<!ENTITY %c '%b'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<alert>",
        b"<alert/>",
        b"\xff\xfe\x00",
        b"<a xmlns='urn:x'/>",
        b"<?xml version='1.0' encoding='no-such'?><a/>",
        BOMB + GOOD[GOOD.index("<alert") :].replace("id-1", "&j;").encode(),
        BOMB + GOOD[GOOD.index("<alert") :].replace("<note>", "<note a='&j;'>").encode(),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        + GOOD[GOOD.index("<alert") :].replace("id-1", "&x;").encode(),
        b'<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/x.dtd">'
        + GOOD[GOOD.index("<alert") :].encode(),
        GOOD.encode() + b" " * 1024 * 1024,
        GOOD.replace("</alert>", "<a>" * 300 + "</a>" * 300 + "</alert>").encode(),
    ],
    ids=range(13),
)
def test_what_is_no_safe_xml_gives_one_fault(xml: bytes) -> None:
    assert codes(xml) == ["xml"]


def test_a_flood_of_faults_is_bounded() -> None:
    flood = "<area><polygon>1</polygon></area>" * 30_000
    assert len(check(change("</info>", flood + "</info>").encode())) == MOST


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(GOOD.encode())), st.integers(0, 40))
def test_check_never_raises(junk: bytes, at: int, cut: int) -> None:
    good = cap.render(BASE)
    for fault in check(good[:at] + junk + good[at + cut :]):
        assert fault.code and fault.message
