"""SL 651-2014: each thing that can stand in a frame."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ingest.codecs.sl651 import SL651
from ingest.codecs.sl651_frame import read_frame
from tests.unit.codecs.samples_sl651 import (
    CODEC,
    DOWNLINK,
    KEEPALIVE,
    PICTURE,
    TIMED,
    UNIFORM,
)
from tests.unit.codecs.sink import RecordingSink, decode
from tests.unit.codecs.sl651_encode import (
    encode_frame,
    encode_packet,
    level_group,
    number,
    observed,
    rain_group,
    station,
)
from tongluo.core.times import HOUR, MINUTE, iso, parse_time

DEVICE = "0012345678"
NINE = parse_time("2024-07-01T09:00:00+08:00")
HEAD = station(DEVICE) + observed("2407010900")
GUANGDONG = bytes.fromhex(
    "7E7E1000123456781234340038020001140612020000F1F1001234567850F0F01406120200F460"
    "000000000000000000000000261900000020190000001A1900000038121290034383"
)


def data(sink: RecordingSink) -> list[tuple[str, str, float]]:
    """(element, local time, value) of each reading."""
    return [
        (code, iso(at, "Asia/Shanghai")[:16], value)
        for _, code, at, value, *_ in sink.readings
        if at is not None
    ]


def codes(sink: RecordingSink) -> list[str]:
    return [code for code, _, _ in sink.rejects]


# --- elements -------------------------------------------------------------------------------------


def test_values_have_their_device_time_and_unit() -> None:
    sink = decode(CODEC, TIMED)
    assert sink.readings == [
        (DEVICE, "PJ", NINE, 13.0, "mm", 1, 0),
        (DEVICE, "Z", NINE, -0.55, "m", 1, 0),
    ]
    assert not sink.rejects


def test_guangdong_hourly_group_ends_at_its_observation_time() -> None:
    told = data(decode(CODEC, GUANGDONG))
    assert told[0] == ("DRP", "2014-06-12T01:05", 0.0)
    assert told[11:] == [
        ("DRP", "2014-06-12T02:00", 0.0),
        ("PT", "2014-06-12T02:00", 0.0),
        ("PJ", "2014-06-12T02:00", 0.0),
        ("P1", "2014-06-12T02:00", 0.0),
        ("VT", "2014-06-12T02:00", 12.9),
    ]


def group(printed_at: str, sent: str, values: list[float | None], form: Any = "auto") -> list[str]:
    body = observed(printed_at) + rain_group(values)
    sink = decode(SL651(drp_time=form), encode_frame(body, function=0x34, sent=sent))
    assert not sink.rejects
    return [at[11:] for _, at, _ in data(sink)]


def test_group_that_begins_at_its_observation_time() -> None:
    times = group("2407010805", "240701090000", [0.2] * 12)
    assert (times[0], times[-1], len(times)) == ("08:05", "09:00", 12)


def test_group_at_five_past_that_would_lie_ahead_of_its_frame_ends_there() -> None:
    times = group("2407010805", "240701080512", [0.2] * 12)
    assert (times[0], times[-1]) == ("07:10", "08:05")


def test_group_of_a_clock_hour_in_progress_leaves_out_what_is_not_yet_measured() -> None:
    times = group("2209260930", "220926093001", [0.2] * 6 + [None] * 6)
    assert times == ["09:05", "09:10", "09:15", "09:20", "09:25", "09:30"]


@pytest.mark.parametrize(
    ("form", "first", "last"),
    [("first", "09:30", "10:25"), ("last", "08:35", "09:30"), ("hour", "09:05", "10:00")],
)
def test_meaning_of_a_group_time_can_be_stated(form: str, first: str, last: str) -> None:
    times = group("2209260930", "220926093001", [0.2] * 12, form)
    assert (times[0], times[-1]) == (first, last)


def test_empty_group_ahead_of_its_frame_is_told_all_the_same() -> None:
    assert len(group("2407011200", "240701090000", [None] * 12)) == 12


def test_group_without_observation_time_ends_at_the_last_slot_before_the_frame() -> None:
    sink = decode(CODEC, encode_frame(rain_group([0.1] * 12), sent="240701091730"))
    assert data(sink)[-1] == ("DRP", "2024-07-01T09:15", 0.1)


def test_several_hours_of_a_group_follow_a_step() -> None:
    body = (
        observed("2407010705") + bytes.fromhex("0418000005")
        + rain_group([0.1] * 23 + [None])
    )  # fmt: skip
    told = data(decode(CODEC, encode_frame(body, function=0x38)))
    assert (len(told), told[0][1][11:], told[-1][1][11:]) == (24, "07:05", "09:00")


def test_group_after_a_step_of_nothing_is_one_hour_and_others_follow() -> None:
    body = observed("2407010900") + bytes.fromhex("0418000000") + rain_group([0.1] * 12)
    told = data(decode(CODEC, encode_frame(body + number(0x38, 12.5, 2, 2), function=0x34)))
    assert [code for code, _, _ in told] == ["DRP"] * 12 + ["VT"]


def test_missing_values_are_nan_and_flagged() -> None:
    body = HEAD + number(0x20, None, 3, 1) + bytes.fromhex("3923AAAAAAAA") + rain_group([None] * 12)
    sink = decode(CODEC, encode_frame(body))
    assert len(sink.readings) == 14
    assert all(math.isnan(one[3]) and one[5] == 9 for one in sink.readings)


def test_relative_level_is_read_whatever_its_definition() -> None:
    body = HEAD + level_group([0.12] * 11 + [655.34], 2).replace(b"\xf6\xc0", b"\xf6\x5c")
    sink = decode(CODEC, encode_frame(body))
    assert {one[1:2] + one[4:5] for one in sink.readings} == {("DRZ2", "m")}
    assert [one[3] for one in sink.readings] == [0.12] * 11 + [655.34]


def test_observation_time_may_change_inside_a_frame() -> None:
    body = (
        observed("2407010805") + number(0x22, 0.5, 3, 1)
        + observed("2407010900") + number(0x20, 1.5, 3, 1)
    )  # fmt: skip
    assert data(decode(CODEC, encode_frame(body))) == [
        ("PN05", "2024-07-01T08:05", 0.5),
        ("PJ", "2024-07-01T09:00", 1.5),
    ]


def test_uniform_list_has_a_time_for_each_value() -> None:
    told = data(decode(CODEC, UNIFORM))
    assert [(at[11:], value) for _, at, value in told[:2]] == [("08:05", 28.96), ("08:10", 28.97)]
    assert (told[2][1][11:], math.isnan(told[2][2])) == ("08:15", True)


@pytest.mark.parametrize(("digits", "step"), [("010000", 24 * HOUR), ("000100", HOUR)])
def test_step_of_days_or_hours(digits: str, step: int) -> None:
    body = HEAD + bytes.fromhex("0418" + digits) + number(0x39, 1.0, 4, 3) + bytes(4)
    times = [one[2] for one in decode(CODEC, encode_frame(body, function=0x31)).readings]
    assert times == [NINE, NINE + step]


def test_broken_value_of_a_list_spoils_no_other() -> None:
    body = HEAD + bytes.fromhex("04180000053923000010000000C000000030000000")
    sink = decode(CODEC, encode_frame(body, function=0x31))
    assert [(one[2], one[3]) for one in sink.readings] == [
        (NINE, 1.0),
        (NINE + 10 * MINUTE, 3.0),
    ]
    assert [(code, raw) for code, _, raw in sink.rejects] == [
        ("bcd", bytes.fromhex("0000C000")),
        ("short", bytes(2)),
    ]


def test_list_under_an_unreadable_step_is_not_guessed() -> None:
    sink = decode(CODEC, encode_frame(HEAD + bytes.fromhex("041800000C3923000010000000")))
    assert (codes(sink), sink.readings) == (["bcd"], [])


def test_broken_digit_rejects_its_element_only() -> None:
    sink = decode(CODEC, encode_frame(HEAD + b"\x20\x19\x00\x1c\x00" + number(0x38, 12.5, 2, 2)))
    assert data(sink) == [("VT", "2024-07-01T09:00", 12.5)]
    assert sink.rejects == [("bcd", f"{DEVICE} PJ", b"\x00\x1c\x00")]


def test_status_is_an_integer_and_extended_elements_have_their_identifier() -> None:
    body = HEAD + bytes.fromhex("45200000008AFF05111234900810")
    sink = decode(CODEC, encode_frame(body))
    assert [one[1:2] + one[3:5] for one in sink.readings] == [
        ("ZT", 138.0, ""),
        ("FF05", 123.4, ""),
        ("90", 10.0, ""),
    ]


def test_address_in_the_body_names_the_device() -> None:
    body = station("1100000001") + number(0x20, 1.0, 3, 1)
    assert decode(CODEC, encode_frame(body)).readings[0][0] == "1100000001"


def test_class_byte_may_be_absent() -> None:
    body = station(DEVICE)[:-1] + observed("2407010900") + number(0x20, 1.0, 3, 1)
    frame = read_frame(encode_frame(body))
    assert (frame.body_station, frame.category) == (DEVICE, None)
    assert [one.code for one in frame.elements] == ["ST", "TT", "PJ"]


@pytest.mark.parametrize(
    "tail", ["39", "3923", "3923000010", "FF", "FF05", "FF0511", "F4", "F460FF", "F0F02407", "F2"]
)
def test_cut_element_is_rejected_and_those_before_it_are_kept(tail: str) -> None:
    raw = bytes.fromhex(tail)
    sink = decode(CODEC, encode_frame(HEAD + number(0x20, 1.5, 3, 1) + raw))
    assert data(sink) == [("PJ", "2024-07-01T09:00", 1.5)]
    assert [code in ("short", "element") for code in codes(sink)] == [True]
    assert sink.rejects[0][2] == raw


@pytest.mark.parametrize("tail", ["FDF6" + "00" * 20, "0000" * 20])
def test_what_cannot_be_delimited_is_rejected_once(tail: str) -> None:
    sink = decode(CODEC, encode_frame(HEAD + number(0x20, 1.5, 3, 1) + bytes.fromhex(tail)))
    assert (len(sink.readings), codes(sink)) == (1, ["element"])


# --- times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", ["2413010900", "2402300900", "240701AA00", "2407012400"])
def test_elements_under_an_impossible_time_are_rejected(digits: str) -> None:
    raw = bytes.fromhex(digits)
    body = b"\xf0\xf0" + raw + number(0x20, 1.5, 3, 1) + observed("2407010900")
    sink = decode(CODEC, encode_frame(body + number(0x38, 12.5, 2, 2)))
    assert data(sink) == [("VT", "2024-07-01T09:00", 12.5)]
    assert sink.rejects == [("time", f"{DEVICE} PJ", number(0x20, 1.5, 3, 1))]


def test_impossible_send_time_matters_only_without_an_observation_time() -> None:
    sink = decode(CODEC, encode_frame(HEAD + rain_group([0.1] * 12), sent="FFFFFFFFFFFF"))
    assert (len(sink.readings), sink.rejects) == (12, [])
    sink = decode(CODEC, encode_frame(number(0x20, 1.5, 3, 1), sent="FFFFFFFFFFFF"))
    assert (sink.readings, codes(sink)) == ([], ["time"])


def test_without_an_observation_time_the_send_time_counts() -> None:
    sink = decode(CODEC, encode_frame(number(0x20, 1.5, 3, 1), sent="240701090007"))
    assert sink.readings[0][2] == NINE + 7000


def test_offset_of_the_clocks_can_be_stated() -> None:
    assert decode(SL651(offset="-03:30"), TIMED).readings[0][2] == NINE + 11 * HOUR + 30 * MINUTE


@pytest.mark.parametrize(
    "options", [{"offset": "8"}, {"offset": "+08:60"}, {"drp_time": "end"}, {"text": "hex"}]
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"offset|drp_time|text"):
        SL651(**options)


# --- functions ------------------------------------------------------------------------------------


def test_keepalive_is_a_reading() -> None:
    assert decode(CODEC, KEEPALIVE).readings == [(DEVICE, "keepalive", NINE, 1.0, "", 1, 0)]
    assert codes(decode(CODEC, encode_frame(function=0x2F, sent="240230000000"))) == ["time"]


@pytest.mark.parametrize("function", [0x30, 0x31, 0x32, 0x33, 0x34, 0x37, 0x38, 0x39, 0x3A])
def test_functions_that_carry_readings(function: int) -> None:
    body = HEAD + number(0x20, 1.5, 3, 1)
    assert len(decode(CODEC, encode_frame(body, function=function)).readings) == 1
    assert codes(decode(CODEC, encode_frame(HEAD, function=function))) == ["no_elements"]


@pytest.mark.parametrize("function", [0x00, 0x2E, 0x3B, 0x40, 0x45, 0x51, 0xE0])
def test_other_functions_are_no_data(function: int) -> None:
    raw = encode_frame(HEAD + number(0x20, 1.5, 3, 1), function=function)
    assert decode(CODEC, raw).rejects == [("not_data", f"{DEVICE} {function:02X}", raw)]


def test_downlink_is_kept_as_a_reject() -> None:
    assert decode(CODEC, DOWNLINK).rejects == [("downlink", f"{DEVICE} 37", DOWNLINK)]


@pytest.mark.parametrize("function", [0x35, 0x39])
def test_manual_text_is_a_report(function: int) -> None:
    raw = encode_frame(b"\xf2\xf2" + "水位上涨 2 m".encode("gbk"), function=function)
    assert decode(CODEC, raw).reports == [(DEVICE, "manual", NINE, {"text": "水位上涨 2 m"})]


def test_unreadable_text_is_reported_and_its_bytes_are_kept() -> None:
    sink = decode(CODEC, encode_frame(b"\xf2\xf2level \xff high", function=0x35))
    assert sink.reports[0][3] == {"text": "level \N{REPLACEMENT CHARACTER} high"}
    assert sink.rejects == [("text", f"{DEVICE} RGZS", b"level \xff high")]


def test_picture_comes_in_parts() -> None:
    sink = decode(CODEC, b"".join(PICTURE))
    first, second = (content for _, _, _, content in sink.reports)
    assert first == {"picture": b"\xff\xd8", "part": 1, "parts": 2}
    assert second == {"picture": bytes(range(200)), "part": 2, "parts": 2}
    assert [at for _, _, at, _ in sink.reports] == [NINE, None]
    assert not sink.rejects


def test_picture_in_one_frame() -> None:
    sink = decode(CODEC, encode_frame(HEAD + b"\xf3\xf3\xff\xd8\xff\xd9", function=0x36))
    picture = {"picture": b"\xff\xd8\xff\xd9", "part": 1, "parts": 1}
    assert sink.reports == [(DEVICE, "picture", NINE, picture)]


@pytest.mark.parametrize(("part", "parts"), [(0, 2), (3, 2), (0, 0)])
def test_packet_with_an_impossible_number_is_rejected(part: int, parts: int) -> None:
    assert codes(decode(CODEC, encode_packet(b"x" * 20, part, parts))) == ["part"]


def test_later_packet_of_readings_cannot_be_read_alone() -> None:
    assert codes(decode(CODEC, encode_packet(bytes(20), 2, 3, function=0x38))) == ["part"]
