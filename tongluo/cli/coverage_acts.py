"""`tongluo coverage --plan`, `--calibrate`, `--outage`: what goes with coverage."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from rich.table import Table
from rich.text import Text

from dissemination.coverage.ahead import Ahead
from dissemination.coverage.predict import Time
from tongluo.cli import paint
from tongluo.cli.coverage_told import clean, ends, interval, percent
from tongluo.cli.texts import chinese, say
from tongluo.config.models import Config
from tongluo.core.clock import now_ms
from tongluo.core.errors import TongluoError
from tongluo.core.words import Hazard, Level
from tongluo.coverage import kept, place
from tongluo.coverage import plan as planning
from tongluo.coverage.survey import read

HOUR = 3_600_000


@dataclass(frozen=True)
class Asked:
    """A warning that could be."""

    area: str
    hazard: str = ""
    level: str = ""
    at: str = ""


def foresee(
    config: Config, folder: Path, asked: Asked, picture: Path | None, as_json: bool
) -> None:
    """What a warning would reach, and by when."""
    area = planning.area_of(config, asked.area)
    if area is None:
        raise TongluoError(say("cov_no_area", name=asked.area))
    try:
        hazard = Hazard(asked.hazard) if asked.hazard else None
        level = Level.parse(asked.level) if asked.level else None
    except (ValueError, KeyError) as error:
        raise TongluoError(str(error)) from None
    at = moment(asked.at, config.site.timezone)
    found = planning.plan(config, folder, area, at, planning.channels_of(config, hazard, level))
    if not found.channels:
        raise TongluoError(say("cov_no_channels"))
    if picture is not None:
        _draw(found, area.name_en or area.id, picture, config.coverage.targets)
    if as_json:
        sys.stdout.write(msgspec.json.encode(_plain(found, asked.area, at)).decode() + "\n")
        return
    out = paint.console()
    name = area.name if chinese() else area.name_en or area.name
    people = f"{found.people.total:,}"
    out.print(_table(say("cov_ahead", area=name, people=people), found))
    out.print(Text(say("cov_published", share=interval(found.published))))
    if found.every.end.bound:
        out.print(Text(say("cov_bound").strip()))
    if found.left_out:
        out.print(Text(say("cov_left_out", names=", ".join(found.left_out))))
    if picture is not None:
        out.print(Text(say("cov_written", path=picture)))


def moment(said: str, zone: str) -> int:
    """ms of a local time as a person writes it; now when nothing is said.

    >>> moment("2026-07-01T08:00+08:00", "UTC")
    1782864000000
    """
    if not said:
        return now_ms()
    try:
        if len(said) <= len("03:00"):
            today = datetime.fromtimestamp(now_ms() / 1000, ZoneInfo(zone)).date()
            said = f"{today.isoformat()}T{said:0>5}"
        found = datetime.fromisoformat(said)
    except ValueError:
        raise TongluoError(say("cov_time", value=said)) from None
    placed = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return round(placed.timestamp() * 1000)


def _table(title: str, found: planning.Plan) -> Table:
    made = paint.table(title, "channel", "reach", "to_90", "to_95")
    for name, one in [*found.channels.items(), (say("cov_all"), found.every)]:
        times = [_time(one.times[t]) for t in (0.9, 0.95)]
        paint.row(made, (name, interval(one.end), *times))
    return made


def _time(when: Time) -> str:
    """Minutes, from early to late."""
    ends = [f"{x:.0f}" if np.isfinite(x) else "∞" for x in (when.early, when.likely, when.late)]
    if not np.isfinite(when.early):
        return say("never")
    return f"{ends[1]} ({ends[0]} – {ends[2]})"


def _plain(found: planning.Plan, area: str, at: int) -> object:
    def one(ahead: Ahead) -> object:
        times = {
            f"{target:g}": {"early": t.early, "likely": t.likely, "late": t.late, "never": t.never}
            for target, t in ahead.times.items()
        }
        return {"reach": ends(ahead.end), "times": times,
                "curve": [ends(e) for e in ahead.curve]}  # fmt: skip

    return clean({
        "area": area, "at": at, "people": found.people.total,
        "channels": {name: one(a) for name, a in found.channels.items()},
        "all": one(found.every), "published": [found.published.lower, found.published.upper],
        "left_out": list(found.left_out),
    })  # fmt: skip


def _draw(found: planning.Plan, name: str, path: Path, targets: tuple[float, ...]) -> None:
    from tongluo.cli.coverage_picture import picture  # noqa: PLC0415 - loads matplotlib: 0.5 s

    curve = [(m, float("nan"), e) for m, e in enumerate(found.every.curve, 1)]
    try:
        path.write_text(picture(curve, f"{name}: what lies ahead", targets), encoding="utf-8")
    except OSError as error:
        raise TongluoError(f"{path}: {error.strerror}") from None


def calibrate(config: Config, folder: Path, path: Path, day: str) -> None:
    """Take in a survey; what it changes is seen in the next estimate."""
    try:
        when = date.fromisoformat(day).isoformat()
    except ValueError:
        raise TongluoError(say("cov_date", value=day)) from None
    areas = [area.id for area in config.areas]
    found = read(path, when, list(config.coverage.channels), areas)
    folder.mkdir(parents=True, exist_ok=True)
    kept.keep_day(folder, found)
    asked = sum(found.asked)
    shares = ", ".join(f"{c} {percent(sum(n) / max(1, asked))}" for c, n in found.heard.items())
    paint.console().print(Text(say("cov_day_kept", date=when, asked=asked, share=shares)))


def outage(
    config: Config, folder: Path, told: tuple[str, str], hours: float, unknown: bool,
    who: str, why: str,
) -> None:  # fmt: skip
    """A supply is out, in doubt, or back."""
    supply, area = told
    inside = place.below(config)
    needing = [name for name, way in config.coverage.channels.items() if supply in way.needs]
    if not needing:
        known = sorted({s for way in config.coverage.channels.values() for s in way.needs})
        raise TongluoError(say("cov_no_supply", name=supply, known=", ".join(known) or "—"))
    if area not in inside:
        raise TongluoError(say("cov_no_area", name=area))
    if not who:
        raise TongluoError(say("cov_who"))
    now = now_ms()
    until = now + round(hours * HOUR)
    folder.mkdir(parents=True, exist_ok=True)
    kept.tell_outage(folder, kept.Outage(supply, area, now, until, who, why, not unknown))
    end = paint.local(until, config.site.timezone)
    state = say("cov_back") if hours == 0 else say("cov_doubt" if unknown else "cov_out", until=end)
    paint.console().print(Text(say(
        "cov_outage_kept", supply=supply, area=area, areas=len(inside[area]), state=state,
        channels=", ".join(needing),
    )))  # fmt: skip
