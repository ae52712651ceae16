"""What a channel's messages cost and how many there were: limits of a gateway, kept on disk.

Orange and red are never held back by a limit of money or number: they go out, and the overrun is
told. What is about to be sent is counted before it is, and given back when the gateway refuses it:
a crash makes the sum too high, never too low. Money is in ten-thousandths of its unit.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.rate import Rate
from tongluo.core.times import to_datetime

UNIT = 10_000
TABLES = """
CREATE TABLE IF NOT EXISTS totals (
    span TEXT PRIMARY KEY, parts INTEGER NOT NULL, cost INTEGER NOT NULL, over INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sent (number TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS numbers ON sent (number, at);
"""
ADD = """
INSERT INTO totals VALUES (?,?,?,?) ON CONFLICT (span) DO UPDATE SET
    parts = parts + excluded.parts, cost = cost + excluded.cost, over = over + excluded.over
"""


@dataclass(frozen=True)
class Limits:
    """What may be spent; 0 = as much as is needed."""

    price: float = 0.0
    """Of one part."""
    budget: float = 0.0
    """Of a calendar month."""
    daily: int = 0
    """Parts in a calendar day."""
    repeat: tuple[Rate, ...] = field(default=())
    """Messages to the same number."""
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class Spent:
    """What has been spent."""

    day: int
    """Parts today."""
    month: float
    """Money this month."""
    over: int
    """Parts this month that went out over a limit."""


class Purse:
    """The file of one channel; safe for threads."""

    def __init__(self, path: Path, limits: Limits) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._limits = limits
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(TABLES)
        self._lock = threading.Lock()

    def take(self, number: str, parts: int, now: int, urgent: bool) -> str:
        """Count a message that is about to go out; what to tell of it, or "".

        number: a digest. PermanentFailure or TemporaryFailure when a limit holds it back; of what
        is urgent the limit is told instead.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            spent = self._spent(now)
            faults = [*self._money(spent, parts), *self._repeats(number, now)]
            if faults and not urgent:
                raise faults[0]
            self._add(number, parts, now, over=parts if faults else 0)
        return "; ".join(f"goes out all the same: {fault}" for fault in faults)

    def give_back(self, number: str, parts: int, now: int, over: bool) -> None:
        """The gateway has refused it."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._add(number, -parts, now, over=-parts if over else 0)

    def spent(self, now: int) -> Spent:
        """So far."""
        with self._lock:
            return self._spent(now)

    def _spent(self, now: int) -> Spent:
        found = {
            span: (parts, cost, over)
            for span, parts, cost, over in self._db.execute(
                "SELECT span, parts, cost, over FROM totals WHERE span IN (?, ?)", self._spans(now)
            )
        }
        day, month = (found.get(span, (0, 0, 0)) for span in self._spans(now))
        return Spent(day[0], month[1] / UNIT, month[2])

    def _spans(self, now: int) -> tuple[str, str]:
        local = to_datetime(now, self._limits.zone)
        return local.strftime("%Y-%m-%d"), local.strftime("%Y-%m")

    def _money(self, spent: Spent, parts: int) -> Sequence[PermanentFailure | TemporaryFailure]:
        limits, cost = self._limits, parts * self._limits.price
        faults: list[PermanentFailure | TemporaryFailure] = []
        if limits.budget and spent.month + cost > limits.budget:
            faults.append(
                PermanentFailure(
                    f"the budget of this month is spent: {spent.month:.2f} of {limits.budget:.2f}"
                )
            )
        if limits.daily and spent.day + parts > limits.daily:
            reason = f"the gateway's limit of {limits.daily} a day is reached: {spent.day} today"
            faults.append(TemporaryFailure(reason, 60.0))
        return faults

    def _repeats(self, number: str, now: int) -> Sequence[TemporaryFailure]:
        for rate in self._limits.repeat:
            found = self._db.execute(
                "SELECT at FROM sent WHERE number = ? AND at > ? ORDER BY at DESC LIMIT ?",
                (number, now - rate.period, rate.count),
            ).fetchall()
            if len(found) == rate.count:
                wait = (found[-1][0] + rate.period - now) / 1000
                span = f"{rate.count} in {rate.period // 1000} s"
                return [TemporaryFailure(f"the same number gets no more than {span}", wait)]
        return []

    def _add(self, number: str, parts: int, now: int, over: int) -> None:
        cost = round(parts * self._limits.price * UNIT)
        for span in self._spans(now):
            self._db.execute(ADD, (span, parts, cost, over))
        if not self._limits.repeat:
            return
        if parts > 0:
            self._db.execute("INSERT INTO sent VALUES (?,?)", (number, now))
        else:
            self._db.execute("DELETE FROM sent WHERE number = ? AND at = ?", (number, now))
        longest = max(rate.period for rate in self._limits.repeat)
        self._db.execute("DELETE FROM sent WHERE number = ? AND at <= ?", (number, now - longest))

    def close(self) -> None:
        """Close the file, once nobody uses it."""
        with self._lock:
            self._db.close()
