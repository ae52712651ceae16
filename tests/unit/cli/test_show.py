"""`show`: what stands in the journal of a site that ran for an hour."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.build import MINUTE, START
from tests.unit.cli.conftest import Call
from tests.unit.cli.site import POISON, feed, intake_of, ran, reading, write
from tongluo.cli.show_warnings import delivery_states, recent
from tongluo.cli.site import site
from tongluo.core.words import DeliveryState
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned
from tongluo.store.current import in_force


def cells(out: str, *wanted: str) -> list[list[str]]:
    """The rows of a table in which all wanted words stand."""
    rows = [[c.strip() for c in line.strip("│").split("│")] for line in out.splitlines()]
    return [row for row in rows if all(any(w in cell for cell in row) for w in wanted)]


def test_stations_lists_every_sensor(call: Call, config: Path) -> None:
    ended = call("show", "stations", "--config", config)
    assert ended.code == 0
    (bridge,) = cells(ended.out, "Bridge gauge")
    assert bridge == ["z1", "Bridge gauge", "stage", "3.4 m", "2026-07-01 08:45:00 +08:00", "good",
                      "", "7"]  # fmt: skip
    (rain,) = cells(ended.out, "Pass gauge")
    assert rain[6:] == ["2026-07-01 08:00:00 +08:00", "1"]


def test_stations_can_be_narrowed_to_the_silent_ones(call: Call, config: Path) -> None:
    ended = call("show", "stations", "--silent", "--config", config)
    assert "r1" in ended.out and "z1" not in ended.out


def test_a_declared_sensor_that_never_sent_says_so(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path)
    intake_of(path).journal.close()
    ended = call("show", "stations", "--config", path)
    assert len(cells(ended.out, "nothing yet")) == 2


def test_a_sensor_declared_after_the_last_start_is_listed(call: Call, config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    more = "stations:\n  - {id: z9, name: 新站, profiles: [gauge]}\n"
    config.write_text(text.replace("stations:\n", more, 1), encoding="utf-8")
    assert cells(call("show", "stations", "--config", config).out, "z9", "nothing yet")
    assert call("show", "station", "z9", "--config", config).code == 0


def test_a_silent_sensor_that_never_sent_says_so(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path)
    intake = intake_of(path)
    feed(intake, [reading("z1", "stage", 0, 0.5)])
    feed(intake, [reading("z1", "stage", 30, 0.5)])
    with intake.journal.transaction():
        intake.latest()
    intake.journal.close()
    assert cells(call("show", "stations", "--config", path).out, "r1", "never heard")


def test_chinese_is_spoken_throughout(call: Call, config: Path) -> None:
    out = call("show", "stations", "--config", config, "--language", "zh-CN").out
    assert "桥头水位站" in out and "失联起始" in out and "正常" in out


def test_station_shows_readings_with_their_fates(call: Call, config: Path) -> None:
    ended = call("show", "station", "z1", "--config", config)
    assert ended.code == 0
    assert cells(ended.out, "08:10:00", "3.2 m", "duplicate")
    assert cells(ended.out, "08:20:00", "3 m", "late")
    assert cells(ended.out, "08:30:00", "silent begins")
    assert cells(ended.out, "08:40:00", "silent ends")


def test_station_holds_received_against_expected(call: Call, config: Path) -> None:
    ended = call("show", "station", "z1", "--config", config)
    (day,) = cells(ended.out, "last 24 h")
    assert day[2:7] == ["12", "6", "6", "1", "1"]
    assert "08:20:00 +08:00 – 2026-07-01 08:40:00 +08:00: 3 missing (20 min)" in ended.out
    assert "08:45:00 +08:00 – 2026-07-01 09:00:00 +08:00: 2 missing (15 min)" in ended.out


def test_of_many_gaps_the_last_ones_are_listed(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path)
    intake = intake_of(path)
    feed(intake, [reading("z1", "stage", 20 * n, 0.5) for n in range(16)])
    intake.journal.close()
    ended = call("show", "station", "z1", "--config", path)
    assert ended.out.count("5 earlier gaps") == 2
    assert ended.out.count(": 3 missing (20 min)") == 20


def test_in_system_time_a_ledger_runs_from_the_first_configuration_to_now(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, clock="system")
    intake = intake_of(path)
    for minute in range(0, 30, 5):
        feed(intake, [reading("z1", "stage", minute, 0.5)], START + minute * MINUTE + 1000)
    intake.tick(START + 30 * MINUTE)
    intake.journal.close()
    monkeypatch.setattr("tongluo.store.current.now_ms", lambda: START + 60 * MINUTE)
    ended = call("show", "station", "z1", "--config", path)
    (whole,) = cells(ended.out, "since the start")
    assert whole[2:5] == ["12", "6", "6"]
    assert "08:25:00 +08:00 – 2026-07-01 09:00:00 +08:00: 6 missing (35 min)" in ended.out


def test_an_unknown_station_is_one_clear_line(call: Call, config: Path) -> None:
    ended = call("show", "station", "z7", "--config", config)
    assert ended.code == 1
    assert ended.err.startswith("tongluo: there is no station z7")


def test_warnings_in_force_and_recent(call: Call, config: Path) -> None:
    ended = call("show", "warnings", "--config", config)
    assert ended.code == 0
    assert "In force now: 1" in ended.out and "Recent: 1" in ended.out
    row = cells(ended.out, "orange")[0]
    assert row[:8] == ["orange", "river flood", "Bridge Village (village)", "issue", "1",
                       "2026-07-01 08:10:00 +08:00", "2026-07-01 14:10:00 +08:00",
                       "record: queued"]  # fmt: skip
    assert "In force now: 0" in call("show", "warnings", "--area", "x", "--config", config).out


def test_a_cancelled_warning_is_recent_but_not_in_force(tmp_path: Path) -> None:
    path = write(tmp_path)
    intake = ran(path)
    feed(intake, [reading("z1", "stage", minute, 0.3) for minute in range(65, 120, 5)])
    intake.journal.close()
    with site(path) as here:
        assert [w.act.value for w in recent(here, "", 9)][-1] == "cancel"
        assert in_force(here.db, here.now()) == []


def test_the_dispatchers_word_on_each_channel_is_shown(config: Path) -> None:
    with site(config) as here:
        (version,) = recent(here, "", 9)
        deliveries = Deliveries(here.folder / "deliveries.db")
        head = f"{version.identifier}:record:"
        rows = [
            Planned(f"{head}t{n}", version.identifier, "e", "record", f"t{n}", 1) for n in range(3)
        ]
        deliveries.plan(rows, 1, START)
        deliveries.settle([Outcome(f"{head}t0", DeliveryState.ACCEPTED, START)])
        deliveries.close()
        assert delivery_states(here)[version.identifier] == {"record": "accepted, queued 2"}


def test_decisions_give_their_reasons(call: Call, config: Path) -> None:
    ended = call("show", "decisions", "--config", config)
    assert cells(ended.out, "08:10:00", "village", "none", "orange", "level 3.2 m")
    chinese = call("show", "decisions", "--limit", "1", "--config", config, "--language", "zh-CN")
    (row,) = cells(chinese.out, "08:10:00")
    assert row[2:5] == ["洪水", "无", "橙色"]


def test_rejects_tell_why_and_keep_the_bytes(call: Call, config: Path) -> None:
    ended = call("show", "rejects", "--config", config)
    assert cells(ended.out, "ews/x9/rain", "station", "no station is declared for 'x9'")
    assert "json: 1 (0 fed again)" in ended.out
    only = call("show", "rejects", "--code", "json", "--raw", "--config", config)
    assert "x9" not in only.out.split("json: 1")[0]
    assert POISON.hex(" ") in only.out and ".[2J{not json" in only.out
    assert "\x1b[2J" not in only.out


def test_a_topic_cannot_steer_the_terminal_nor_the_table(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path)
    intake = intake_of(path)
    feed(intake, [("ews/[red]\x1b]0;x\x07/rain", b"1")])
    intake.journal.close()
    out = call("show", "rejects", "--config", path).out
    assert "[red]" in out and "\x1b" not in out


def test_reports_and_notices_are_listed(call: Call, config: Path) -> None:
    assert cells(call("show", "reports", "--config", config).out, "r1", "crack", "墙体开裂")
    notice = call("show", "notices", "--config", config).out
    assert cells(notice, "trial@example.org", "Alert", "桥头村")


def test_nothing_has_run_here_yet(call: Call, tmp_path: Path) -> None:
    ended = call("show", "stations", "--config", write(tmp_path))
    assert ended.code == 1
    assert "nothing has run here yet" in ended.err and "tongluo run" in ended.err
    assert not (tmp_path / "var").exists()


def test_a_file_that_is_no_journal_is_told(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "journal.db").write_bytes(b"not a database at all" * 100)
    ended = call("show", "stations", "--config", path)
    assert ended.code == 1
    assert "Traceback" not in ended.err and "journal.db" in ended.err


def test_show_writes_nothing(call: Call, config: Path) -> None:
    journal = config.parent / "var" / "journal.db"
    with closing(sqlite3.connect(journal)) as db:
        before = list(db.iterdump())
    call("show", "station", "z1", "--config", config)
    with closing(sqlite3.connect(journal)) as db:
        assert list(db.iterdump()) == before
