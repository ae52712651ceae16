"""A site's own messages: templates by hazard, level, kind of channel, audience and kind of place.

The first that fits is used; where none does, the channel's own template, then the project's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dissemination.texts import tongue
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Hazard, Level


@dataclass(frozen=True)
class Spoken:
    """Whom a message speaks to, and where he is."""

    audience: str = "residents"
    place: str = ""
    """Kind of the place he is registered at: school, campsite, .."""
    plan: str = ""
    """That place's own plan, in place of the warned area's."""
    plan_en: str = ""

    def hears(self, warning: WarningVersion) -> WarningVersion:
        """The warning with the plan of his own place."""
        if not self.plan and not self.plan_en:
            return warning
        area = replace(warning.area, plan=self.plan, plan_en=self.plan_en)
        return replace(warning, area=area)


RESIDENT = Spoken()


@dataclass(frozen=True)
class Template:
    """One template; an empty set fits everything."""

    zh: str = ""
    en: str = ""
    hazards: frozenset[Hazard] = frozenset()
    levels: frozenset[Level] = frozenset()
    channels: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    all_clear: bool = False
    """It is the text of a warning's end, and of nothing else. That one was a mistake is never said
    in a site's words, which were not written for it."""

    def fits(self, warning: WarningVersion, channel: str, to: Spoken, language: str) -> bool:
        """Whether it is meant for this one, and written in this language."""
        asked: tuple[tuple[frozenset[object], object], ...] = (
            (frozenset(self.hazards), warning.hazard),
            (frozenset(self.levels), warning.level),
            (frozenset(self.channels), channel),
            (frozenset(self.audiences), to.audience),
            (frozenset(self.places), to.place),
        )
        over = warning.act is Act.CANCEL
        if over is not self.all_clear or warning.mistaken or not self.words(language):
            return False
        return all(not known or value in known for known, value in asked)

    def words(self, language: str) -> str:
        """The template in a language; "" where there is none."""
        return self.zh if tongue(language) == "zh" else self.en


def own(
    templates: Iterable[Template],
    warning: WarningVersion,
    channel: str,
    to: Spoken,
    language: str,
) -> str:
    """The words of the first template that fits; "" when none does."""
    fitting = (t for t in templates if t.fits(warning, channel, to, language))
    return next((t.words(language) for t in fitting), "")


@dataclass(frozen=True)
class Wording:
    """Whose words a kind of channel says, and to whom."""

    templates: Sequence[Template] = ()
    kind: str = ""
    to: Spoken = RESIDENT

    def own(self, warning: WarningVersion, language: str) -> str:
        """The site's own template; "" where it has none, or must not change another's words."""
        if warning.relayed is not None:
            return ""
        return own(self.templates, warning, self.kind, self.to, language)


PLAIN = Wording()
