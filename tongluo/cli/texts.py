"""What the command line says, in English and Chinese; the two tables beside this hold the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar

from tongluo.cli.texts_acts import ACTS
from tongluo.cli.texts_coverage import COVERAGE
from tongluo.cli.texts_fit import FIT
from tongluo.cli.texts_help import HELP
from tongluo.cli.texts_nab import NAB
from tongluo.cli.texts_qc import QC
from tongluo.cli.texts_register import REGISTER
from tongluo.cli.texts_report import REPORT
from tongluo.cli.texts_said import SAID
from tongluo.cli.texts_tasks import TASKS
from tongluo.core.words import Hazard, Level

LANGUAGES = ("en", "zh-CN")
TEXTS: dict[str, tuple[str, str]] = {
    **HELP,
    **ACTS,
    **FIT,
    **SAID,
    **NAB,
    **QC,
    **REGISTER,
    **REPORT,
    **COVERAGE,
    **TASKS,
}
_chosen: ContextVar[str] = ContextVar("language", default="en")


def choose(args: Sequence[str], environ: Mapping[str, str]) -> tuple[str, list[str]]:
    """(language, arguments without `--language X`); X may stand anywhere.

    Without the option: TONGLUO_LANGUAGE, then the locale's variables; English by default.

    >>> choose(["check", "--language", "zh-CN"], {})
    ('zh-CN', ['check'])
    >>> choose(["check"], {"LANG": "zh_CN.UTF-8"})[0], choose([], {"LANG": "C"})[0]
    ('zh-CN', 'en')
    """
    rest = list(args)
    for n, word in enumerate(rest):
        name, equals, value = word.partition("=")
        if name != "--language":
            continue
        value = value if equals else "".join(rest[n + 1 : n + 2])
        if value in LANGUAGES:
            del rest[n : n + (1 if equals else 2)]
            return value, rest
    names = ("TONGLUO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    told = next((environ[name] for name in names if environ.get(name)), "")
    return ("zh-CN" if told.lower().startswith("zh") else "en"), rest


def use(language: str) -> None:
    """Speak this language from now on."""
    _chosen.set(language)


def chinese() -> bool:
    """Whether Chinese is spoken."""
    return _chosen.get() == "zh-CN"


def config_language() -> str:
    """The chosen language by the name that `tongluo.config` has for it.

    >>> config_language()
    'en-US'
    """
    return "zh-CN" if chinese() else "en-US"


def say(key: str, **values: object) -> str:
    """The text of a key with its values put in; KeyError when there is none.

    >>> say("none")
    'none'
    """
    return TEXTS[key][chinese()].format(**values) if values else TEXTS[key][chinese()]


def word(group: str, name: str) -> str:
    """The text of `group_name`; the name itself where this part does not know it yet.

    >>> word("condition", "silent"), word("condition", "drifting")
    ('silent', 'drifting')
    """
    key = f"{group}_{name}"
    return say(key) if key in TEXTS else name


def level_word(level: Level) -> str:
    """A level as people read it.

    >>> level_word(Level.RED)
    'red'
    """
    return level.zh if chinese() else level.word


def hazard_word(hazard: str) -> str:
    """A hazard as people read it.

    >>> hazard_word("flash_flood")
    'flash flood'
    """
    known = Hazard(hazard)
    return known.zh if chinese() else known.en
