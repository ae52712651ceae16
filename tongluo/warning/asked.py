"""What a call says of the proposals that it is about: how many areas, and what is asked there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tongluo.core.warning import Area
from tongluo.core.words import Level
from tongluo.warning.desk import Proposal


def about(chief: Proposal, areas: Sequence[Area]) -> dict[str, Any]:
    """The reason of the highest proposal, after what is to be decided.

    >>> down = Proposal("p1", "A", "landslide", "g", 0, 3, 0, [0] * 5, kind="cancel", by="li")
    >>> about(down, [])["en"]
    'to be decided: 0 area(s): ; all-clear, asked for by hand; '
    """
    en = f"to be decided: {len(areas)} area(s): {', '.join(a.name_en or a.id for a in areas)}"
    zh = f"待审批 {len(areas)} 个预警区：{'、'.join(a.name for a in areas)}"
    (asked_en, asked_zh), said = asked(chief), chief.reason.get
    return {
        **chief.reason,
        "en": f"{en}; {asked_en}{asked_en and '; '}{said('en', '')}",
        "zh": f"{zh}；{asked_zh}{asked_zh and '；'}{said('zh', '')}",
    }


def asked(p: Proposal) -> tuple[str, str]:
    """(English, Chinese) of what is asked beside the level itself; ("", "") for a plain rise.

    >>> asked(Proposal("p2", "A", "landslide", "g", 2, 3, 0, [0] * 5))
    ('down to yellow', '降为黄色')
    """
    en, zh = "", ""
    if p.kind == "text":
        en, zh = "other words", "改动"
    elif p.level < p.rung:
        level = Level(p.level)
        en, zh = (f"down to {level.word}", f"降为{level.zh}") if p.level else ("all-clear", "解除")
    if p.by:
        en, zh = f"{en}, asked for by hand".removeprefix(", "), f"人工提请{zh}"
    return en, zh
