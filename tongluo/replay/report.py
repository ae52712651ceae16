"""`report.html`: one page that needs nothing beside it, for reading, printing and keeping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from ingest.quality_words import EN, ZH
from tongluo.core.times import to_datetime
from tongluo.core.words import GRADES, Hazard, Level
from tongluo.judgement import LOST
from tongluo.replay import phrases
from tongluo.replay.approving import ASSUMED, PUT
from tongluo.replay.case import both
from tongluo.replay.peaks import peaks
from tongluo.replay.phrases import Both
from tongluo.replay.pictures import COLOURS, area_map, offset, timeline
from tongluo.replay.result import Result
from tongluo.replay.sentences import crest_line, length, level_of, met, sentence, summary
from tongluo.replay.spans import Key, Span, first_at, highest, spans
from tongluo.replay.storm import chosen, storm

MOST_ROWS = 200
"""Longer tables are cut, and say so: the files beside the page have everything."""
MOST_STRIPS = 40


def report(result: Result, told: Mapping[str, Any]) -> str:
    """The page; told = the scores of the same result."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    text = files("tongluo.replay").joinpath("report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text).render(_content(result, told))


def _content(result: Result, told: Mapping[str, Any]) -> dict[str, Any]:
    case, plan = result.case, result.plan
    keys = [(q.area, q.hazard.value) for q in plan.questions]
    its = spans(keys, result.decisions, case.start, case.end)
    crests = peaks(result, its)
    rows = chosen(result, crests)
    return {
        "order": _order(plan.config.site.languages),
        "p": phrases,
        "titles": case.titles,
        "case": case,
        "about": _about(result),
        "colours": {level.word: colour for level, colour in COLOURS.items()},
        "summary": [text for text in (summary(result, its), met(told)) if text],
        "reached": list(_reached(result, its)),
        "sentences": [sentence(result, crest) for crest in crests],
        "timeline": timeline(result, its, _strips(result, its)),
        "storm": storm(result, crests, rows) if rows else "",
        "peaks": [row for crest in crests for row in crest_line(result, crest)],
        "map": area_map(result, its),
        "warnings": list(_warnings(result))[:MOST_ROWS],
        "all_warnings": len(result.warnings),
        "assumed": any(ASSUMED in w.policy for w, _ in result.warnings),
        "proposals": list(_proposals(result))[:MOST_ROWS],
        "coverage": list(_coverage(result, its)),
        "scores": told,
        "events": [_event(result, e) for e in told["events"]],
        "official": [_official(result, o) for o in told["official"]],
        "fates": [(phrases.FATES[name], n) for name, n in sorted(result.fates.items())],
        "flags": [(phrases.FLAGS[flag], n) for flag, n in sorted(result.flags.items())],
        "silences": list(_silences(result))[:MOST_ROWS],
        "notes": [both(note) for note in case.notes],
    }


def _order(languages: tuple[str, ...]) -> tuple[int, ...]:
    """Places of the site's languages in (Chinese, English), the leading one first."""
    return tuple(("zh-CN", "en-US").index(language) for language in dict.fromkeys(languages))


def clock(result: Result, ms: int) -> str:
    """Local time to the minute, as the page writes it."""
    return to_datetime(ms, result.case.timezone).strftime("%Y-%m-%d %H:%M")


def _about(result: Result) -> list[tuple[Both, Both]]:
    case, label = result.case, phrases.LABELS
    period = f"{clock(result, case.start)} – {clock(result, case.end)} ({offset(result)})"
    rows = [
        (label["place"], both(case.place)),
        (label["period"], (period, period)),
        (label["kind"], phrases.KINDS[case.kind]),
        (label["source"], both(case.source)),
        (label["licence"], both(case.licence)),
        (label["configuration"], (result.plan.digest, result.plan.digest)),
    ]
    digest = result.hash.hexdigest()
    return [*rows, (label["log"], (digest, digest))]


def _names(result: Result, area: str) -> Both:
    found = result.plan.areas[area]
    return found.name, found.name_en or found.name


def _hazard(word: str) -> Both:
    return Hazard(word).zh, Hazard(word).en


def _strips(result: Result, its: Mapping[Key, tuple[Span, ...]]) -> list[Key]:
    """What is drawn: whatever reached a level, was hit or was warned of; if nothing, all."""
    reached = [key for key, told in its.items() if highest(told) >= Level.BLUE]
    reached.sort(key=lambda key: (-highest(its[key]), first_at(its[key], Level.BLUE) or 0, key))
    named = [(impact.area, impact.hazard.value) for impact in result.case.impacts]
    named += [(official.area, official.hazard.value) for official in result.case.official]
    return list(dict.fromkeys([*reached, *named]) or its)[:MOST_STRIPS]


def _reached(result: Result, its: Mapping[Key, tuple[Span, ...]]) -> Iterator[dict[str, Any]]:
    """First time at or above each level, of each area and hazard that reached one."""
    for key in _strips(result, its):
        times = {grade: first_at(its.get(key, ()), grade) for grade in GRADES}
        if any(times.values()):
            yield {
                "area": _names(result, key[0]),
                "hazard": _hazard(key[1]),
                "level": level_of(highest(its[key])),
                "times": [(g.word, clock(result, t) if t else "") for g, t in times.items()],
            }


def _warnings(result: Result) -> Iterator[dict[str, Any]]:
    for version, channels in result.warnings:
        act = "renewal" if version.reason.get("cause") == "renewal" else version.act.value
        reason = version.reason
        yield {
            "time": clock(result, version.sent),
            "area": _names(result, version.area.id),
            "hazard": _hazard(version.hazard.value),
            "level": level_of(version.level if act != "cancel" else version.previous),
            "act": phrases.ACTS[act],
            "plain": act in ("renewal", "cancel"),
            "why": (str(reason.get("zh", "")), str(reason.get("en", ""))),
            "sensor": reason.get("sensor", ""),
            "source": reason.get("source", ""),
            "channels": " ".join(channels),
            "file": f"warnings/{version.identifier}.xml",
        }


def _proposals(result: Result) -> Iterator[dict[str, Any]]:
    """What would have been put before a person, and what became of it."""
    ends = {r.body["id"]: r for r in result.records if r.body.get("state") in _ENDS}
    for r in result.records:
        if r.what != "proposal" or r.body["state"] not in PUT:
            continue
        end = ends.get(r.body["id"])
        said = _ENDS[end.body["state"]] if end is not None else _ENDS["unanswered"]
        at = f" ({clock(result, end.time)})" if end is not None else ""
        yield {
            "time": clock(result, r.time),
            "area": _names(result, r.body["area"]),
            "hazard": _hazard(r.body["hazard"]),
            "level": level_of(Level.parse(r.body["level"])),
            "end": (said[0] + at, said[1] + at),
        }


_ENDS: dict[str, Both] = {
    "unanswered": ("无人答复，未发布", "nobody answered; not issued"),
    "issued_by_order": ("无人答复，按令发布", "nobody answered; issued by the written order"),
    "withdrawn": ("等级回落，撤回提请", "withdrawn: the level had fallen"),
}


def _coverage(result: Result, its: Mapping[Key, tuple[Span, ...]]) -> Iterator[dict[str, Any]]:
    first: dict[Key, tuple[int, set[str]]] = {}
    for version, channels in result.warnings:
        key = (version.area.id, version.hazard.value)
        first.setdefault(key, (version.sent, set()))[1].update(channels)
    for key, (sent, sent_to) in first.items():
        people = result.plan.areas[key[0]].people
        yield {
            "area": _names(result, key[0]),
            "hazard": _hazard(key[1]),
            "level": level_of(highest(its[key])),
            "people": people,
            "first": clock(result, sent),
            "channels": " ".join(sorted(sent_to)) or "–",
        }


def _event(result: Result, event: Mapping[str, Any]) -> dict[str, Any]:
    lead = event["lead_min"]
    missed = ("漏报", "missed") if event["judged"] else ("未设规则，漏报", "no rule here: missed")
    return {
        "area": _names(result, event["area"]),
        "hazard": _hazard(event["hazard"]),
        "level": level_of(Level.parse(event["level"])),
        "window": f"{_short(event['start'])} – {_short(event['end'])}",
        "note": both(event["note"]),
        "lead": _signed(lead) if event["hit"] else missed,
        "hit": event["hit"],
    }


def _official(result: Result, told: Mapping[str, Any]) -> dict[str, Any]:
    never = ("未达到", "not reached") if told["judged"] else ("未设规则", "no rule here")
    ours = told["ours"]
    at = _names(result, told["our_area"]) if ours else ("", "")
    return {
        "area": _names(result, told["area"]),
        "hazard": _hazard(told["hazard"]),
        "level": level_of(Level.parse(told["level"])),
        "official": _short(told["official"]),
        "note": both(told["note"]),
        "ours": (f"{_short(ours)} {at[0]}", f"{_short(ours)} {at[1]}") if ours else never,
        "difference": _signed(told["difference_min"]) if ours else ("–", "–"),
    }


def _short(text: str) -> str:
    """A local ISO time without seconds and offset."""
    return text[:16].replace("T", " ")


def _signed(minutes: float) -> Both:
    sign = "−" if minutes < 0 else "+"
    zh, en = length(abs(minutes))
    return f"{sign}{zh}", f"{sign}{en}"


def _silences(result: Result) -> Iterator[tuple[str, Both, str, Both]]:
    """(sensor, what, from, to) of each time a sensor was silent, in doubt, or lost when needed."""
    begun: dict[tuple[str, str], int] = {}
    for condition in result.conditions:
        key = condition.sensor, condition.kind
        if condition.begins:
            begun[key] = condition.time
        elif key in begun:
            end = clock(result, condition.time)
            yield key[0], _kind(key[1]), clock(result, begun.pop(key)), (end, end)
    for (sensor, kind), start in begun.items():
        end_of_case = ("至案例结束", "to the end of the case")
        yield sensor, _kind(kind), clock(result, start), end_of_case


def _kind(kind: str) -> Both:
    """A condition in words."""
    own = {"silent": ("失联", "silent"), LOST: ("预警期间失效", "lost while its area was warned")}
    return own.get(kind) or (ZH.get(kind, kind), EN.get(kind, kind))
