"""Help teaches, in both languages, and nothing is left without words."""

from __future__ import annotations

import string
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.unit.cli.conftest import Call
from tongluo.cli.app import COMMANDS, build, command_at
from tongluo.cli.texts import LANGUAGES, TEXTS, say, use


def test_the_list_of_commands_is_complete(call: Call) -> None:
    ended = call("--help")
    assert ended.code == 0
    for words in COMMANDS:
        assert words.split()[0] in ended.out


def test_the_language_may_be_chosen_anywhere(call: Call) -> None:
    assert "预警送到人" in call("--language", "zh-CN", "--help").out
    assert "检查配置文件" in call("check", "--help", "--language=zh-CN").out


def test_the_language_follows_the_environment(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGLUO_LANGUAGE", "zh-CN")
    assert "预警送到人" in call("--help").out
    monkeypatch.delenv("TONGLUO_LANGUAGE")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert "warnings to people out" in call("--help").out


def test_an_unknown_language_is_a_wrong_use(call: Call) -> None:
    ended = call("--language", "fr", "check")
    assert ended.code == 2
    assert "en | zh-CN" in ended.err


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_teaches_by_an_example(call: Call, words: str, language: str) -> None:
    ended = call(*words.split(), "--help", "--language", language)
    assert ended.code == 0
    assert ("例：tongluo" if language == "zh-CN" else "Example: tongluo") in ended.out
    assert f"tongluo {words}" in " ".join(ended.out.split())


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_has_its_text(words: str) -> None:
    tree = build(words.split())
    for word in words.split():
        tree = tree.commands[word]
    assert all(option.help for option in tree.params)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_place_in_the_table_is_a_function(words: str) -> None:
    assert callable(command_at(COMMANDS[words]))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_the_same_values(key: str) -> None:
    english, chinese = TEXTS[key]
    assert english and chinese
    assert fields(english) == fields(chinese)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    yield
    use("en")


def test_a_text_is_said_in_the_chosen_language() -> None:
    use("zh-CN")
    assert say("no_gaps", cadence="5 min") == "没有超过 2 × 5 min 的缺口"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from tongluo.cli.app import build; build(['--help']);"
        "print([m for m in ('numba', 'numpy', 'matplotlib', 'pyarrow', 'pydantic', 'paho')"
        " if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_no_command_at_all_shows_help(call: Call) -> None:
    ended = call()
    assert "tongluo check" in ended.out + ended.err
