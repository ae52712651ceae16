"""Old readings go by small deletes; decisions and what is not yet safe elsewhere stay."""

from __future__ import annotations

from pathlib import Path

from tests.build import MINUTE, START, columns, stage_engine
from tongluo.core.effects import Effects, Readings
from tongluo.store.journal import Journal
from tongluo.store.retention import trim


def filled(folder: Path) -> Journal:
    """Ten batches of three readings, a minute apart, after a configuration row."""
    journal, engine = Journal(folder / "journal.db"), stage_engine()
    with journal.transaction():
        journal.configuration("{}", [], Effects(), START)
        for n in range(10):
            at = START + n * MINUTE
            batch = columns([(0, at + k, 3.5) for k in range(3)])
            journal.readings(batch, engine.feed(Readings(batch)), at)
    return journal


def left(journal: Journal) -> tuple[int, int, int]:
    """(readings, journal rows, decisions)."""
    tables = ("readings", "journal", "decisions")
    counts = [journal.db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables]
    return counts[0], counts[1], counts[2]


def test_what_is_old_and_safe_goes(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    decided = left(journal)[2]
    with journal.transaction():
        assert trim(journal.db, START + 5 * MINUTE, journal.seq, 10**9) == 15
    assert left(journal) == (15, 6, decided)
    assert decided > 0


def test_nothing_beyond_the_snapshot_or_the_export_goes(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    with journal.transaction():
        assert trim(journal.db, START + 99 * MINUTE, 4, 10**9) == 9  # row 1 is the configuration
        assert trim(journal.db, START + 99 * MINUTE, journal.seq, 13) == 3
        assert trim(journal.db, START + 99 * MINUTE, journal.seq, 13) == 0
    assert left(journal)[0] == 18
