"""How coverage looks: tables, JSON, the curve, and the list of the unreached."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.table import Table
from rich.text import Text

from dissemination.coverage.action import Action
from dissemination.coverage.estimate import Interval
from dissemination.coverage.published import Indicator
from dissemination.coverage.steps import Policy
from tongluo.cli import paint
from tongluo.cli.site import Site
from tongluo.cli.texts import chinese, hazard_word, level_word, say, word
from tongluo.core.clock import now_ms
from tongluo.core.errors import TongluoError
from tongluo.core.words import Status
from tongluo.coverage import errands, more
from tongluo.coverage import look as looking
from tongluo.coverage.counted import Said
from tongluo.coverage.counted import Told as Counted
from tongluo.coverage.look import Group, Look, Told

MINUTE = 60_000
MOST = 40
"""Rows of a table; JSON has all."""


def percent(share: float) -> str:
    """A share as people read it; a dash where nobody knows.

    >>> percent(0.934), percent(float("nan"))
    ('93 %', '—')
    """
    return "—" if np.isnan(share) else f"{100 * share:.0f} %"


def interval(share: Interval | Indicator) -> str:
    """Both ends of a share, with the likely value between."""
    if isinstance(share, Indicator):
        return f"{percent(share.lower)} – {percent(share.upper)}"
    if np.isnan(share.low):
        return "—"
    return f"{percent(share.low)} – {percent(share.high)} ({percent(share.likely)})"


def told(here: Site, found: Look, *, as_json: bool) -> None:
    """The tables, or all of it as JSON."""
    said = here.loaded.config.coverage
    now = looking.tell(found, said.responsible_within // MINUTE)
    best = more.next_best(found)
    if as_json:
        sys.stdout.write(msgspec.json.encode(plain(here, found, now, best)).decode() + "\n")
        return
    out = paint.console()
    for line in _head(here, found, now):
        out.print(Text(line))
    counts = found.counted.by(now.minute)
    out.print(_groups(say("cov_areas"), "area", now.areas, told=bool(counts)))
    out.print(_groups(say("cov_strata"), "stratum", now.strata, told=bool(counts)))
    if counts:
        out.print(_counts(counts))
    if found.counted.said:
        out.print(_said(found.counted.said))
    out.print(_channels(now))
    out.print(_best(found, best) if best else say("cov_nothing"))


def _head(here: Site, found: Look, now: Told) -> list[str]:
    w, whole, said = found.warning, now.whole, here.loaded.config.coverage
    area = w.area.name if chinese() else w.area.name_en or w.area.name
    share = whole.confirmed / max(1, whole.people)
    lines = [
        say("cov_head", level=level_word(w.level), hazard=hazard_word(w.hazard), area=area,
            minute=now.minute, people=f"{whole.people:,}"),
        say("cov_confirmed", n=f"{whole.confirmed:,}", share=percent(share)),
        say("cov_estimate", share=interval(whole.share)),
    ]  # fmt: skip
    if found.apart:
        lines.insert(1, say("cov_apart"))
    if found.counted.by(now.minute):
        least, most = (f"{n:,}" for n in whole.told)
        lines.append(say("cov_counted", least=least, most=most))
    if w.status is Status.EXERCISE:
        lines.insert(0, say("cov_exercise"))
    if whole.share.bound:
        lines.append(say("cov_bound"))
    early = int(found.confirmed(min(now.minute, said.within // MINUTE)).sum())
    part = percent(early / max(1, whole.people))
    lines.append(say("cov_within", minutes=said.within // MINUTE, share=part))
    lines.append(say("cov_published", share=interval(now.published)))
    if not np.isnan(now.visitors.lower):
        lines.append(say("cov_visitors", share=interval(now.visitors)))
    for target in said.targets:
        met = looking.time_to(found, target)
        at = say("cov_not_met") if met is None else say("cov_met", minute=met)
        lines.append(say("cov_target", target=percent(target), said=at))
    if now.responsible is not None:
        minutes = said.responsible_within // MINUTE
        in_time, every = now.responsible
        lines.append(say("cov_responsible", minutes=minutes, n=in_time, all=every))
    lines.append(say("cov_missing", n=now.missing))
    return lines


def _groups(title: str, of: str, groups: list[Group], *, told: bool) -> Table:
    extra = ["with_counts"] if told else []
    made = paint.table(title, of, "people", "confirmed", "share", *extra, "estimate")
    for g in sorted(groups, key=lambda g: g.share.likely)[:MOST]:
        share, counts = percent(g.confirmed / g.people), [f"{g.told[0]:,} – {g.told[1]:,}"]
        row = g.name, f"{g.people:,}", f"{g.confirmed:,}", share, *(counts if told else [])
        paint.row(made, (*row, interval(g.share)))
    return made


def _counts(told: Sequence[Counted]) -> Table:
    made = paint.table(say("cov_counts"), "area", "by", "people", "of", "refuse", "minute")
    for t in sorted(told, key=lambda t: (t.area, t.minute))[:MOST]:
        people = f"{t.least:,}" + (f" – {t.most:,}" if t.most > t.least else "")
        of, refuse = ("—" if n is None else f"{n:,}" for n in (t.of, t.refuse))
        by = f"{say('cov_by_' + t.by)} {paint.clean(t.who)}"
        paint.row(made, (t.area, by, people, of, refuse, f"{t.minute}"))
    return made


def _said(said: Sequence[Said]) -> Table:
    made = paint.table(say("cov_said"), "area", "by", "text", "minute")
    for s in said[-MOST:]:
        by = f"{say('cov_by_' + s.by)} {paint.clean(s.who)}"
        paint.row(made, (s.area, by, paint.clean(s.words), f"{s.minute}"))
    return made


def _channels(now: Told) -> Table:
    made = paint.table(say("cov_channels"), "channel", "out", "confirmed", "alone", "states")
    for c in now.channels:
        states = ", ".join(f"{word('state', s)} {n:,}" for s, n in c.states.items())
        paint.row(made, (c.name, f"{c.deliveries:,}", f"{c.confirmed:,}", f"{c.alone:,}", states))
    return made


def _best(found: Look, best: list[Action]) -> Table:
    made = paint.table(say("cov_next"), "area", "stratum", "channel", "adds", "takes")
    names = found.people.names()
    for a in best[:MOST]:
        adds = f"{a.people:,.0f} ({a.low:,.0f} – {a.high:,.0f})"
        paint.row(made, (*names[a.cell], a.channel, adds, f"{a.minutes:.0f}"))
    return made


def plain(here: Site, found: Look, now: Told, best: list[Action]) -> dict[str, Any]:
    """Everything, for other programs; what nobody knows is null."""
    names = found.people.names()
    w = found.warning
    all_of_it: dict[str, Any] = clean({
        "identifier": w.identifier, "event": w.event, "status": w.status.value,
        "area": w.area.id, "hazard": w.hazard.value, "level": w.level.word,
        "issued": found.start, "minute": now.minute,
        "clock": "deliveries" if found.apart else "site",
        "whole": group(now.whole), "areas": [group(g) for g in now.areas],
        "strata": [group(g) for g in now.strata],
        "channels": [
            {"name": c.name, "deliveries": c.deliveries, "states": c.states,
             "confirmed": c.confirmed, "alone": c.alone} for c in now.channels
        ],
        "counts": [
            {"area": t.area, "by": t.by, "who": t.who, "told": [t.least, t.most], "of": t.of,
             "refuse": t.refuse, "minute": t.minute} for t in found.counted.by(now.minute)
        ],
        "said": [
            {"area": s.area, "by": s.by, "who": s.who, "words": s.words, "minute": s.minute}
            for s in found.counted.said
        ],
        "published": [now.published.lower, now.published.upper],
        "visitors": [now.visitors.lower, now.visitors.upper],
        "targets": {f"{t:g}": looking.time_to(found, t)
                    for t in here.loaded.config.coverage.targets},
        "responsible": now.responsible, "receipts_missing": now.missing,
        "curve": [{"minute": m, "confirmed": c, "estimate": ends(e)}
                  for m, c, e in looking.curve(found)],
        "next": [
            {"area": names[a.cell][0], "stratum": names[a.cell][1], "channel": a.channel,
             "people": a.people, "minutes": a.minutes} for a in best
        ],
    })  # fmt: skip
    return all_of_it


def group(g: Group) -> dict[str, Any]:
    """Some of the people."""
    return {"name": g.name, "people": g.people, "confirmed": g.confirmed, "told": list(g.told),
            "estimate": ends(g.share)}  # fmt: skip


def ends(share: Interval) -> dict[str, Any]:
    """An interval."""
    return {"low": share.low, "likely": share.likely, "high": share.high, "bound": share.bound}


def clean(value: Any) -> Any:
    """Plain values; NaN and infinity become null."""
    if isinstance(value, dict):
        return {k: clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [clean(v) for v in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def foretold(here: Site, found: Look, *, as_json: bool) -> None:
    """When the targets will be met."""
    from tongluo.coverage import foretold as telling  # noqa: PLC0415 - scipy, for who asks only
    from tongluo.daemon.next_step import policy_of  # noqa: PLC0415 - the same

    said = here.loaded.config.coverage
    policy = policy_of(said.escalation) if said.escalation is not None else Policy(())
    ahead = telling.foretold(found, policy, said.targets)
    until, out = len(ahead.curve), paint.console()
    if as_json:
        made = {
            f"{target:g}": {"early": t.early, "likely": t.likely, "late": t.late,
                            "never": t.never, "sure": ahead.sure(target)}
            for target, t in ahead.times.items()
        }  # fmt: skip
        plain_ = {"identifier": found.warning.identifier, "minute": found.minute, "targets": made,
                  "curve": [ends(e) for e in ahead.curve]}  # fmt: skip
        sys.stdout.write(msgspec.json.encode(clean(plain_)).decode() + "\n")
        return
    for target, t in ahead.times.items():
        early, late = (f"{x:.0f}" if np.isfinite(x) else say("never") for x in (t.early, t.late))
        key = "cov_foretold" if ahead.sure(target) else "cov_foretold_between"
        key = key if np.isfinite(t.early) else "cov_foretold_never"
        at = f"{t.likely:.0f}" if np.isfinite(t.likely) else say("never")
        out.print(Text(say(key, target=percent(target), at=at, early=early, late=late,
                           until=until)))  # fmt: skip


def unreached(here: Site, found: Look, who: str | None) -> None:
    """Who has no proof, by area; with their names for somebody named, who is put on record."""
    if who == "":
        raise TongluoError(say("cov_who"))
    listed = more.unreached(found)
    named = more.names(here.folder, [n for n, _, _ in listed], who, now_ms()) if who else {}
    if who and not named and listed:
        raise TongluoError(say("cov_no_names"))
    title = say("cov_unreached", n=sum(c for _, _, c in listed))
    extra, reach = ["person"] if who else [], more.out_of_reach(found)
    made = paint.table(title, "area", "stratum", "entry", "people", "reach", "cov_given", *extra)
    names, given = found.people.names(), errands.given(found)
    for number, cell, count in listed:
        row = (
            *names[cell], more.shown(number), count, say(f"cov_{reach[number]}"),
            _given(given.get(number)),
        )  # fmt: skip
        paint.row(made, (*row, *([named.get(number, "—")] if who else [])))
    out = paint.console()
    out.print(made)
    shut = sum(c for n, _, c in listed if reach[n] == "closed")
    out.print(say("cov_shut", n=f"{shut:,}"))
    by_count = found.people.total - len(found.people.cell)
    if by_count:
        out.print(say("cov_by_count", n=by_count))


def _given(errand: tuple[int, str] | None) -> str:
    """To whom an entry was given, and when."""
    if errand is None:
        return ""
    minute, to = errand
    return say("cov_given_at", who=to, minute=minute) if to else say("cov_given_nobody")


def draw(here: Site, found: Look, path: Path) -> None:
    """The curve as a picture."""
    from tongluo.cli.coverage_picture import picture  # noqa: PLC0415 - loads matplotlib: 0.5 s

    title = f"{found.warning.identifier}, {found.people.total:,} people"
    targets = here.loaded.config.coverage.targets
    curve, all_ = looking.curve(found), max(1, found.people.total)
    counts = [(m, least / all_, most / all_) for m, least, most in looking.counts(found)]
    try:
        path.write_text(picture(curve, title, targets, counts), encoding="utf-8")
    except OSError as error:
        raise TongluoError(f"{path}: {error.strerror}") from None
