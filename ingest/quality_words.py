"""The tests of quality control: a code and a word for each, and what it says in two languages.

The code of the test that set a reading's flag is kept beside the flag (0: none).
"""

from __future__ import annotations

NONE = 0
MISSING, GIVEN, RANGE, COUNTER, LEARNING, MAINTENANCE = 1, 2, 3, 4, 5, 6
SPIKE, STEP, RATE, FLAT, ATTENUATED, NOISE = 7, 8, 9, 10, 11, 12
NEIGHBOUR, VIRTUAL = 13, 14
INTENSE, CLOGGED, DRIZZLE, ISOLATED = 15, 16, 17, 18
DRY, TOP, ICE, FIX = 19, 20, 21, 22

TESTS: dict[int, str] = {
    NONE: "none",
    MISSING: "missing",
    GIVEN: "given",
    RANGE: "range",
    COUNTER: "counter",
    LEARNING: "learning",
    MAINTENANCE: "maintenance",
    SPIKE: "spike",
    STEP: "step",
    RATE: "rate",
    FLAT: "flat",
    ATTENUATED: "attenuated",
    NOISE: "noise",
    NEIGHBOUR: "neighbour",
    VIRTUAL: "virtual",
    INTENSE: "intense",
    CLOGGED: "clogged",
    DRIZZLE: "drizzle",
    ISOLATED: "isolated",
    DRY: "dry",
    TOP: "top",
    ICE: "ice",
    FIX: "fix",
}

CHOSEN = tuple(TESTS[code] for code in range(SPIKE, FIX + 1))
"""The tests that a configuration may choose; the others always stand."""

EN: dict[str, str] = {
    "none": "no test",
    "missing": "no value",
    "given": "flagged by the sender",
    "range": "outside of the range",
    "counter": "total cannot be explained",
    "learning": "not enough past to judge by",
    "maintenance": "under maintenance",
    "spike": "sudden jump",
    "step": "jump that stays",
    "rate": "changes too fast",
    "flat": "does not move",
    "attenuated": "moves too little",
    "noise": "too noisy",
    "neighbour": "differs from neighbours",
    "virtual": "differs from what neighbours foretell",
    "intense": "rain too intense",
    "clogged": "no rain where neighbours have it: clogged",
    "drizzle": "rain runs on after the neighbours': partly clogged",
    "isolated": "rain at this gauge alone: poured in",
    "dry": "sensor above the water",
    "top": "at the top of what it can measure",
    "ice": "still or noisy in frost: ice",
    "fix": "no position fix",
}

ZH: dict[str, str] = {
    "none": "无",
    "missing": "无数值",
    "given": "发送方已标记",
    "range": "超出量程",
    "counter": "累计值无法解释",
    "learning": "历史不足，暂不判断",
    "maintenance": "维护中",
    "spike": "突跳",
    "step": "跳变后不回",
    "rate": "变化过快",
    "flat": "长时间不变",
    "attenuated": "变幅过小",
    "noise": "噪声过大",
    "neighbour": "与邻站不符",
    "virtual": "与邻站推算值不符",
    "intense": "雨强过大",
    "clogged": "邻站有雨本站无雨：堵塞",
    "drizzle": "邻站雨停后仍滴：半堵",
    "isolated": "仅本站有雨：注水试验或喷淋",
    "dry": "传感器露出水面",
    "top": "到达量程上限",
    "ice": "低温下不动或噪声大：结冰",
    "fix": "定位未固定",
}


def word_of(test: int) -> str:
    """The word of a test's code.

    >>> word_of(7), word_of(0)
    ('spike', 'none')
    """
    return TESTS[test]


def say(test: int, language: str = "en-US") -> str:
    """What a test found, for people.

    >>> say(10), say(10, "zh-CN")
    ('does not move', '长时间不变')
    """
    return (ZH if language.startswith("zh") else EN)[TESTS[test]]
