"""What people read and hear: headline, description and instruction in Chinese and English.

Every text names the place; every headline and instruction says what to do. An exercise says so
first and last in each of them (law 6). The sentences are Tongluo's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum

from dissemination import texts_audience, texts_relay
from tongluo.core.errors import CapError
from tongluo.core.warning import WarningVersion
from tongluo.core.words import GRADES, Act, Exercise, Hazard, Level, Status

HEADLINE_LONGEST = 160  # characters; CAP 1.2 names it as what small displays still show

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, Char


class Step(Enum):
    """What people are asked to do."""

    WATCH = "watch"
    READY = "ready"
    LEAVE = "leave"
    CLEAR = "clear"
    VOID = "void"


def step(warning: WarningVersion) -> Step:
    """The step asked for. A flash flood leaves minutes, so there orange already means leave."""
    if warning.act is Act.CANCEL:
        return Step.VOID if warning.mistaken else Step.CLEAR
    if warning.hazard is Hazard.FIRE_DANGER:
        return Step.READY if warning.level >= Level.ORANGE else Step.WATCH
    leave = Level.ORANGE if warning.hazard is Hazard.FLASH_FLOOD else Level.RED
    if warning.level >= leave:
        return Step.LEAVE
    return Step.WATCH if warning.level is Level.BLUE else Step.READY


def clean(text: str) -> str:
    """One line that XML can carry: white space runs become one space, illegal characters U+FFFD.

    >>> clean(" a\\n b\\x00c ")
    'a b\ufffdc'
    """
    return _ILLEGAL.sub("\ufffd", " ".join(text.split()))


def tongue(language: str) -> str:
    """ "zh" or "en" for a language tag; CapError when there are no texts in it.

    >>> tongue("zh-CN"), tongue("en-US")
    ('zh', 'en')
    """
    primary = language.partition("-")[0].lower()
    if primary not in ("zh", "en"):
        raise CapError(f"no warning texts in language {language!r} (there are zh and en)")
    return primary


def place(warning: WarningVersion, language: str) -> str:
    """The area's name in that language, or the nearest thing to it; never empty."""
    area, zh = warning.area, tongue(language) == "zh"
    names = (area.name, area.name_en) if zh else (area.name_en, area.name)
    return _first(*names, area.id, "预警区" if zh else "the warned area")


def sender_name(warning: WarningVersion, language: str) -> str:
    """The sender's name in that language, or the nearest thing to it."""
    sender, zh = warning.sender, tongue(language) == "zh"
    if warning.relayed is not None:
        return warning.relayed.issuer
    return _first(
        *((sender.name, sender.name_en) if zh else (sender.name_en, sender.name)), sender.id
    )


def event(warning: WarningVersion, language: str) -> str:
    """The hazard as people call it."""
    return warning.hazard.zh if tongue(language) == "zh" else warning.hazard.en.capitalize()


def news(warning: WarningVersion, language: str, name: str) -> str:
    """What there is for the place of this name, at which level; not what to do."""
    if warning.relayed is not None:
        return texts_relay.news(warning, warning.relayed, tongue(language), name)
    return _HEADLINE[tongue(language)](warning, name)


def asked(warning: WarningVersion, language: str, audience: str = "residents") -> str:
    """What to do, in a few words."""
    if warning.relayed is not None:
        return texts_relay.told(warning.relayed, tongue(language))
    own = texts_audience.in_short(_acting(warning, audience), step(warning).value, _index(language))
    return own or _DO[tongue(language)][step(warning)].lstrip("：: ")


def _acting(warning: WarningVersion, audience: str) -> str:
    """Of fire danger all are told the same: nothing burns yet, and nobody is led away."""
    return "residents" if warning.hazard is Hazard.FIRE_DANGER else audience


def _index(language: str) -> int:
    return ("zh", "en").index(tongue(language))


def headline(warning: WarningVersion, language: str, *, mark: bool = True) -> str:
    """Place, hazard, level and what to do in at most 160 characters; only the place is cut.

    mark: with the word of an exercise where it is one; else its user says so around the whole.
    """

    if (other := warning.relayed) is not None:
        room = _room(warning, language)
        text = texts_relay.headline(
            warning, other, tongue(language), place(warning, language), room
        )
        return marked(warning, language, text) if mark else text

    def whole(name: str) -> str:
        text = news(warning, language, name) + _DO[tongue(language)][step(warning)]
        return marked(warning, language, text) if mark else text

    name = place(warning, language)
    excess = len(whole(name)) - HEADLINE_LONGEST
    return whole(name if excess <= 0 else name[: -excess - 1] + "…")


def description(warning: WarningVersion, language: str, *, mark: bool = True) -> str:
    """What happened, at which level, and why (law 9). mark: as of `headline`."""
    key = tongue(language)
    if warning.relayed is not None:
        name, room = place(warning, language), _room(warning, language)
        text = texts_relay.description(warning, warning.relayed, key, name, room)
        return marked(warning, language, text) if mark else text
    why = clean(str(warning.reason.get(key, ""))) or _NO_REASON[key]
    said = _DESCRIPTION[key](warning, place(warning, language))
    return marked(warning, language, said + why) if mark else said + why


def _room(warning: WarningVersion, language: str) -> int:
    """Characters of a headline beside the marks."""
    return HEADLINE_LONGEST - len(marked(warning, language, ""))


def plan(warning: WarningVersion, language: str) -> str:
    """The area's own plan when people may have to go: "go to the school" is wrong at blue."""
    if step(warning) not in (Step.READY, Step.LEAVE) or warning.relayed is not None:
        return ""
    return clean(warning.area.plan if tongue(language) == "zh" else warning.area.plan_en)


def told(warning: WarningVersion, language: str, audience: str = "residents") -> str:
    """What to do, for this hazard and level, then the area's plan if people may have to go."""
    if warning.relayed is not None:
        return texts_relay.told(warning.relayed, tongue(language))
    index, do = _index(language), step(warning)
    text = texts_audience.in_full(_acting(warning, audience), do.value, index)
    text = text or (_OVER.get(do) or _INSTRUCTION[warning.hazard][do])[index]
    own = plan(warning, language)
    return text + (("本地预案：", " Local plan: ")[index] + own if own else "")


def instruction(warning: WarningVersion, language: str) -> str:
    """What to do, with the marks of an exercise where it is one."""
    return marked(warning, language, told(warning, language))


def note(warning: WarningVersion) -> str:
    """The sender's note; an exercise says what it is first and last, as CAP 1.2 and law 6 want."""
    if warning.status is not Status.EXERCISE:
        return clean(warning.note)
    kind = warning.exercise or Exercise.DRILL
    own = clean(warning.note)
    return clean(f"{kind.zh}，不是真实预警。 {own} Exercise ({kind.value}), not an actual warning.")


def _first(*names: str) -> str:
    return next((text for text in map(clean, names) if text), "")


def marked(warning: WarningVersion, language: str, text: str) -> str:
    """The text; of an exercise, with the word first and last (law 6); of a call, that it is one."""
    marks = {Status.EXERCISE: _EXERCISE, Status.DRAFT: _DRAFT}.get(warning.status)
    if marks is None:
        return text
    first, last = marks[tongue(language)]
    return first + text + last


def _grade_zh(level: Level) -> str:
    return level.zh if level in GRADES else ""


def _grade_en(level: Level) -> str:
    return f"{level.word} " if level in GRADES else ""


def _change(warning: WarningVersion) -> int:
    """1 raised, -1 lowered, 0 the same level or none to compare."""
    if warning.level not in GRADES or warning.previous not in GRADES:
        return 0
    return (warning.level > warning.previous) - (warning.level < warning.previous)


def _headline_zh(warning: WarningVersion, name: str) -> str:
    hazard, grade = warning.hazard.zh, _grade_zh(warning.level)
    if warning.act is Act.CANCEL:
        over = "更正：撤回" if warning.mistaken else "解除"
        return f"{over}{name}{hazard}{_grade_zh(warning.previous)}预警"
    if warning.act is Act.UPDATE and _change(warning):
        return f"{name}{hazard}预警{'升级' if _change(warning) > 0 else '降级'}为{grade}"
    return f"{name}{hazard}{grade}预警{'更新' if warning.act is Act.UPDATE else ''}"


def _headline_en(warning: WarningVersion, name: str) -> str:
    hazard, grade = warning.hazard.en, _grade_en(warning.level)
    if warning.act is Act.CANCEL:
        over = "withdrawn, issued in error" if warning.mistaken else "cancelled"
        text = f"{_grade_en(warning.previous)}{hazard} warning for {name} {over}"
    elif warning.act is Act.UPDATE and _change(warning):
        moved = "raised" if _change(warning) > 0 else "lowered"
        text = f"{hazard} warning for {name} {moved} to {grade.strip()}"
    else:
        updated = " updated" if warning.act is Act.UPDATE else ""
        text = f"{grade}{hazard} warning for {name}{updated}"
    return text[0].upper() + text[1:]


def _description_zh(warning: WarningVersion, name: str) -> str:
    hazard, level = warning.hazard.zh, warning.level
    if warning.act is Act.CANCEL:
        over = "系误发，现予撤回" if warning.mistaken else "解除"
        return f"{name}{hazard}{_grade_zh(warning.previous)}预警{over}。"
    now = f"{level.zh}（{_SERIOUS[level][0]}）" if level in GRADES else "不明（数据不足）"
    before = f"，此前为{warning.previous.zh}" if _change(warning) else ""
    return f"{name}{hazard}预警等级为{now}{before}。"


def _description_en(warning: WarningVersion, name: str) -> str:
    hazard, level = warning.hazard.en, warning.level
    if warning.act is Act.CANCEL:
        over = "was issued in error and is withdrawn" if warning.mistaken else "is cancelled"
        return f"The {_grade_en(warning.previous)}{hazard} warning for {name} {over}. "
    now = f"{level.word} ({_SERIOUS[level][1]})" if level in GRADES else "not known (too few data)"
    before = f", before it was {warning.previous.word}" if _change(warning) else ""
    return f"The {hazard} warning level for {name} is {now}{before}. "


_Say = Callable[[WarningVersion, str], str]
_HEADLINE: dict[str, _Say] = {"zh": _headline_zh, "en": _headline_en}
_DESCRIPTION: dict[str, _Say] = {"zh": _description_zh, "en": _description_en}

_EXERCISE = {"zh": ("【演练】", "【演练】"), "en": ("EXERCISE: ", " - EXERCISE")}
_DRAFT = {
    "zh": ("【叫应：待审批，未发布】", "【请应答】"),
    "en": ("CALL, NOT ISSUED: ", " - please answer"),
}
_NO_REASON = {"zh": "本消息未附依据。", "en": "No reasons came with this message."}
_DO = {
    "zh": {
        Step.WATCH: "：请留意",
        Step.READY: "：请做好准备",
        Step.LEAVE: "：请立即转移",
        Step.CLEAR: "：返回前请确认安全",
        Step.VOID: "：不必按其行动",
    },
    "en": {
        Step.WATCH: ": stay alert",
        Step.READY: ": get ready",
        Step.LEAVE: ": leave now",
        Step.CLEAR: ": make sure it is safe before going back",
        Step.VOID: ": do not act on it",
    },
}
_SERIOUS = {
    Level.BLUE: ("Ⅳ级，一般", "level IV, ordinary"),
    Level.YELLOW: ("Ⅲ级，较重", "level III, fairly serious"),
    Level.ORANGE: ("Ⅱ级，严重", "level II, serious"),
    Level.RED: ("Ⅰ级，特别严重", "level I, extremely serious"),
}
_OVER = {
    Step.CLEAR: (
        "预警已解除。返回前请确认道路和房屋安全，并继续留意后续消息。",
        "The warning is over. Make sure that roads and houses are safe before going back, "
        "and keep watching for news.",
    ),
    Step.VOID: (
        "此前的预警发布有误，不必按其行动，已转移的人员请听从现场安排返回。其他预警仍然有效。",
        "The warning sent before was a mistake: do not act on it. If you have left, go back as "
        "you are told on site. All other warnings stand.",
    ),
}

_INSTRUCTION: dict[Hazard, dict[Step, tuple[str, str]]] = {
    Hazard.RAINSTORM: {
        Step.WATCH: (
            "留意雨情和后续预警，暂缓前往山谷、河边和低洼处。",
            "Watch the rain and further warnings; put off trips to valleys, rivers and low ground.",
        ),
        Step.READY: (
            "低洼处和山坡下的人员做好转移准备，避开积水路段，不要涉水或驾车过水。",
            "On low ground and below slopes, get ready to leave. Keep off flooded roads, "
            "on foot and by car.",
        ),
        Step.LEAVE: (
            "低洼处和山坡下的人员立即转移到安全处，其他人员留在坚固建筑内不要外出。",
            "On low ground and below slopes, leave now for a safe place. Everyone else, "
            "stay inside solid buildings.",
        ),
    },
    Hazard.FLASH_FLOOD: {
        Step.WATCH: (
            "不要在河道和溪边停留或露营，留意水位和后续预警。",
            "Do not stay or camp beside streams; watch the water and further warnings.",
        ),
        Step.READY: (
            "沿河低处人员备好随身物品，一接通知就向高处转移，照看好老人和儿童。",
            "Low beside the stream, pack what you need and be ready to go up to high "
            "ground. Look after children and the old.",
        ),
        Step.LEAVE: (
            "沿河低处人员立即按预定路线向高处转移，不要顺河道跑，不要过河，不要返回取物。",
            "Low beside the stream, go up to high ground now by the planned way. Do not "
            "run along the stream, cross it, or go back for belongings.",
        ),
    },
    Hazard.RIVER_FLOOD: {
        Step.WATCH: (
            "远离河岸和滩地，留意水位和后续预警。",
            "Keep away from river banks; watch the water and further warnings.",
        ),
        Step.READY: (
            "沿河低洼处人员做好转移准备，把贵重物品和牲畜移到高处。",
            "On low ground by the river, get ready to leave; move valuables and livestock up.",
        ),
        Step.LEAVE: (
            "沿河低洼处人员立即转移到指定安置点，不要靠近堤防，不要涉水。",
            "On low ground by the river, leave now for the named shelter. Keep off the "
            "dykes and out of the water.",
        ),
    },
    Hazard.WATERLOGGING: {
        Step.WATCH: (
            "留意积水路段，地下车库和地下室做好挡水准备。",
            "Look out for flooded streets; prepare barriers for garages and cellars.",
        ),
        Step.READY: (
            "避开下穿通道、地下车库和积水路段，地下场所人员做好撤离准备。",
            "Keep out of underpasses, underground garages and flooded streets. "
            "Underground, get ready to leave.",
        ),
        Step.LEAVE: (
            "地下场所和积水处人员立即撤到高处，远离电器设备，不要涉水或驾车过水。",
            "Underground and in flooded places, leave now for higher ground. Keep away "
            "from electrical equipment; do not walk or drive through water.",
        ),
    },
    Hazard.STORM_SURGE: {
        Step.WATCH: (
            "远离海堤和滩涂，海上作业人员留意潮位和后续预警。",
            "Keep away from sea walls and mud flats; at sea, watch the tide and further warnings.",
        ),
        Step.READY: (
            "沿海低处人员做好转移准备，船只回港加固，海上作业人员上岸。",
            "On low coast, get ready to leave. Bring boats in and make them fast; come ashore.",
        ),
        Step.LEAVE: (
            "沿海低处和海堤外人员立即转移到指定安置点，不要到海边观潮。",
            "On low coast and outside sea walls, leave now for the named shelter. Do not "
            "go to look at the sea.",
        ),
    },
    Hazard.LANDSLIDE: {
        Step.WATCH: (
            "留意坡体裂缝、掉块和房屋变形，发现异常立即报告。",
            "Look out for cracks, falling stones and bent walls; report them at once.",
        ),
        Step.READY: (
            "受威胁范围内人员做好转移准备，夜间安排专人值守。",
            "Within reach of the slope, get ready to leave; keep a watch at night.",
        ),
        Step.LEAVE: (
            "受威胁范围内人员立即按预定路线撤离，向滑坡两侧跑，解除前不要返回。",
            "Within reach of the slope, leave now by the planned way, to the side of the "
            "slide. Do not go back before the all-clear.",
        ),
    },
    Hazard.DEBRIS_FLOW: {
        Step.WATCH: (
            "不要在沟谷内停留，留意沟水变浑、断流和异常响声。",
            "Do not stay in gullies; look out for muddy or stopped water and strange noise.",
        ),
        Step.READY: (
            "沟谷和沟口人员做好转移准备，夜间不要在沟边过夜。",
            "In gullies and at their mouths, get ready to leave; do not sleep there.",
        ),
        Step.LEAVE: (
            "沟谷和沟口人员立即向两侧高处转移，不要顺沟跑，解除前不要返回。",
            "In gullies and at their mouths, climb to the side now, not along the gully. "
            "Do not go back before the all-clear.",
        ),
    },
    Hazard.FOREST_FIRE: {
        Step.WATCH: (
            "林区注意用火安全，发现烟火立即报告。",
            "Take care with fire in the forest; report smoke or flames at once.",
        ),
        Step.READY: (
            "林区停止一切野外用火，林缘居民做好转移准备。",
            "Light no fire in the forest. At its edge, get ready to leave.",
        ),
        Step.LEAVE: (
            "林内和林缘人员立即按预定路线撤离，避开下风方向，不要自行扑火。",
            "In the forest and at its edge, leave now by the planned way, not downwind. "
            "Do not fight the fire yourselves.",
        ),
    },
    Hazard.FIRE_DANGER: {  # nothing burns yet: nobody is asked to leave
        Step.WATCH: (
            "天气干燥，进林区不带火种，不吸烟，不烧荒。",
            "The weather is dry: take no fire into the forest, and burn nothing near it.",
        ),
        Step.READY: (
            "林区禁止一切野外用火，无关人员不要进山，发现烟火立即报告。",
            "No fire in the open in or near the forest; stay out of it if you can. Report smoke at "
            "once.",
        ),
    },
}
