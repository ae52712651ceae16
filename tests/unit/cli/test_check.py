"""`check` and `schema`, and how the command line tells a person's mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from tests.unit.cli.conftest import Call
from tests.unit.cli.site import write
from tongluo.cli.app import guarded, outcome
from tongluo.cli.remarks import remarks
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.errors import ConfigError, StoreError

COUNTY = Path(__file__).resolve().parents[3] / "stations.yaml"


def test_the_bundled_county_is_summed_up(call: Call) -> None:
    ended = call("check", COUNTY)
    assert ended.code == 0
    for text in ("stations.yaml can be used", "40 with 56 sensors", "412,600 people",
                 "record (recording)", load(COUNTY).digest, "rain_guangdong"):  # fmt: skip
        assert text in ended.out
    assert "invented" in ended.out


def test_the_summary_is_said_in_chinese(call: Call) -> None:
    ended = call("check", COUNTY, "--language", "zh-CN")
    assert ended.code == 0
    assert "40 个，传感器 56 个" in ended.out
    assert "澜湾县" in ended.out


def test_all_faults_are_told_at_once_with_exit_code_2(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path)
    text = path.read_text(encoding="utf-8")
    broken = text.replace("cadence: 5 min", "cadence: 5", 1).replace("people: 120", "people: many")
    path.write_text(broken, encoding="utf-8")
    ended = call("check", path)
    assert ended.code == 2
    assert ended.out == ""
    assert "people" in ended.err and "cadence" in ended.err and f"{path}:" in ended.err
    assert "2 fault(s) in all." in ended.err
    assert "Traceback" not in ended.err
    assert "共 2 处错误。" in call("check", path, "--language", "zh-CN").err


def test_a_missing_file_is_one_clear_line(call: Call, tmp_path: Path) -> None:
    ended = call("check", tmp_path / "no.yaml")
    assert ended.code == 2
    assert "no.yaml:1: file: cannot be read" in ended.err


def test_what_a_configuration_leaves_undone_is_remarked(tmp_path: Path) -> None:
    path = write(tmp_path)
    text = path.read_text(encoding="utf-8").replace(
        "  - {by: trial order", "  - {issue: never, by: x, hazards: [landslide]}\n  - {by: trial"
    )
    text = text.replace("site: {", "site: {synthetic: true, status: Exercise, ")
    path.write_text(text, encoding="utf-8")
    loaded = load(path)
    told = "\n".join(remarks(plan(loaded.config, loaded.digest)))
    for said in ("invented", "Exercise", "clock: stream", "r1/rain", "never issued: landslide"):
        assert said in told
    assert "Areas that no rule judges" not in told


def test_in_an_exercise_the_channels_that_send_nothing_are_named(tmp_path: Path) -> None:
    path = write(tmp_path)
    text = path.read_text(encoding="utf-8").replace("site: {", "site: {status: Exercise, ")
    text += "  panels: {kind: mqtt}\n  screens: {kind: mqtt, options: {exercise: true}}\n"
    path.write_text(text, encoding="utf-8")
    loaded = load(path)
    (told,) = (x for x in remarks(plan(loaded.config, loaded.digest)) if "enrolled" in x)
    assert "panels" in told and "screens" not in told and "record" not in told


def test_schema_is_json_that_knows_the_file(call: Call) -> None:
    ended = call("schema")
    assert ended.code == 0
    assert "stations" in json.loads(ended.out)["properties"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigError(["a.yaml:1: x"]), 2), (StoreError("full"), 1), (KeyboardInterrupt(), 130)],
)
def test_each_kind_of_end_has_its_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        raise error

    assert outcome(work) == code
    told = capsys.readouterr().err
    assert told.strip() and "Traceback" not in told


def test_a_fault_of_the_program_is_not_hidden() -> None:
    def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outcome(work)


def test_a_command_that_chooses_its_code_keeps_it() -> None:
    @guarded
    def work() -> None:
        raise typer.Exit(1)

    with pytest.raises(typer.Exit) as ended:
        work()
    assert ended.value.exit_code == 1
