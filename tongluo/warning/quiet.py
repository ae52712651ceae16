"""What is held or muted, and what never is: an alarm of the two highest levels (law 8). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tongluo.core.times import DAY, to_datetime, to_ms
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level
from tongluo.warning.desk import Held, Mute
from tongluo.warning.policy import Quiet

MUTABLE = Level.YELLOW
"""The highest level that can be muted or held."""


def ends(quiet: Quiet, time: int, zone: str) -> int:
    """When the quiet hours that hold at a time end, ms; 0 = it is none of them.

    >>> night = Quiet(22 * 60, 6 * 60 + 30, 2, ())
    >>> ends(night, 1_782_864_000_000, "Asia/Shanghai")  # 08:00
    0
    >>> ends(night, 1_782_864_000_000 - 2 * 3_600_000, "Asia/Shanghai") - 1_782_864_000_000
    -5400000
    """
    local = to_datetime(time, zone)
    minute = local.hour * 60 + local.minute
    night = quiet.start > quiet.end
    inside = minute >= quiet.start or minute < quiet.end if night else (
        quiet.start <= minute < quiet.end)  # fmt: skip
    if not inside:
        return 0
    morning = local.replace(hour=quiet.end // 60, minute=quiet.end % 60, second=0, microsecond=0)
    at = to_ms(morning)
    return at if at > time else at + DAY


def held(
    version: WarningVersion, highest: int, quiet: Quiet | None, channels: Sequence[str]
) -> tuple[list[str], int]:
    """(channels that hold this version, until when): only the all-clear of a low level is held."""
    if quiet is None or version.act is not Act.CANCEL or version.mistaken:
        return [], 0
    if highest > min(quiet.up_to, MUTABLE):
        return [], 0
    until = ends(quiet, version.sent, version.zone)
    return ([c for c in channels if c in quiet.channels], until) if until else ([], 0)


def hold(key: str, version: WarningVersion, channels: list[str], due: int) -> Held:
    """An all-clear that waits."""
    return Held(due, key, version.identifier, channels)


def muted(mutes: Iterable[Mute], version: WarningVersion, channel: str) -> bool:
    """Whether a version is kept off a channel: no all-clear, and nothing above yellow, ever is."""
    if version.act is Act.CANCEL or max(version.level, version.previous) > MUTABLE:
        return False
    return any(m.what == channel and m.at <= version.sent < m.until for m in mutes)
