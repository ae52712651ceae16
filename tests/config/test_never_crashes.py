"""Whatever is cut from a right file or written into it: it loads, or says where it is wrong."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongluo.config.document import parse
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.errors import ConfigError

COUNTY = Path(__file__).resolve().parents[2] / "stations.yaml"
GOOD = sorted((Path(__file__).parent / "good").glob("*.yaml"))
LINE = re.compile(r"^\S+:[1-9]\d*: .+?: .+ -> .+$")
needs_county = pytest.mark.skipif(not COUNTY.is_file(), reason="stations.yaml is not there")
quiet = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 5, 10**30, 1e308, -0.5, float("nan"), float("inf")),
    *("", "x", "-", "a b", "é", "5 min", "0 s", "-3 mm", "9" * 400 + " mm", "50 mm", "red"),
    *("rain", "{station}", "#", "a/#/b", "2026-07-01", "{}", "\u0000", "，", "r01", "../../etc"),
    *([], {}, [[]], [None], ["r01", "r01"], [1e300, 1e300], [[0, 0], [0, 1], [1, 1]]),
    *({"": None}, {"a": "b"}, {"1 h": "1 mm"}, {"red": {}}, {"blue": []}, {"quantity": "rain"}),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = {**node} if isinstance(node, dict) else {}
    inner |= dict(enumerate(node)) if isinstance(node, list) else {}
    return [path, *(p for key, value in inner.items() for p in places(value, (*path, key)))]


def changed(plain: Any, path: tuple[Any, ...], kind: str, odd: Any) -> Any:
    if not path:
        return odd
    whole = copy.deepcopy(plain)
    block = whole
    for part in path[:-1]:
        block = block[part]
    key = path[-1]
    if kind == "cut":
        del block[key]
    elif kind == "twice" and isinstance(block, list):
        block.insert(key, copy.deepcopy(block[key]))
    elif kind == "misspell" and isinstance(block, dict):
        block[f"{key}_"] = block.pop(key)
    elif kind == "add" and isinstance(block[key], dict):
        block[key]["odd"] = odd
    else:
        block[key] = odd
    return whole


def check(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        loaded = load(path)
    except ConfigError as error:
        assert error.faults
        lines = text.count("\n") + 1
        for fault in error.faults:
            assert LINE.match(fault), fault
            assert int(fault.removeprefix(f"{path}:").split(":")[0]) <= lines
    else:
        plan(loaded.config, loaded.digest)


PLAIN = [parse(p.name, p.read_text(encoding="utf-8")).plain for p in GOOD if "csv" not in p.name]
KINDS = ("cut", "twice", "misspell", "add", "odd")
SIGNS = ("", "", ":", "：", "\t", "{", "]", '"', "'", "*x", "- ", "\n", "\x07")
CHANGE = st.tuples(st.sampled_from(KINDS), st.sampled_from(ODD))
CHANGES = st.lists(CHANGE, min_size=1, max_size=3)


@settings(quiet, max_examples=400)
@given(plain=st.sampled_from(PLAIN), changes=CHANGES, data=st.data())
def test_changed_blocks_of_small_files(
    tmp_path: Path, plain: Any, changes: list[tuple[str, Any]], data: st.DataObject
) -> None:
    for kind, odd in changes:
        where = data.draw(st.sampled_from(places(plain)))
        plain = changed(plain, where, kind, odd)
    check(tmp_path / "a.yaml", json.dumps(plain, ensure_ascii=False, indent=1))


@needs_county
def test_changed_blocks_of_the_county(tmp_path: Path) -> None:
    plain = parse("stations.yaml", COUNTY.read_text(encoding="utf-8")).plain
    every = places(plain)
    chance = random.Random(6)
    for _ in range(25):
        kind = chance.choice(KINDS)
        new = changed(plain, chance.choice(every), kind, chance.choice(ODD))
        check(tmp_path / "a.yaml", json.dumps(new, ensure_ascii=False, indent=1))


@needs_county
def test_characters_cut_from_the_county_or_written_into_it(tmp_path: Path) -> None:
    text = COUNTY.read_text(encoding="utf-8")
    chance = random.Random(7)
    for _ in range(25):
        start = chance.randrange(len(text))
        written = chance.choice(SIGNS)
        check(tmp_path / "a.yaml", text[:start] + written + text[start + chance.randrange(9) :])


@settings(quiet, max_examples=150)
@given(data=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    (path := tmp_path / "a.yaml").write_bytes(data)
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert all(LINE.match(fault) for fault in refused.value.faults)


@settings(quiet, max_examples=150)
@given(data=st.text(max_size=300))
def test_any_station_list(tmp_path: Path, data: str) -> None:
    text = (Path(__file__).parent / "good" / "csv-list.yaml").read_text(encoding="utf-8")
    (path := tmp_path / "a.yaml").write_text(
        text.replace("csv-list.csv", "a.csv"), encoding="utf-8"
    )
    (tmp_path / "a.csv").write_bytes(b"id,name,lat,lon,profiles\n" + data.encode())
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert all(LINE.match(fault) for fault in refused.value.faults)
