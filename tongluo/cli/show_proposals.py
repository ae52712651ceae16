"""`tongluo show proposals` and `show calls`: what waits for a person, and who was called."""

from __future__ import annotations

from typing import Any

from tongluo.cli import paint
from tongluo.cli.local import ask
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.site import folder_of
from tongluo.cli.texts import chinese, config_language, hazard_word, say
from tongluo.config.load import load
from tongluo.core.words import Level


def proposals(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """What waits for approval, by storm."""
    loaded = load(config, config_language())
    found, zone = ask(folder_of(loaded), "/proposals"), loaded.config.site.timezone
    out = paint.console()
    title = say("proposals_open", count=sum(len(g["proposals"]) for g in found["groups"]))
    made = paint.table(title, "group", "number", "level", "live_level", "hazard", "area", "people",
                       "since", "approved", "on_silence", "reason")  # fmt: skip
    for group in found["groups"]:
        for p in group["proposals"]:
            paint.row(made, (f"{group['id']}@{group['revision']}", *_cells(p, zone)))
    out.print(made)
    for group in found["groups"]:
        for call, person in group["waiting"].items():
            out.print(say("call_waits", call=call, person=person), markup=False, soft_wrap=True)
    for mute in found["mutes"]:
        said = {**mute, "until": paint.local(mute["until"], zone)}
        out.print(paint.clean(say("mute_runs", **said)), markup=False, soft_wrap=True)


def _cells(p: dict[str, Any], zone: str) -> tuple[object, ...]:
    """A proposal's cells."""
    area = p["area_name"] if chinese() else p["area_name_en"] or p["area_name"]
    return (
        f"{p['id']}@{p['version']}",
        paint.level(Level.parse(p["level"])),
        paint.level(Level.parse(p["in_force"])),
        hazard_word(p["hazard"]),
        f"{area} ({p['area']})",
        p["people"],
        paint.local(p["since"], zone),
        f"{len(p['approved'])}/{p['needed']} {' '.join(p['approved'])}",
        _silence(p, zone),
        _reason(p),
    )


def _reason(p: dict[str, Any]) -> str:
    """Why, after what is asked for beside the level, and by whom."""
    language = "zh" if chinese() else "en"
    return ": ".join(x for x in (p["by"], p["asked"][language], p["reason"][language]) if x)


def _silence(p: dict[str, Any], zone: str) -> str:
    lapses = say("lapses", at=paint.local(p["lapses"], zone)) if p["lapses"] else ""
    return "; ".join(x for x in (_unanswered(p, zone), lapses) if x)


def _unanswered(p: dict[str, Any], zone: str) -> str:
    due = p["silence"]
    if p["unanswered"]:
        return say("unanswered_since", at=paint.local(p["unanswered"], zone))
    if due is None:
        return ""
    at = paint.local(due["at"], zone)
    return say("silence_issues", at=at, level=due["issues"]) if due["issues"] else (
        say("silence_holds", at=at))  # fmt: skip


def calls(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Who was called of late, and who answered."""
    loaded = load(config, config_language())
    found, zone = ask(folder_of(loaded), "/calls"), loaded.config.site.timezone
    made = paint.table("", "time", "call", "called", "channels", "level", "answered")
    for c in found["calls"]:
        state = paint.local(c["answered"], zone) if c["answered"] else (
            say("call_open") if c["open"] else "")  # fmt: skip
        cells = (paint.local(c["at"], zone), c["id"], c["person"], " ".join(c["channels"]))
        paint.row(made, (*cells, paint.level(Level(c["level"])), state))
    paint.console().print(made)
