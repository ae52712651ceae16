"""SL 651-2014: the published frames, all that is listed of them."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from ingest.codecs.sl651_elements import Element
from ingest.codecs.sl651_frame import Frame, read_frame
from ingest.codecs.sl651_table import UNITS, name
from tests.shared import SHARED, needs_shared
from tests.unit.codecs.samples_sl651 import (
    CODEC,
)
from tests.unit.codecs.sink import RecordingSink, decode

FOLDER = SHARED / "formats" / "sl651"


def rows(file: str) -> list[dict[str, str]]:
    if not FOLDER.is_dir():
        return []
    with (FOLDER / file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


FRAMES = rows("frames.tsv")


def codes(sink: RecordingSink) -> list[str]:
    return [code for code, _, _ in sink.rejects]


@needs_shared
def test_there_are_28_published_frames() -> None:
    assert len(FRAMES) == 28


@needs_shared
@pytest.mark.parametrize("row", FRAMES, ids=[f"{n}-{r['what']}" for n, r in enumerate(FRAMES)])
def test_published_frame(row: dict[str, str]) -> None:
    listed = json.loads(row["decoded_json"])
    frame = read_frame(bytes.fromhex(row["hex"]))
    assert f"{frame.crc:04X}" == listed["crc_frame"]
    assert f"{frame.function:02X}" == listed["func"]
    assert f"{frame.start:02X}" == listed["start"]
    assert f"{frame.end:02X}" == listed["end"]
    assert (frame.direction, frame.centre) == (listed["direction"], listed["center"])
    assert (frame.station, frame.password) == (listed["station"], listed["password"])
    assert frame.length == listed["body_len"] == listed["body_len_actual"]
    if "pkt_total" in listed:
        check_later_packet(frame, listed, bytes.fromhex(row["hex"]))
    else:
        check_stamped(frame, listed)


def check_later_packet(frame: Frame, listed: dict[str, Any], raw: bytes) -> None:
    # The list's serial, send time and elements of these packets are picture bytes read as if
    # they were a head; a later packet has none. What must hold is that every byte is kept.
    assert (frame.parts, frame.part) == (listed["pkt_total"], listed["pkt_seq"])
    assert (frame.serial, frame.sent, frame.elements) == (None, "", ())
    assert frame.rest == raw[17:-3]
    assert len(frame.rest) == listed["body_len"] - 3


def check_stamped(frame: Frame, listed: dict[str, Any]) -> None:
    assert (frame.part, frame.parts) == (1, 1)
    assert (frame.serial, frame.sent) == (listed["serial"], listed["sent"])
    assert frame.rest.hex().upper() == listed.get("rest", "")
    assert frame.body_station == listed.get("body_station")
    category = frame.category
    assert (category and f"{category:02X}H({chr(category)})") == listed.get("class")
    told = [printed(one) for one in frame.elements if one.code != "ST"]
    assert told == [normal(one) for one in listed.get("elements", [])]


def printed(one: Element) -> list[Any]:
    """An element as frames.tsv writes it."""
    value: Any = list(one.value) if isinstance(one.value, tuple) else one.value
    if one.code in ("TT", "DR"):
        return [{"TT": "TT", "DR": "STEP DDHHMM"}[one.code], value]
    if one.code.startswith("DR"):
        return [f"{one.code}(12x5min,{UNITS[one.code]})", value]
    if isinstance(value, bytes):
        return ["F2 manual(ascii)", value.decode("ascii")]
    if isinstance(value, list):
        return [f"{one.code} list", value]
    return [f"{one.code} def={one.definition:02X}", value]


def normal(one: list[Any]) -> list[Any]:
    missing = isinstance(one[1], str) and one[1].startswith("missing/")
    return [one[0], None if missing else one[1]]


@needs_shared
def test_published_stream_is_decoded_whole() -> None:
    stream = b"".join(bytes.fromhex(row["hex"]) for row in FRAMES)
    sink = decode(CODEC, stream)
    assert codes(sink) == ["downlink"] * 10
    assert [kind for _, kind, _, _ in sink.reports] == ["manual"] + ["picture"] * 6
    assert not sink.held
    assert len(sink.readings) == sum(
        len(decode(CODEC, bytes.fromhex(row["hex"])).readings) for row in FRAMES
    )


@needs_shared
def test_every_code_is_that_of_the_standard() -> None:
    with (FOLDER / "sl651_elements.tsv").open(encoding="utf-8") as lines:
        table = [line.split("\t") for line in lines if line[:1].isdigit() and "~" not in line]
    table = [line for line in table if not line[1].startswith("FFXX")]
    assert len(table) == 131
    told = {line[2]: name(int(line[1].rstrip("H"), 16)) for line in table}
    assert told.pop("DRxnn") == "DR"
    assert all(code == ours for code, ours in told.items())
