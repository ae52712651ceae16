"""What the report says in whole sentences, (Chinese, English)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from tongluo.core.times import iso
from tongluo.core.units import inner_unit
from tongluo.core.words import Level
from tongluo.replay.case import both
from tongluo.replay.peaks import Crest, Reached
from tongluo.replay.phrases import QUANTITIES, Both
from tongluo.replay.result import Result
from tongluo.replay.spans import Key, Span, highest


def level_of(level: Level) -> tuple[str, str, str]:
    """(word, Chinese, English) of a level."""
    return level.word, level.zh, level.word


def length(minutes: float) -> Both:
    """A length of time in words, to the minute.

    >>> length(135), length(60), length(4.6), length(3000)
    (('2小时15分钟', '2 h 15 min'), ('1小时', '1 h'), ('5分钟', '5 min'), ('50小时', '50 h'))
    """
    hours, rest = divmod(round(minutes), 60)
    zh = [f"{hours}小时"] * bool(hours) + [f"{rest}分钟"] * bool(rest or not hours)
    en = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return "".join(zh), " ".join(en)


def relation(minutes: float) -> Both:
    """Where a time lies against the peak.

    >>> relation(135)[1], relation(-60)[1], relation(0)[1]
    ('2 h 15 min after the peak', '1 h before the peak', 'at the peak')
    """
    zh, en = length(abs(minutes))
    if round(minutes) == 0:
        return "峰值时刻", "at the peak"
    if minutes > 0:
        return f"峰值之后{zh}", f"{en} after the peak"
    return f"峰值之前{zh}", f"{en} before the peak"


def quantity(crest: Crest) -> Both:
    """The measured quantity, as people call it."""
    word = crest.sensor.quantity
    return QUANTITIES.get(word, (word, word.replace("_", " ")))


def _local(result: Result, ms: int) -> str:
    return iso(ms // 60_000 * 60_000, result.case.timezone)[:16].replace("T", " ")


def _value(crest: Crest) -> str:
    if math.isnan(crest.value):
        return ""
    return f"{crest.value:.4g} {inner_unit(crest.sensor.quantity)}".strip()


def _names(result: Result, area: str) -> Both:
    found = result.plan.areas[area]
    return found.name, found.name_en or found.name


def sentence(result: Result, crest: Crest) -> Both:
    """Whether the highest level of each area came before or after the peak."""
    zh, en = quantity(crest)
    value, at = _value(crest), _local(result, crest.time)
    head = (
        f"{crest.sensor.station}站{zh}于{at}达到峰值{value}",
        f"The peak of {en} at {crest.sensor.station} came at {at}{value and f' ({value})'}",
    )
    best: dict[Key, Reached] = {(r.area, r.hazard.value): r for r in crest.reached}
    if not best:
        return f"{head[0]}，没有任何等级达到。", f"{head[1]}; no level was reached."
    said = [_came(result, r) for r in best.values()]
    end, note = _risen(crest), both(crest.note)
    return (
        f"{head[0]}{end[0]}；{'；'.join(zh for zh, _ in said)}。{note[0]}",
        f"{head[1]}{end[1]}; {'; '.join(en for _, en in said)}. {note[1]}".strip(),
    )


def _risen(crest: Crest) -> Both:
    """What the readings leave open."""
    if crest.at_end:
        return "（最后一个读数，可能仍在上涨）", " (its last reading: it may have risen on)"
    if crest.after_gap:
        return (
            "（此前失联，实际峰值可能更早、更高）",
            " (it had been silent before: the true peak may have been earlier and higher)",
        )
    return "", ""


def _came(result: Result, reached: Reached) -> Both:
    zh, en = relation(reached.minutes)
    area, at = _names(result, reached.area), _local(result, reached.time)
    level, hazard = reached.level, reached.hazard
    return (
        f"{area[0]}{hazard.zh}{level.zh}于{at}达到，在{zh}",
        f"{level.word} for {hazard.en} in {area[1]} came at {at}, {en}",
    )


def crest_line(result: Result, crest: Crest) -> Iterator[dict[str, Any]]:
    """Rows of the table: every level against the peak."""
    for reached in crest.reached:
        yield {
            "gauge": crest.sensor.key,
            "quantity": quantity(crest),
            "peak": f"{_local(result, crest.time)} {_value(crest)}".strip(),
            "area": _names(result, reached.area),
            "hazard": (reached.hazard.zh, reached.hazard.en),
            "level": level_of(reached.level),
            "reached": _local(result, reached.time),
            "relation": relation(reached.minutes),
            "late": reached.minutes > 0,
        }


def summary(result: Result, its: Mapping[Key, tuple[Span, ...]]) -> Both:
    """The headline: the highest level, where, how many areas, how many messages."""
    tops = {key: highest(told) for key, told in its.items()}
    top = max(tops.values(), default=Level.UNKNOWN)
    n = len(result.warnings)
    if top < Level.BLUE:
        return (
            f"没有任何预警区达到预警等级；拟发预警{n}版。",
            f"No area reached a level; {n} warning versions would have gone out.",
        )
    where = [_names(result, key[0]) for key, level in tops.items() if level == top]
    where = list(dict.fromkeys(where))
    areas = len({key[0] for key, level in tops.items() if level >= Level.BLUE})
    watched = len({key[0] for key in tops})
    named = ("、".join(zh for zh, _ in where), ", ".join(en for _, en in where))
    return (
        f"最高等级：{top.zh}（{named[0]}）。{watched}个受监视预警区中有{areas}个达到预警等级；"
        f"拟发预警{n}版。",
        f"The highest level was {top.word} ({named[1]}). {areas} of {watched} watched areas "
        f"reached a level; {n} warning versions would have gone out.",
    )


def met(told: Mapping[str, Any]) -> Both | None:
    """How many impacts were met at their own level, and how early; None without impacts."""
    if not told["impacts"]:
        return None
    hits = sum(bool(event["hit"]) for event in told["events"])
    middle = told["lead_time"]["median_min"]
    zh, en = length(abs(middle))
    late = middle < 0
    return (
        f"案例载明灾情{told['impacts']}处，其中{hits}处在灾情时段内达到其本身等级；"
        f"提前量中位数{'−' if late else ''}{zh}（漏报按0计）。",
        f"The case names {told['impacts']} impacts; {hits} of them were met at their own level; "
        f"median lead time {'−' if late else ''}{en} (a miss counts as 0).",
    )
