"""How long short messages of this site become: each hazard, level and audience, in sample texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dissemination import sms_text
from dissemination.channels import CHANNELS
from dissemination.channels.sms import Messages
from dissemination.messages import Spoken, Template, own
from dissemination.sms_text import Coding, Size
from dissemination.targeting.entries import AUDIENCES
from tongluo.config.areas import AreaIn
from tongluo.config.models import Config
from tongluo.core.warning import Area, Sender, WarningVersion
from tongluo.core.words import GRADES, Act, Hazard, Level, Status

MOST = 5
"""Areas that are tried: those with most to say."""
WHY = {
    "zh": "监测站 3 小时累计降雨量 128.5 毫米，超过红色阈值 120 毫米。",
    "en": "128.5 mm of rain in 3 h at a station, above the red threshold of 120 mm.",
}


@dataclass(frozen=True)
class Sms:
    """A configured channel of short messages."""

    name: str
    kind: str
    language: str
    parts: int
    template: str
    signature: str
    coding: Coding | None


@dataclass(frozen=True)
class Longest:
    """The longest text of a channel."""

    channel: str
    size: Size
    audience: str
    hazard: Hazard
    level: Level
    area: str


def short_messages(config: Config) -> Iterator[Sms]:
    """Channels of short messages whose options can be read."""
    for name, given in config.channels.items():
        model = CHANNELS[given.kind].options if given.kind in CHANNELS else None
        if model is None or not issubclass(model, Messages):
            continue
        try:
            o = model.model_validate(given.options)
        except ValueError:
            continue
        coding: Coding | None = "ucs2" if given.kind == "kannel" else None
        yield Sms(name, given.kind, o.language, o.parts, o.template, o.signature, coding)


def longest_areas(config: Config) -> list[AreaIn]:
    """The areas with most to say."""
    found = sorted(config.areas, key=lambda a: len(a.name) + len(a.plan) + len(a.plan_en))
    return found[-MOST:]


def sample(
    config: Config, area: AreaIn, hazard: Hazard, level: Level, *, over: bool = False
) -> WarningVersion:
    """A warning as this site would send it."""
    s = config.site.sender
    where = Area(area.id, area.name, area.name_en, area.people, plan=area.plan,
                 plan_en=area.plan_en)  # fmt: skip
    made = WarningVersion(
        "sample.v1", "sample", 1, Act.ISSUE, Status(config.site.status), hazard, level, Level.NONE,
        where, Sender(s.id, s.name, s.name_en), 0, 0, 0, "UTC", WHY,
    )  # fmt: skip
    return replace(made, act=Act.CANCEL, previous=level, level=Level.NONE) if over else made


def longest(config: Config) -> list[Longest]:
    """The longest text of each channel of short messages, over what the rules can raise."""
    templates = [message.template() for message in config.messages]
    hazards = sorted({rule.hazard for rule in config.rules if rule.hazard.issued})
    found = []
    for channel in short_messages(config):
        texts = [
            Longest(channel.name, size, audience, hazard, level, area.id)
            for area in longest_areas(config)
            for hazard in hazards
            for level in GRADES
            for audience in AUDIENCES
            if (size := _size(channel, audience, sample(config, area, hazard, level), templates))
        ]  # fmt: skip
        if texts:
            found.append(max(texts, key=lambda one: (one.size.parts, one.size.units)))
    return found


def _size(
    channel: Sms, audience: str, about: WarningVersion, templates: Sequence[Template]
) -> Size | None:
    """None where it does not fit: that is a fault of its own."""
    to = Spoken(audience)
    words = own(templates, about, channel.kind, to, channel.language)
    try:
        text = sms_text.fit(about, channel.language, channel.parts, words or channel.template,
                            channel.signature, channel.coding, audience)  # fmt: skip
    except ValueError:
        return None
    return sms_text.size(text, channel.coding)
