"""Cross-checks of a site's own messages: the channels they name, and whether they fit there."""

from __future__ import annotations

from collections.abc import Iterator

from dissemination import sms_text
from dissemination.channels import CHANNELS
from tongluo.config.faults import Fault, Path
from tongluo.config.lengths import Sms, longest_areas, sample, short_messages
from tongluo.config.messages import MessageIn
from tongluo.config.models import Config
from tongluo.config.texts import choice
from tongluo.core.words import GRADES, Hazard, Level


def messages(config: Config) -> Iterator[Fault]:
    """Every template by itself."""
    for n, message in enumerate(config.messages):
        for k, kind in enumerate(message.channels or ()):
            if kind not in CHANNELS:
                values = {"name": kind, "choice": choice(kind, CHANNELS)}
                yield Fault(("messages", n, "channels", k), "no_kind", values)
        if message.all_clear and message.levels:
            yield Fault(("messages", n, "levels"), "levels_of_all_clear")


def lengths(config: Config) -> Iterator[Fault]:
    """Templates that are too long for a channel they are meant for, whatever is left out."""
    for n, message in enumerate(config.messages):
        for channel in short_messages(config):
            if not message.channels or channel.kind in message.channels:
                yield from _length(("messages", n), config, message, channel)


def _length(where: Path, config: Config, message: MessageIn, channel: Sms) -> Iterator[Fault]:
    key = "zh" if channel.language.startswith("zh") else "en"
    words = getattr(message, key)
    hazards = [h for h in message.hazards or tuple(Hazard) if h.issued]
    levels = [Level.parse(word) for word in message.levels or ()] or list(GRADES)
    for area in longest_areas(config) if words else ():
        for hazard in hazards:
            for level in levels:
                about = sample(config, area, hazard, level, over=message.all_clear)
                try:
                    sms_text.fit(about, channel.language, channel.parts, words, channel.signature,
                                 channel.coding)  # fmt: skip
                except ValueError:
                    values = {"name": channel.name, "parts": channel.parts, "area": area.id}
                    yield Fault((*where, key), "message_long", values)
                    return
