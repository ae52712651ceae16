"""Cross-checks of sources: their topics, codecs and the codecs' options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from ingest.codecs import CODECS
from tongluo.config.faults import Fault, Path, shown
from tongluo.config.models import Config, SourceIn
from tongluo.config.tables import build_codec
from tongluo.config.texts import choice

_EXPRESSION = re.compile(r"'(.*)' is not a JMESPath expression", re.DOTALL)
PLACES = ("{station}", "{quantity}")


def sources(config: Config) -> Iterator[Fault]:
    """Every source by itself, and against those above it."""
    for n, source in enumerate(config.sources):
        yield from _topic(("sources", n, "topic"), source.topic)
        yield from _codec(("sources", n), source)
        before = (s.topic for s in config.sources[:n] if covers(s.topic, source.topic))
        for other in list(before)[:1]:
            yield Fault(("sources", n, "topic"), "topic_covered", {"other": other})


def _topic(path: Path, topic: str) -> Iterator[Fault]:
    levels = topic.split("/")
    if "#" in levels[:-1]:
        yield Fault(path, "topic_hash")
    for level in levels:
        if level not in (*PLACES, "+", "#") and set(level) & set("{}+#"):
            yield Fault(path, "topic_level", {"level": level})
    for place in PLACES:
        if levels.count(place) > 1:
            yield Fault(path, "topic_twice", {"name": place})


def covers(wide: str, narrow: str) -> bool:
    """Whether every topic of one filter is also one of the other.

    >>> covers("ews/+/{quantity}", "ews/a/rain"), covers("a/#", "a/{station}"), covers("a/b", "a/+")
    (True, True, False)
    """
    left, right = wide.split("/"), narrow.split("/")
    for n, level in enumerate(left):
        if level == "#":
            return True
        if n >= len(right) or right[n] == "#":
            return False
        if level not in (*PLACES, "+", right[n]):
            return False
    return len(left) == len(right)


def _codec(path: Path, source: SourceIn) -> Iterator[Fault]:
    if source.codec not in CODECS:
        values = {"name": source.codec, "choice": choice(source.codec, CODECS)}
        yield Fault((*path, "codec"), "no_codec", values)
        return
    known = codec_options(source.codec)
    wrong = [name for name in source.options if name not in known]
    for name in wrong:
        code = "no_option" if known else "no_options"
        values = {"name": source.codec, "choice": choice(name, known)}
        yield Fault((*path, "options", name), code, values)
    missing = [name for name, needed in known.items() if needed and name not in source.options]
    for name in missing:
        yield Fault((*path, "options", name), "missing", {"key": name})
    if not wrong and not missing:
        yield from _built((*path, "options"), source)


def codec_options(codec: str) -> dict[str, bool]:
    """Option -> whether it must be given.

    >>> codec_options("jmespath")["values"], codec_options("native")
    (True, {})
    """
    parameters = inspect.signature(CODECS[codec]).parameters.values()
    return {p.name: p.default is p.empty for p in parameters if p.kind is not p.VAR_KEYWORD}


def _built(path: Path, source: SourceIn) -> Iterator[Fault]:
    """What the codec itself refuses; it says `option: why` or `option.key: why`."""
    try:
        build_codec(source.codec, source.options)
    except (ValueError, TypeError, AttributeError) as error:
        place, colon, why = str(error).partition(": ")
        if not colon or place.split(".")[0] not in source.options:
            place, why = "", str(error)
        where = (*path, *place.split(".", 1)) if place else path
        expression = _EXPRESSION.match(why)
        if expression:
            yield Fault(where, "expression", {"value": shown(where, expression[1])})
        else:
            yield Fault(where, "codec_refused", {"detail": shown(where, why)})
