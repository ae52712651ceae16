"""The exporter's process against a real receiver of Influx writes, through outages and kills."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.build import MINUTE, RAIN, RAIN_RULE, SITE, START, THRESHOLDS, columns
from tests.influx import many, open_journal
from tests.victoria import Victoria
from tests.victoria import receiver as receiver  # noqa: PLC0414 - a fixture
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.effects import Effects, Readings, Tick
from tongluo.core.log import Log
from tongluo.daemon.children import Children
from tongluo.engine import Engine
from tongluo.store.journal import Journal

PATIENCE = 60.0
SENSORS = [(n, f"s{n}/stage", "stage", "m") for n in range(40)]
NOBODY_THERE = "http://127.0.0.1:1"

Samples = dict[tuple[str, str], dict[int, float]]


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s for {what}"
        time.sleep(0.005)


def document(url: str | None) -> dict[str, Any]:
    site: dict[str, Any] = {
        "site": SITE,
        "time": {"clock": "stream"},
        "thresholds": {"rain": THRESHOLDS["rain"]},
        "stations": [{"id": "r", "name": "雨", "sensors": [RAIN]}],
        "areas": [
            {"id": "village", "name": "村", "name_en": "village", "people": 9, "stations": ["r"],
             "circle": {"centre": [22.5, 113.0], "radius_km": 1.0}}
        ],
        "rules": [RAIN_RULE],
        "policies": [{"by": "nobody", "issue": "never"}],
    }  # fmt: skip
    if url is not None:
        site["influx"] = {"url": url}
    return site


class Export:
    """The exporter's process in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config = folder, folder / "stations.yaml"
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, url: str | None) -> str:
        text = json.dumps(document(url))
        self.config.write_text(text, encoding="utf-8")
        return text

    def start(self) -> None:
        arguments = [str(self.folder)]
        command = [sys.executable, "-m", "tongluo.daemon.exporter", *arguments]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=log)

    def wake(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(b".")
        self._process.stdin.flush()

    def end(self) -> int:
        """Close the pipe, as the daemon does when it stops; returns the exit code."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self.wait()

    def wait(self) -> int:
        assert self._process is not None
        code = self._process.wait(PATIENCE)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None
        return code

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self.wait()

    def log(self) -> list[dict[str, Any]]:
        assert self._process is None or self._process.poll() in (None, 0), self.said()
        return [json.loads(line) for line in self.said().splitlines() if line.endswith("}")]

    def said(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def told(self, event: str) -> list[str]:
        return [line["state"] for line in self.log() if line["event"] == event]

    def cursor(self, table: str = "readings") -> int:
        file = self.folder / "exporter.db"
        assert self._process is None or self._process.poll() is None, self.said()
        if not file.exists():
            return 0
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as db:
                found = db.execute("SELECT row FROM cursor WHERE name = ?", (table,)).fetchone()
        except sqlite3.OperationalError:  # its tables are not made yet
            return 0
        return found[0] if found else 0

    def reached(self, journal: Journal) -> bool:
        last: int = journal.db.execute("SELECT max(id) FROM readings").fetchone()[0]
        return self.cursor() == last


@pytest.fixture
def export(tmp_path: Path) -> Iterator[Export]:
    folder = tmp_path / "var"
    folder.mkdir()
    made = Export(folder)
    yield made
    made.kill()


def kept(journal: Journal) -> Samples:
    """What the journal holds for export: (station, sensor) -> time -> value."""
    found: Samples = {}
    rows = journal.db.execute(
        "SELECT key, t, value FROM readings JOIN sensors ON sensors.row = sensor"
        " WHERE fate IN (0, 2) AND value IS NOT NULL ORDER BY readings.id"
    )
    for key, t, value in rows:
        station, _, sensor = key.partition("/")
        assert t not in found.setdefault((station, sensor), {})
        found[station, sensor][t] = value
    return found


def arrived(victoria: Victoria) -> Samples:
    """What the receiver gives back; a time that stands twice in a series fails."""
    found: Samples = {}
    for labels, samples in victoria.series("reading_value").items():
        named = dict(labels)
        place = (named["station"], named["sensor"])
        assert place not in found, "one sensor, two series"
        found[place] = dict(samples)
        assert len(found[place]) == len(samples)
    return found


def same(victoria: Victoria, journal: Journal) -> None:
    expected, got = kept(journal), arrived(victoria)
    summed = {key: (len(s), sum(s.values())) for key, s in got.items()}
    assert summed == {key: (len(s), sum(s.values())) for key, s in expected.items()}
    assert got == expected


def test_a_storm_arrives_with_its_assessments_and_a_silence(
    export: Export, receiver: Victoria
) -> None:
    export.configure(receiver.url)
    loaded = load(export.config)
    engine = Engine(plan(loaded.config, loaded.digest))
    rows = [(0, START + n * MINUTE, 1.5) for n in range(20)]
    batch = columns([*rows, rows[3], (0, START + 20 * MINUTE, float("nan"), 9)])
    with closing(
        open_journal(export.folder, [(0, "r/rain", "rain", "mm")], export.config.read_text())
    ) as journal:
        export.start()
        with journal.transaction():
            journal.readings(batch, engine.feed(Readings(batch)), START)
            tick = Tick(START + 60 * MINUTE)
            journal.tick(tick, engine.feed(tick))
        export.wake()
        until(lambda: export.reached(journal), "the readings")
        assert export.end() == 0
        same(receiver, journal)
        decided = journal.db.execute("SELECT count(*), count(DISTINCT time) FROM decisions")
        decisions, moments = decided.fetchone()
        assert decisions >= moments >= 2
        assert receiver.count("assessment_level") == moments
        levels = receiver.series("assessment_level")[("area", "village"), ("hazard", "flash_flood")]
        assert max(level for _, level in levels) >= 2
        place = (("kind", "silent"), ("sensor", "rain"), ("station", "r"))
        assert [active for _, active in receiver.series("condition_active")[place]] == [1]
        assert receiver.count("reading_flag") == 21, "20 values and the flag of a missing one"


def test_a_long_outage_of_the_receiver_loses_nothing_and_doubles_nothing(
    export: Export, receiver: Victoria
) -> None:
    export.configure(receiver.url)
    with closing(open_journal(export.folder, SENSORS, export.config.read_text())) as journal:
        many(journal, 5000)
        export.start()
        until(lambda: export.reached(journal), "the first readings")
        receiver.stop()
        many(journal, 100_000, start=5000)
        until(lambda: export.told("influx") == ["trouble"], "the trouble")
        many(journal, 100_000, start=105_000)
        assert export.cursor() <= 10_000, "the receiver is away, the cursor waits"
        receiver.start()
        until(lambda: export.reached(journal), "the backlog")
        assert export.end() == 0
        assert export.told("influx") == ["trouble", "recovered"]
        same(receiver, journal)


def test_kills_in_the_middle_lose_nothing_and_double_nothing(
    export: Export, receiver: Victoria
) -> None:
    export.configure(receiver.url)
    with closing(open_journal(export.folder, SENSORS, export.config.read_text())) as journal:
        many(journal, 200_000)
        stopped_at = []
        for rows in (10_000, 60_000, 110_000):
            export.start()
            until(lambda rows=rows: export.cursor() >= rows, f"row {rows}")
            export.kill()
            stopped_at.append(export.cursor())
        assert all(0 < row < 200_000 for row in stopped_at), "killed in the middle"
        step_back(export, 7000)
        export.start()
        until(lambda: export.reached(journal), "the rest")
        assert export.end() == 0
        same(receiver, journal)


def step_back(export: Export, rows: int) -> None:
    """As if killed between the receiver's answer and the cursor: sent, but not noted as sent."""
    with closing(sqlite3.connect(export.folder / "exporter.db")) as db:
        db.execute("UPDATE cursor SET row = row - ?", (rows,))
        db.commit()


def test_a_receiver_stopped_in_the_middle_is_sent_the_rest(
    export: Export, receiver: Victoria
) -> None:
    """Ended in order: what a killed receiver had only in memory is its own loss (docs/store.md)."""
    export.configure(receiver.url)
    with closing(open_journal(export.folder, SENSORS, export.config.read_text())) as journal:
        many(journal, 200_000)
        export.start()
        until(lambda: export.cursor() >= 20_000, "the first rows")
        receiver.stop()
        assert export.cursor() < 200_000
        receiver.start()
        until(lambda: export.reached(journal), "the rest")
        assert export.end() == 0
        same(receiver, journal)


def test_without_an_influx_block_it_ends_at_once(export: Export) -> None:
    open_journal(export.folder, SENSORS, export.configure(None)).close()
    export.start()
    assert export.wait() == 0
    assert export.log() == []


def test_it_is_started_when_a_reload_adds_an_influx_block(
    export: Export, receiver: Victoria
) -> None:
    with closing(open_journal(export.folder, SENSORS, export.configure(None))) as journal:
        many(journal, 500)
        children = Children(export.folder, Log("test"), dispatch=True)
        children.start()
        exporter = children._running["tongluo.daemon.exporter"]
        until(lambda: exporter.poll() == 0, "its end: there is nothing to do")
        reload(journal, export.configure(receiver.url))
        children.configured()
        children.notify()
        until(lambda: export.reached(journal), "the receiver that was added")
        same(receiver, journal)
        children.stop()


def test_the_end_comes_soon_although_the_receiver_is_away(export: Export) -> None:
    export.configure(NOBODY_THERE)
    with closing(open_journal(export.folder, SENSORS, export.config.read_text())) as journal:
        many(journal, 10_000)
        export.start()
        until(lambda: export.told("influx") == ["trouble"], "the trouble")
        assert export.end() == 0
        last = export.log()[-1]
        assert last["event"] == "stopped"
        assert last["behind"]["readings"] == 10_000


def test_a_reload_names_another_receiver_and_then_none(export: Export, receiver: Victoria) -> None:
    export.configure(NOBODY_THERE)
    with closing(open_journal(export.folder, SENSORS, export.config.read_text())) as journal:
        many(journal, 500)
        export.start()
        until(lambda: export.told("influx") == ["trouble"], "the trouble")
        reload(journal, export.configure(receiver.url))
        until(lambda: export.reached(journal), "the other receiver")
        same(receiver, journal)
        reload(journal, export.configure(None))
        assert export.wait() == 0


def reload(journal: Journal, text: str) -> None:
    """What the daemon commits when it has accepted a changed file."""
    with journal.transaction():
        journal.configuration(text, [], Effects(), START)
