"""How the levels met what happened, each figure beside its formula.

An impact is one event, a run of levels at or above a grade is one alarm: thirty warnings of one
storm are not thirty hits. H hits, M misses, F false alarms (Jolliffe & Stephenson, Forecast
Verification: the ratio F/(H+F) is often confused with the rate F/(F+C); the ratio is meant here).
Scored are assessed levels, not messages: a policy may let out fewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from tongluo.core.times import MINUTE, iso
from tongluo.core.words import GRADES, Level
from tongluo.replay.case import Impact, Official
from tongluo.replay.result import Result
from tongluo.replay.spans import Key, Span, family, first_at, runs, spans

FORMULAS = {
    "POD": "H / (H + M)",
    "FAR": "F / (H + F)",
    "CSI": "H / (H + M + F)",
    "bias": "(H + F) / (H + M)",
}
MATCHING = (
    "hit: the level of the impact's area, or of an area that contains it, was at or above the "
    "grade at some time in the impact's window, if only after its start; false alarm: a run at or "
    "above the grade that meets no impact of that hazard there"
)
LEAD = (
    "start of the impact's window minus the first time of the run that met it at or above the "
    "impact's own level; below 0 = came after the start; a miss counts as 0"
)
NO_IMPACTS = (
    "case.yaml names no impacts, so there is nothing to score: no hits, misses or false alarms"
)
SPARSE = (
    "not shown: published figures are sparse and their list of impacts is not complete, so an "
    "alarm without an impact need not be false"
)
COMPLETE = "true only if case.yaml names every impact of the time and place"


def scores(result: Result) -> dict[str, Any]:
    """Everything that goes into `scores.json`. Times are local, leads and differences minutes."""
    case, plan = result.case, result.plan
    keys = [(q.area, q.hazard.value) for q in plan.questions]
    told = spans(keys, result.decisions, case.start, case.end)
    parents = {area.id: area.parent for area in plan.areas.values()}
    events = [_event(impact, told, parents, case.timezone) for impact in case.impacts]
    return {
        "kind": case.kind,
        "readings": result.readings,
        "fates": dict(sorted(result.fates.items())),
        "decisions": len(result.decisions),
        "warnings": len(result.warnings),
        "decision_hash": result.hash.hexdigest(),
        "impacts": len(case.impacts),
        "note": "" if case.impacts else NO_IMPACTS,
        "matching": MATCHING,
        "by_grade": {
            grade.word: _contingency(grade, case.impacts, told, parents, case.kind == "published")
            for grade in GRADES
            if case.impacts
        },
        "lead_time": _lead_times(events),
        "events": events,
        "first_crossings": list(_crossings(told, case.timezone)),
        "official": [_against(o, told, parents, case.timezone) for o in case.official],
    }


def _covering(impact: Impact, told: Mapping[Key, Any], parents: Mapping[str, str]) -> list[Key]:
    """What is judged for the impact's area and hazard, there or in an area that contains it."""
    keys = ((area, impact.hazard.value) for area in family(impact.area, parents, False))
    return [key for key in keys if key in told]


def _meets(run: Span, impact: Impact) -> bool:
    return run.start < impact.end and run.end > impact.start


def _event(
    impact: Impact,
    told: Mapping[Key, tuple[Span, ...]],
    parents: Mapping[str, str],
    zone: str,
) -> dict[str, Any]:
    """One impact against its own level."""
    keys, level = _covering(impact, told, parents), Level.parse(impact.level)
    met = [r.start for key in keys for r in runs(told[key], level) if _meets(r, impact)]
    first = min(met, default=None)
    return {
        "area": impact.area,
        "hazard": impact.hazard.value,
        "level": impact.level,
        "start": iso(impact.start, zone),
        "end": iso(impact.end, zone),
        "note": impact.note,
        "judged": bool(keys),
        "hit": first is not None,
        "reached": None if first is None else iso(first, zone),
        "lead_min": 0.0 if first is None else (impact.start - first) / MINUTE,
    }


def _contingency(
    grade: Level,
    impacts: tuple[Impact, ...],
    told: Mapping[Key, tuple[Span, ...]],
    parents: Mapping[str, str],
    sparse: bool,
) -> dict[str, Any]:
    """Hits, misses, false alarms and their ratios at or above one grade."""
    alarms = [(key, run) for key, its in told.items() for run in runs(its, grade)]
    graded = [(i, _covering(i, told, parents)) for i in impacts if Level.parse(i.level) >= grade]
    pairs = {
        (n, k)
        for n, (impact, keys) in enumerate(graded)
        for k, (key, run) in enumerate(alarms)
        if key in keys and _meets(run, impact)
    }
    h, false = len({n for n, _ in pairs}), len(alarms) - len({k for _, k in pairs})
    m = len(graded) - h
    return {
        "hits": h,
        "misses": m,
        "false_alarms": None if sparse else false,
        "false_alarms_note": SPARSE if sparse else COMPLETE,
        "POD": _ratio("POD", h, h + m),
        **{name: _ratio(name, *pair, sparse) for name, pair in _with_false(h, m, false).items()},
    }


def _with_false(h: int, m: int, f: int) -> dict[str, tuple[int, int]]:
    return {"FAR": (f, h + f), "CSI": (h, h + m + f), "bias": (h + f, h + m)}


def _ratio(name: str, above: int, below: int, hidden: bool = False) -> dict[str, Any]:
    value = None if hidden or not below else round(above / below, 4)
    out: dict[str, Any] = {"value": value, "formula": FORMULAS[name]}
    if hidden:
        out["note"] = SPARSE
    elif not below:
        out["note"] = "not defined: nothing to divide by"
    return out


def _lead_times(events: list[dict[str, Any]]) -> dict[str, Any]:
    each = [float(e["lead_min"]) for e in events]
    share = {n: (sum(x >= n for x in each) / len(each) if each else None) for n in (30, 60)}
    return {
        "definition": LEAD,
        "each_min": each,
        "median_min": median(each) if each else None,
        "share_30_min": share[30],
        "share_60_min": share[60],
    }


def _crossings(told: Mapping[Key, tuple[Span, ...]], zone: str) -> Iterator[dict[str, Any]]:
    """When each area first reached each level or a higher one."""
    for (area, hazard), its in told.items():
        for grade in GRADES:
            time = first_at(its, grade)
            if time is not None:
                yield {
                    "area": area,
                    "hazard": hazard,
                    "level": grade.word,
                    "time": iso(time, zone),
                }


def _against(
    official: Official,
    told: Mapping[Key, tuple[Span, ...]],
    parents: Mapping[str, str],
    zone: str,
) -> dict[str, Any]:
    """Our first time at an official level, in its area, one that contains it or one within it."""
    keys = [(area, official.hazard.value) for area in family(official.area, parents, True)]
    level = Level.parse(official.level)
    times = [(first_at(told[key], level), key[0]) for key in keys if key in told]
    ours, area = min(((t, a) for t, a in times if t is not None), default=(None, ""))
    judged = bool(times)
    return {
        "area": official.area,
        "hazard": official.hazard.value,
        "level": official.level,
        "note": official.note,
        "official": iso(official.time, zone),
        "judged": judged,
        "ours": None if ours is None else iso(ours, zone),
        "our_area": area,
        "difference_min": None if ours is None else (ours - official.time) / MINUTE,
    }
