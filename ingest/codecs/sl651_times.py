"""Times of SL 651-2014: BCD digits of local time, and the times of five-minute groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal

from ingest.codecs.sl651_elements import Value
from ingest.codecs.sl651_table import SLOTS
from tongluo.core.times import HOUR, MINUTE, to_ms

GroupTime = Literal["auto", "first", "last", "hour"]
_SLOT = 5 * MINUTE
_OFFSET = re.compile(r"([+-])([01]\d):([0-5]\d)")


def offset_ms(text: str) -> int:
    """Milliseconds of an offset from UTC.

    >>> offset_ms("+08:00")
    28800000
    """
    match = _OFFSET.fullmatch(text)
    if not match:
        raise ValueError(f"not an offset from UTC: {text!r} (write for example '+08:00')")
    size = int(match[2]) * HOUR + int(match[3]) * MINUTE
    return -size if match[1] == "-" else size


def digits_ms(digits: str, offset: int) -> int | None:
    """Time of YYMMDDhhmm or YYMMDDhhmmss, years 2000 to 2099; None when there is no such time.

    >>> digits_ms("2007241723", offset_ms("+08:00"))
    1595582580000
    >>> digits_ms("2013241723", 0), digits_ms("20072417AA", 0)
    (None, None)
    """
    if not digits.isdecimal():
        return None
    year, month, day, hour, minute = [int(digits[at : at + 2]) for at in (0, 2, 4, 6, 8)]
    try:
        moment = datetime(2000 + year, month, day, hour, minute, int(digits[10:] or 0), tzinfo=UTC)
    except ValueError:
        return None
    return to_ms(moment) - offset


def step_ms(digits: str) -> int:
    """Length of a time step, written as days, hours and minutes.

    >>> step_ms("000005"), step_ms("010000")
    (300000, 86400000)
    """
    days, hours, minutes = (int(digits[at : at + 2]) for at in (0, 2, 4))
    return ((days * 24 + hours) * 60 + minutes) * MINUTE


def group_times(
    values: Sequence[Value], observed: int, sent: int | None, offset: int, form: GroupTime
) -> Iterator[tuple[int, Value]]:
    """Time and value of a group of five-minute values; devices differ in what F0 means there.

    first: `observed` is the time of the first value. last: of the last one. hour: the group is
    the clock hour that holds `observed`, from hh:05 to the next hour's 00. auto: "first" when
    `observed` is at hh:05; "hour" when just the places behind `observed` in its hour are empty;
    otherwise, and whenever a value would be later than the frame by a slot or more, "last".

    An empty place later than the frame is not yet measured, and left out: it is not missing
    (but where `observed` itself is later than the frame, the clock is wrong, and nothing is).
    A time between two slots is cut to the slot that has ended.

    >>> at_0205, at_0300 = 125 * MINUTE, 180 * MINUTE
    >>> times = [[time // MINUTE for time, _ in group_times([0.0] * 12, at_0205, sent, 0, "auto")]
    ...          for sent in (at_0300, at_0205)]
    >>> times[0][0], times[0][-1], times[1][0], times[1][-1]
    (125, 180, 70, 125)
    """
    base = observed - (observed + offset) % _SLOT
    if form == "auto":
        form = _form(values, base, sent, offset)
    start = _start(len(values), base, offset, form)
    known = sent if sent is not None and base <= sent else None
    for place, value in enumerate(values):
        time = start + place * _SLOT
        if value is not None or known is None or time <= known:
            yield time, value


def _start(count: int, base: int, offset: int, form: GroupTime) -> int:
    """Time of the first value."""
    if form == "first":
        return base
    if form == "hour":
        return base - (base + offset - _SLOT) % HOUR
    return base - (count - 1) * _SLOT


def _form(values: Sequence[Value], base: int, sent: int | None, offset: int) -> GroupTime:
    """What `base` most probably means; see `group_times`."""
    place = (base + offset) % HOUR // _SLOT  # slots of the clock hour that have ended
    form: GroupTime = "last"
    if place == 1:
        form = "first"
    elif place > 1 and len(values) == SLOTS:
        full = [value is not None for value in values]
        form = "hour" if full[place - 1] and not any(full[place:]) else "last"
    start = _start(len(values), base, offset, form)
    latest = max((n for n, value in enumerate(values) if value is not None), default=0)
    late = sent is not None and start + latest * _SLOT >= sent + _SLOT
    return "last" if late else form
