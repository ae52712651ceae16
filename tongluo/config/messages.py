"""What the `messages:` block may say: a site's own words, in place of the project's."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from dissemination.messages import Template
from dissemination.sms_text import FIELDS, BadTemplate, check_template
from tongluo.config.areas import PlaceKind
from tongluo.config.types import LevelWord, Model, refuse
from tongluo.core.words import Hazard, Level

Audience = Literal["staff", "responders", "contacts", "schools", "residents"]


class MessageIn(Model):
    """One template; what is left out fits everything. The first that fits is used."""

    hazards: tuple[Hazard, ...] | None = None
    levels: tuple[LevelWord, ...] | None = None
    channels: tuple[str, ...] | None = Field(default=None, description="kinds of channels")
    audiences: tuple[Audience, ...] | None = None
    places: tuple[PlaceKind, ...] | None = Field(
        default=None, description="kinds of the place where somebody is registered"
    )
    all_clear: bool = Field(default=False, description="the text of a warning's end")
    zh: str = Field(
        default="",
        description="pieces parted by `|`, with {news}, {place}, {hazard}, {level}, {action},"
        " {why}, {sender}, {until}; must name the place and {action}",
    )
    en: str = ""

    @field_validator("zh", "en")
    @classmethod
    def _template(cls, words: str) -> str:
        try:
            if words:
                check_template(words)
        except BadTemplate as error:
            raise refuse(f"template_{error.code}", fields=", ".join(FIELDS)) from None
        return words

    @model_validator(mode="after")
    def _said(self) -> MessageIn:
        if not self.zh and not self.en:
            raise refuse("message_empty")
        return self

    def template(self) -> Template:
        """As the channels use it."""
        return Template(
            self.zh,
            self.en,
            frozenset(self.hazards or ()),
            frozenset(Level.parse(word) for word in self.levels or ()),
            frozenset(self.channels or ()),
            frozenset(self.audiences or ()),
            frozenset(self.places or ()),
            self.all_clear,
        )
