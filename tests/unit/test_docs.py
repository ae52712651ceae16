"""The documentation says what is: links, commands, examples, pages made from the code."""

from __future__ import annotations

import ast
import doctest
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from detectors import DETECTORS
from docs import chain_pictures, make, markdown
from docs.at_work import album, scene
from docs.at_work.scene import digest, play
from tongluo.cli.app import COMMANDS, build
from tongluo.config import coupled, models, types
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.words import Fate
from tongluo.store.schema import migrate

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("replay_data/**/*.md")])
CHAINS = ROOT / "docs" / "chains.md"
NAMED = ("profiles", "thresholds", "channels")
INSTALLED = ("/etc/", "/opt/tongluo", "/usr/", "/var/lib/tongluo", "/backup/", "/cgi-bin/", "/iot/",
             "/api/", "/cap/", "/var/spool/gammu/")  # fmt: skip
"""Where a page may place things."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def code(text: str) -> Iterator[str]:
    """What a page shows as code: fenced lines and spans."""
    fences = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    yield from (line for fence in fences for line in fence.splitlines())
    spans = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    yield from (" ".join(span.split()) for span in spans)


# links


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)", text)
    gone = [x for x in links if "://" not in x and not (page.parent / x).exists()]
    assert gone == []


def test_every_page_can_be_reached_from_the_index() -> None:
    seen, wanted = set[Path](), [ROOT / "docs" / "README.md"]
    while wanted:
        page = wanted.pop()
        seen.add(page)
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            to = (page.parent / link).resolve()
            found = sorted(to.glob("*.md")) if to.is_dir() and "://" not in link else [to]
            wanted += [p for p in found if p.suffix == ".md" and p.exists() and p not in seen]
    assert {p for p in ROOT.glob("docs/**/*.md") if p.parent.name != "adr"} <= seen


# commands


def calls(page: Path) -> Iterator[list[str]]:
    for line in code(page.read_text(encoding="utf-8")):
        for said in re.findall(r"(?:^|[^\w/.-])(?:\./gong|tongluo) +([^|;#>`()]*)", line):
            words = said.removeprefix("tongluo ").split()  # `docker compose exec tongluo tongluo`
            if words and re.fullmatch(r"[a-z]+|--language", words[0]):
                yield words


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_named_exists_with_its_options(page: Path) -> None:
    for words in calls(page):
        if words[0] == "test":
            continue  # ./gong's own
        groups = {name.split()[0] for name in COMMANDS if " " in name}
        told = " ".join(words[:2]) if words[0] in groups and len(words) > 1 else words[0]
        assert told in COMMANDS or told in groups, f"tongluo {' '.join(words)}"
        if told in COMMANDS:
            known = options(told)
            named = {w.split("=")[0] for w in words if w.startswith("--")}
            assert named <= known, f"tongluo {' '.join(words)}: {named - known}"


def options(told: str) -> set[str]:
    command: Any = build(told.split())
    names = {name for option in command.params for name in option.opts}
    for word in told.split():
        command = command.commands[word]
    return names | {name for option in command.params for name in option.opts}


def test_commands_are_found_where_there_are_some() -> None:
    found = [" ".join(c[:2]) for c in calls(ROOT / "docs" / "operations.md")]
    assert {"doctor --config", "show stations", "replay CASE"} <= set(found)


# examples of configuration


def part(base: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """A part of a file added to a whole one: lists grow, named blocks join, settings change."""
    out = dict(base)
    for key, value in said.items():
        out[key] = [*base.get(key, []), *value] if isinstance(value, list) else value
        if isinstance(value, dict) and (key in NAMED or key == "site"):
            out[key] = {**base.get(key, {}), **value}
    return out


def examples() -> Iterator[Any]:
    for page in PAGES:
        for n, text in enumerate(blocks(page, "yaml")):
            yield pytest.param(text, id=f"{name_of(page)}-{n}")


@pytest.mark.parametrize("text", list(examples()))
def test_every_example_passes_the_check(text: str, tmp_path: Path) -> None:
    yaml = YAML(typ="safe")
    page = CHAINS if text in blocks(CHAINS, "yaml") else ROOT / "docs" / "configuration.md"
    base = yaml.load(blocks(page, "yaml")[0])
    said = yaml.load(text)
    assert set(said) <= set(models.Config.model_fields)
    whole = base if said == base else part(base, said)
    path = tmp_path / "stations.yaml"
    path.write_text(json.dumps(whole, ensure_ascii=False, default=str), encoding="utf-8")
    assert load(path).config.stations


def test_all_examples_of_chains_are_one_good_file(tmp_path: Path) -> None:
    whole: dict[str, Any] = {}
    for said in chain_pictures.parts():
        whole = part(whole, said)
    path = tmp_path / "stations.yaml"
    path.write_text(json.dumps(whole, ensure_ascii=False, default=str), encoding="utf-8")
    loaded = load(path)
    found = {chain.id for chain in plan(loaded.config, loaded.digest).chains}
    assert found == {chain["id"] for chain in chain_pictures.chains()}
    assert len(found) == 7
    assert loaded.remarks("2026-07-01") == []


def test_the_drawing_of_chains_is_what_their_examples_say() -> None:
    assert chain_pictures.mermaid() in CHAINS.read_text(encoding="utf-8")
    assert chain_pictures.svg() == chain_pictures.svg()


def test_every_key_of_the_file_is_explained() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    keys = {
        field.alias or name
        for kind in (*vars(models).values(), *vars(types).values(), *vars(coupled).values())
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name, field in kind.model_fields.items()
    }
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", text)) == []


# the rest


def test_made_pages_and_pictures_are_what_the_code_says() -> None:
    assert sorted(make.stale(write=False)) == [], "run: python -m docs.make"


def test_every_registered_detector_has_a_scene_of_one_family() -> None:
    named = [name for family in album.FAMILIES.values() for name in family]
    assert sorted(named) == sorted(DETECTORS), "add it to a table in docs/at_work"


@pytest.mark.parametrize("name", sorted(album.SCENES))
def test_a_picture_of_a_detector_is_small_and_its_page_shows_it(name: str) -> None:
    picture = ROOT / "docs" / album.path(name)
    page = (ROOT / "docs" / "detectors" / f"{name}.md").read_text(encoding="utf-8")
    assert picture.stat().st_size < 60_000
    assert f"(../{album.path(name)})" in page
    said = " ".join(page.split())
    assert all(text in said for text in album.SCENES[name].see)


@pytest.mark.parametrize("name", ["stage_levels", "rain_windows"])
def test_a_picture_of_other_levels_or_readings_is_stale(name: str) -> None:
    shown, detector = album.SCENES[name], DETECTORS[name]
    mark = album.picture(name)[0]
    first = shown.shown()[0]
    value = first.value.copy()
    value[len(value) // 2] += 1
    other = replace(shown, series=(replace(first, value=value),))
    assert digest(name, shown, play(detector, shown)) == mark
    assert digest(name, other, play(detector, other)) != mark
    higher = replace(shown, levels={"red": shown.levels["red"]})
    assert digest(name, higher, play(detector, higher)) != mark
    assert not album.is_fresh(ROOT / "docs" / album.path(name), "another mark")


def test_the_same_picture_has_the_same_bytes() -> None:
    _, draw = album.picture("stage_levels")
    assert draw() == draw()


@pytest.mark.parametrize("name", sorted(album.SCENES))
def test_a_scene_shows_the_detector_at_work(name: str) -> None:
    levels = set(play(DETECTORS[name], album.SCENES[name]).level.tolist())
    assert len(levels & {1, 2, 3, 4}) >= 2


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_number_of_detectors_is_told_as_it_is(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    (told,) = re.findall(r"\[(\d+)[^\]]*\]\(docs/detectors/README\.md\)", text)
    assert int(told) == len(DETECTORS)


def test_the_maker_keeps_its_own_examples() -> None:
    for module in (markdown, scene):
        failed, tried = doctest.testmod(module)
        assert (failed, tried > 0) == (0, True)


def test_every_code_of_a_reject_is_explained() -> None:
    told = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "rejects.md").read_text(encoding="utf-8")))
    files = [*(ROOT / "ingest").rglob("*.py"), ROOT / "tongluo" / "daemon" / "intake.py"]
    codes = {code for file in files for code in codes_in(ast.parse(file.read_text()))}
    assert "speaks_for_another" in codes
    assert codes - told == set()


def codes_in(tree: ast.AST) -> Iterator[str]:
    """First texts of what makes a reject; of `Reject` itself, the second."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        place = {"BadMessage": 0, "reject": 0, "Bad": 0, "Reject": 1}.get(name)
        if place is not None and len(node.args) > place:
            code_ = node.args[place]
            if isinstance(code_, ast.Constant) and isinstance(code_.value, str):
                yield code_.value


def test_every_fate_has_its_rule() -> None:
    text = (ROOT / "docs" / "time.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z ]+) \|.*\| (\d) \|$", text, re.MULTILINE)
    told = {int(code): word.replace(" ", "_") for word, code in rows}
    assert {int(fate): fate.name.lower() for fate in Fate}.items() <= told.items()


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "sql")], ids=name_of)
def test_every_query_runs(page: Path) -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    for query in blocks(page, "sql"):
        assert db.execute(query).fetchall() == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_folders_of_a_page_are_those_of_an_installed_system(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"(?<![\w.:/}>)*~+-])/[a-z]+/[\w./-]+", text)
    assert [path for path in found if not path.startswith(INSTALLED)] == []


@pytest.mark.parametrize("page", [p for p in PAGES if "replay_data" not in p.parts], ids=name_of)
def test_lines_are_short_enough_to_read(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    long = [x for x in text.splitlines() if len(x) > 120 and not x.startswith("|")]
    assert long == []
