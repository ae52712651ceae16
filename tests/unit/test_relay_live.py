"""Notices in the daemon's intake: kept, and replayed to the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.build import MINUTE, START
from tests.unit.notices import xml
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.daemon.intake import Intake
from tongluo.engine import Engine
from tongluo.recover import recover
from tongluo.replay.journal import recorded, replay_journal
from tongluo.store.journal import Journal

FILE = """
site: {name: 试, name_en: Trial, sender: {id: a@example.org, name: 试, name_en: Trial}}
time: {clock: system}
sources: [{topic: notices/cap, codec: cap}]
thresholds:
  z: {source: {who: test}, datum: d, levels: {blue: 1 m, yellow: 2 m, orange: 3 m, red: 4 m}}
stations:
  - {id: z, name: z, sensors: [{quantity: stage, datum: d, cadence: 1 min}]}
areas:
  - {id: v, name: v, name_en: v, people: 9, stations: [z],
     circle: {centre: [22.5, 113.0], radius_km: 1}}
rules:
  - {id: r, hazard: river_flood, detector: stage_levels, quantity: stage, thresholds: z}
policies:
  - {by: order 1, channels: [record], authority: relay, to: met, from: [met@example.org]}
channels:
  record: {kind: recording}
"""


def site(folder: Path) -> Intake:
    """A site, new or as its journal left it."""
    (folder / "stations.yaml").write_text(FILE, encoding="utf-8")
    journal = Journal(folder / "journal.db")
    back = recover(journal.db, folder)
    if back is not None:
        return Intake(back.engine, journal)
    loaded = load(folder / "stations.yaml")
    made = plan(loaded.config, loaded.digest)
    intake = Intake(Engine(made), journal)
    intake.configure(made, loaded.text, START, first=True)
    return intake


def deliver(intake: Intake, minute: float, *messages: bytes) -> list[str]:
    batch: list[Any] = [("notices/cap", m, 1, False, 0) for m in messages]
    found = intake.messages(batch, int(START + minute * MINUTE))
    return [w.act.value for w, _ in found.warnings]


class Killed(Exception):
    pass


def test_a_journal_with_notices_replays_to_the_same_and_survives_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = site(tmp_path)
    assert deliver(intake, 1, xml("n-0", status="Test"), xml("n-1"), xml("n-1")) == ["issue"]
    intake.journal.close()

    def kill(name: str) -> None:
        if name == "before_commit":
            raise Killed

    intake = site(tmp_path)
    update = xml("n-2", "Update", "n-1", at=2, level="red")
    with monkeypatch.context() as patch:
        patch.setattr("tongluo.daemon.intake.point", kill)
        with pytest.raises(Killed):
            deliver(intake, 2, update)
    intake.journal.close()

    intake = site(tmp_path)
    assert deliver(intake, 3, update, xml("n-1")) == ["update"]
    intake.journal.close()
    intake = site(tmp_path)
    assert deliver(intake, 4, update) == []
    assert deliver(intake, 5, xml("n-3", "Cancel", "n-2", at=5)) == ["cancel"]
    rows = intake.journal.db.execute("SELECT count(*) FROM journal WHERE kind = 'notice'")
    assert rows.fetchone() == (3,)
    stored = intake.journal.db.execute("SELECT count(*) FROM notices").fetchone()
    assert stored == (4,)
    outbox = intake.journal.db.execute("SELECT count(*), count(DISTINCT identifier) FROM outbox")
    assert outbox.fetchone() == (3, 3)
    intake.journal.close()
    path = tmp_path / "journal.db"
    assert replay_journal(path).hexdigest() == recorded(path).hexdigest()
