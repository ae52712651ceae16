"""Small right files load, and mean what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongluo.config.load import from_text, load
from tongluo.config.plan import plan

GOOD = Path(__file__).parent / "good"
ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(GOOD.glob("*.yaml"))
BUNDLED = [ROOT / "stations.yaml", *sorted(ROOT.glob("replay_data/*/stations.yaml"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_right_file_loads_and_can_be_planned(path: Path) -> None:
    loaded = load(path)
    assert plan(loaded.config, loaded.digest).config is loaded.config


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.parent.name)
def test_the_bundled_files_load(path: Path) -> None:
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    assert load(path).config.stations


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_text_that_the_journal_keeps_is_the_same_configuration(
    path: Path, tmp_path: Path
) -> None:
    loaded = load(path)
    (again := tmp_path / "stations.yaml").write_text(loaded.text, encoding="utf-8")
    assert load(again).config == loaded.config.model_copy(update={"stations_csv": None})
    assert load(again).digest == loaded.digest
    assert from_text(loaded.text).config == load(again).config


def test_a_station_list_is_read_with_its_byte_order_mark_quotes_and_gaps() -> None:
    first, second = load(GOOD / "csv-list.yaml").config.stations
    assert (first.id, first.at, first.device) == ("r01", (23.1, 113.3), ("a1", "a2"))
    assert (second.name, second.at, second.device) == ("二号, 坝上", None, ())


def test_merged_blocks_take_over_what_they_do_not_say() -> None:
    profile = load(GOOD / "merged-blocks.yaml").config.profiles["rain_slow"]
    assert (profile.quantity, profile.unit, profile.cadence) == ("rain", "mm", 3_600_000)


def test_an_offset_between_datums_shifts_the_readings() -> None:
    loaded = load(GOOD / "offset-between-datums.yaml")
    assert plan(loaded.config, loaded.digest).tables["stage_levels"].params["shift"] == [186.3]


REMARKABLE = """site:
  name: 示例县
  name_en: Example County
  sender: {id: warning@example.org, name: 示例, name_en: Example}
profiles:
  spare: {quantity: rain, cadence: 5 min}
thresholds:
  old:
    source: {who: example}
    valid: {to: 2025-01-01}
    levels: {red: {1 h: 80 mm}}
stations:
  - {id: r01, name: 一号}
areas:
  - {id: town, name: 镇, name_en: Town, people: 10, circle: {centre: [1, 1], radius_km: 1}}
  - {id: village, name: 村, name_en: Village, people: 20, parent: town,
     circle: {centre: [1, 1], radius_km: 1}}
"""


def test_remarks_tell_their_line(tmp_path: Path) -> None:
    (path := tmp_path / "stations.yaml").write_text(REMARKABLE, encoding="utf-8")
    told = load(path).remarks("2026-07-01")
    assert [line.removeprefix(f"{path}:").split(" -> ")[0] for line in told] == [
        "6: profiles.spare: is not used",
        "8: thresholds.old: is not used",
        "10: thresholds.old.valid: is not in force today (... to 2025-01-01)",
        "13: stations[0]: has no sensors",
        "15: areas[0]: no station speaks for this area",
        "16: areas[1].people: more people than in 'town' around it",
        "16: areas[1]: no station speaks for this area",
    ]
    assert "今天不在有效期内" in "".join(load(path).remarks("2026-07-01", "zh-CN"))


STAFFLESS = """
operators:
  li: {name: 李, roles: [duty], digest: "%(digest)s", contacts: {letter: 00112233445566778899aabb}}
  wu: {name: 吴, roles: [duty, chief], digest: "%(digest)s"}
policies:
  - by: Order 1
    channels: [record]
    issue: approve
    approve:
      who: duty
      ladder:
        - {whom: duty, by: [record, mail]}
        - {after: 5 min, whom: li, by: letter}
        - {after: 8 min, whom: chief, by: %(channel)s}
    levels: {red: {issue: approve, approve: {who: duty, tell: {whom: wu, by: letter}}}}
channels:
  record: {kind: recording}
  mail:
    {kind: email, options: {host: h, sender: a@example.org, recipients: register, staff: {file: s}}}
  letter: {kind: email, options: {host: h, sender: a@example.org, recipients: {file: list}}}
"""


def test_a_call_that_reaches_nobody_is_remarked(tmp_path: Path) -> None:
    path = tmp_path / "stations.yaml"
    digest = f"scrypt:16384:8:1:{'0' * 32}:{'0' * 64}"

    def told(channel: str, language: str = "en-US") -> list[str]:
        text = REMARKABLE + STAFFLESS % {"digest": digest, "channel": channel}
        path.write_text(text, encoding="utf-8")
        every = load(path).remarks("2026-07-01", language)
        return [line.split(":", 2)[2] for line in every if "staff" in line]

    tell = " policies[0].levels.red.approve.tell.by[0]"
    said = ": 'letter' has no list of staff: a call to wu reaches nobody"
    assert [line.split(" -> ")[0] for line in told("mail")] == [tell + said]
    assert [line.split(" -> ")[0] for line in told("letter")] == [
        f" policies[0].approve.ladder[2].by[0]{said}", tell + said]  # fmt: skip
    assert "叫应 wu 到不了任何人" in told("mail", "zh-CN")[0]
