"""One warning version as the page gets it: all its words in both languages, said once, here."""

from __future__ import annotations

from typing import Any

from dissemination import cap, texts
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level, Status

LANGUAGES = ("zh-CN", "en-US")


def shown(number: int, warning: WarningVersion) -> dict[str, Any]:
    """The version for JSON. number: its place on the feed, the id of its event there."""
    urgency, _ = cap.GRADE.get(warning.level, ("Unknown", "Unknown"))
    return {
        "number": number,
        "id": warning.identifier,
        "event": warning.event,
        "version": warning.version,
        "act": warning.act.value,
        "exercise": warning.status is Status.EXERCISE,
        "mistaken": warning.mistaken,
        "hazard": warning.hazard.value,
        "level": shown_level(warning).word,
        "previous": warning.previous.word,
        "urgency": "Past" if warning.act is Act.CANCEL else urgency,
        "step": texts.step(warning).value,
        "area": warning.area.id,
        "sent": warning.sent,
        "onset": warning.onset,
        "expires": warning.expires,
        "zone": warning.zone,
        "contact": warning.sender.contact,
        "cap": f"/cap/{warning.identifier}.xml",
        "texts": {language: words(warning, language) for language in LANGUAGES},
    }


def shown_level(warning: WarningVersion) -> Level:
    """The level to show: of an all-clear, the one it ends."""
    return warning.previous if warning.act is Act.CANCEL else warning.level


def words(warning: WarningVersion, language: str) -> dict[str, str]:
    """Place, hazard, what to do, who says so; of an exercise, the word first and last (law 6)."""
    return {
        "place": texts.place(warning, language),
        "hazard": texts.event(warning, language),
        "headline": texts.headline(warning, language),
        "news": texts.news(warning, language, texts.place(warning, language)),
        "asked": texts.asked(warning, language),
        "todo": texts.told(warning, language),
        "why": texts.description(warning, language),
        "sender": texts.sender_name(warning, language),
        "policy": warning.policy,
        "note": texts.note(warning),
    }
