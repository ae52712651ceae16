"""Each tiny wrong file is refused with exactly the lines in the .txt beside it, in both languages.

`wrong/NAME.txt`: the English lines, an empty line, the Chinese lines.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tongluo.config.load import load
from tongluo.config.texts_en import EN
from tongluo.config.texts_zh import ZH
from tongluo.core.errors import ConfigError

WRONG = Path(__file__).parent / "wrong"
FILES = sorted(WRONG.glob("*.yaml"))
LANGUAGES = ("en-US", "zh-CN")
SHAPE = re.compile(r"^\S+:\d+: .+?: .+ -> .+$")
ELSEWHERE = {"unreadable", "too_deep", "not_yaml", "refused"}
"""Faults that are no small file: tested below, or the last resort for what is not foreseen."""
REMARKS = set(list(EN)[list(EN).index("not_in_force") :])
JARGON = ("Input should", "valid ", "Value error", "validation", "NoneType", "Traceback", "tuple")


def faults(path: Path, language: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(path, language)
    return [line.removeprefix(f"{path.parent}/") for line in refused.value.faults]


def expected(path: Path) -> list[list[str]]:
    blocks = path.with_suffix(".txt").read_text(encoding="utf-8").strip().split("\n\n")
    return [block.split("\n") for block in blocks]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_wrong_file_is_refused_with_its_lines(path: Path) -> None:
    assert [faults(path, language) for language in LANGUAGES] == expected(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_lines_are_for_people_and_each_place_is_told_once(path: Path) -> None:
    english, chinese = expected(path)
    assert all(SHAPE.match(line) for line in (*english, *chinese))
    assert not [word for line in english for word in JARGON if word in line]
    places = [tuple(line.split(": ")[:2]) for line in english]
    assert len(places) == len(set(places))
    assert [line.split(": ")[0] for line in chinese] == [place for place, _ in places]


def test_there_are_no_expectations_without_a_file() -> None:
    assert {p.stem for p in WRONG.glob("*.txt")} == {p.stem for p in FILES}
    assert len(FILES) >= 45


def pattern(text: str) -> str:
    text = text.replace("{{", "\0").replace("}}", "\1")
    fixed = [part.replace("\0", "{").replace("\1", "}") for part in re.split(r"\{\w+\}", text)]
    return ".*".join(map(re.escape, fixed))


@pytest.mark.parametrize("code", sorted(set(EN) - ELSEWHERE - REMARKS))
def test_every_fault_has_its_file(code: str) -> None:
    told = [line for path in FILES for line in expected(path)[0]]
    line = re.compile(f".*: {' -> '.join(map(pattern, EN[code]))}")
    assert any(line.fullmatch(one) for one in told)


def test_both_languages_have_the_same_words_with_the_same_gaps() -> None:
    assert list(EN) == list(ZH)
    gaps = re.compile(r"(?<!\{)\{(\w+)\}")
    for code, texts in EN.items():
        english, chinese = (set(gaps.findall(" ".join(t))) for t in (texts, ZH[code]))
        assert chinese <= english, code
        assert not english - chinese, code


def test_many_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    lines = [int(line.split(":")[1]) for line in faults(WRONG / "several-at-once.yaml", "en-US")]
    assert len(lines) == 9
    assert lines == sorted(lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_secret_is_never_shown(path: Path, language: str) -> None:
    assert "gong-2026" not in "\n".join(faults(path, language))


def test_the_secrets_are_really_there() -> None:
    assert sum(b"gong-2026" in path.read_bytes() for path in FILES) == 4


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    missing = tmp_path / "stations.yaml"
    assert faults(missing, "en-US") == [
        "stations.yaml:1: file: cannot be read: No such file or directory"
        " -> check the path and its permissions"
    ]
    (folder := tmp_path / "a").mkdir()
    assert faults(folder, "zh-CN") == ["a:1: file: 无法读取：这是一个文件夹 -> 检查路径和权限"]


def test_brackets_without_end_are_told(tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text("a: " + "[" * 1000, encoding="utf-8")
    (line,) = faults(path, "en-US")
    assert line.startswith("deep.yaml:1: file: ")
