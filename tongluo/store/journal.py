"""The journal: every row that fed the engine, with all it caused, in one transaction.

SQLite in WAL mode with synchronous=FULL: what was committed survives the process and the power.
Append-only; the order of rows is the order of arrival. One process writes.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tongluo.core.chain import broken, link
from tongluo.core.columns import Columns
from tongluo.core.effects import Act, Call, Command, Decision, Effects, Notice, Record, Tick
from tongluo.core.errors import StoreError
from tongluo.core.warning import WarningVersion
from tongluo.store.schema import migrate

ROWS = 50


def connect(path: Path, *, read_only: bool = False, any_thread: bool = False) -> sqlite3.Connection:
    """Open a journal; StoreError when it cannot be."""
    try:
        if read_only:
            db = sqlite3.connect(
                f"file:{path}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=5,
                check_same_thread=not any_thread,
            )
            db.execute("SELECT 1 FROM journal LIMIT 1")
            return db
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        migrate(db)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"journal {path} cannot be opened: {error}") from error
    return db


class Journal:
    """The one writer's hand on the journal."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = connect(path)
        last = self.db.execute("SELECT max(seq) FROM journal").fetchone()[0]
        self.seq: int = last or 0
        head = self.db.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
        self._head: bytes = head[0] if head else b""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; after it returns, everything in it is on disk."""
        seq, head = self.seq, self._head
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException as error:
            self.seq, self._head = seq, head
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"journal {self.path} cannot be written: {error}") from error
            raise

    # rows

    def readings(self, columns: Columns, effects: Effects, at: int) -> None:
        """A batch of readings with their fates; `body` says which rows of `readings` it is."""
        first = (self.db.execute("SELECT max(id) FROM readings").fetchone()[0] or 0) + 1
        span = first.to_bytes(8, "big") + len(columns).to_bytes(8, "big")
        self._row("readings", at, span)
        stored = _stored(columns, effects.admitted)
        rows = zip(repeat(self.seq), *(c.tolist() for c in stored.values()), strict=False)
        self._insert(["seq", *stored], rows, len(columns))
        self.effects(effects, at)

    def _insert(self, names: list[str], rows: Iterable[tuple[Any, ...]], n: int) -> None:
        """Rows of readings, many to a statement: half of what one a statement takes."""
        into = f"INSERT INTO readings ({', '.join(names)}) VALUES "
        one = f"({', '.join('?' * len(names))})"
        flat, size = chain.from_iterable(rows), len(names) * ROWS
        many = (tuple(islice(flat, size)) for _ in range(n // ROWS))
        self.db.executemany(into + ", ".join([one] * ROWS), many)
        self.db.executemany(into + one, iter(lambda: tuple(islice(flat, len(names))), ()))

    def tick(self, tick: Tick, effects: Effects) -> None:
        """The passing of time."""
        self._row("tick", tick.at, None)
        self.effects(effects, tick.at)

    def act(self, act: Act, effects: Effects) -> None:
        """A person's act."""
        self._row("act", act.at, msgspec.msgpack.encode(act))
        self.audit(act.at, "act", act)
        self.effects(effects, act.at)

    def command(self, command: Command, effects: Effects) -> None:
        """What an operator ordered, done or refused: the audit is among its effects."""
        self._row("command", command.at, msgspec.msgpack.encode(command))
        self.effects(effects, command.at)

    def notice(self, notice: Notice, effects: Effects) -> None:
        """Another agency's message that counts here; the audit is among its effects."""
        self._row("notice", notice.at, notice.xml)
        self.effects(effects, notice.at)

    def configuration(
        self, text: str, sensors: Iterable[tuple[int, str, str, str]], effects: Effects, at: int
    ) -> None:
        """A configuration, whole, and the rows its sensors have: (row, key, quantity, unit)."""
        self._row("configuration", at, text.encode())
        self.db.executemany("INSERT OR IGNORE INTO sensors VALUES (?,?,?,?)", sensors)
        self.audit(at, "configuration", {"sha256": hashlib.sha256(text.encode()).hexdigest()})
        self.effects(effects, at)

    def _row(self, kind: str, at: int, body: bytes | None) -> None:
        self.seq += 1
        self.db.execute("INSERT INTO journal VALUES (?,?,?,?)", (self.seq, kind, at, body))

    # effects

    def effects(self, effects: Effects, at: int) -> None:
        """What a row caused, except its readings."""
        encode = msgspec.json.encode
        if effects.verdicts:
            self.db.executemany(
                "INSERT INTO verdicts VALUES (?,?,?,?,?,?,?,?)",
                [(self.seq, v.time, v.sensor, v.rule, v.before, v.after, v.cause, encode(v.why))
                 for v in effects.verdicts],
            )  # fmt: skip
        for d in effects.decisions:
            self._decision(d)
        if effects.conditions:
            self.db.executemany(
                "INSERT INTO conditions (seq, time, kind, sensor, begins) VALUES (?,?,?,?,?)",
                [(self.seq, c.time, c.kind, c.sensor, c.begins) for c in effects.conditions],
            )
        for warning, channels in effects.warnings:
            self._warning(warning, channels)
        for call in effects.calls:
            self._call(call)
        for identifier, later in effects.later:
            self._out(identifier, later)
        for record in effects.records:
            self._record(record)

    def _decision(self, d: Decision) -> None:
        body = msgspec.json.encode(d.reason)
        self.db.execute(
            "INSERT INTO decisions (seq, time, area, hazard, before, after, reason)"
            " VALUES (?,?,?,?,?,?,?)",
            (self.seq, d.time, d.area, d.hazard, d.before, d.after, body),
        )
        self.audit(d.time, "decision", d)

    def _warning(self, w: WarningVersion, channels: Iterable[str]) -> None:
        self.db.execute(
            "INSERT INTO warnings VALUES (?,?,?,?,?,?,?,?,?,?)",
            (w.identifier, self.seq, w.event, w.area.id, w.hazard.value, w.act.value,
             int(w.level), w.sent, w.expires, msgspec.json.encode(w)),
        )  # fmt: skip
        self._out(w.identifier, channels)
        self.audit(w.sent, "warning", {"identifier": w.identifier, "level": w.level.word})

    def _out(self, identifier: str, channels: Iterable[str]) -> None:
        self.db.executemany(
            "INSERT INTO outbox (seq, identifier, channel) VALUES (?,?,?)",
            [(self.seq, identifier, channel) for channel in channels],
        )

    def _call(self, c: Call) -> None:
        """A person to be called: one outbox row a channel, under an identifier of its own."""
        w, encode = c.draft, msgspec.json.encode
        self.db.execute(
            "INSERT INTO calls VALUES (?,?,?,?,?,?,?,?,?,?,?,NULL)",
            (c.id, self.seq, c.time, c.group, c.person, c.answer, encode(c.targets),
             w.identifier, w.area.id, int(w.level), encode(w)),
        )  # fmt: skip
        self._out(w.identifier, c.targets)

    def _record(self, record: Record) -> None:
        if record.what == "answer":
            self.db.execute(
                "UPDATE calls SET answered = ? WHERE id = ?", (record.time, record.body["call"])
            )
        if record.what == "report":
            body, kind = record.body, "count" if "told" in record.body else "text"
            kind = "shown" if "shown" in body else kind
            self.db.execute(
                "INSERT INTO reports (seq, arrival, station, kind, time, body)"
                " VALUES (?,?,?,?,?,?)",
                (self.seq, record.time, body["area"], kind, body.get("shown", record.time),
                 msgspec.msgpack.encode(body)),
            )  # fmt: skip
        self.audit(record.time, record.what, record.body)

    def audit(self, at: int, what: str, body: Any) -> None:
        """One link of the audit chain: hash = SHA-256(hash before, time, what, body)."""
        encoded = msgspec.json.encode(body)
        self._head = link(self._head, at, what, encoded)
        self.db.execute(
            "INSERT INTO audit (at, what, body, hash) VALUES (?,?,?,?)",
            (at, what, encoded, self._head),
        )

    # beside the readings

    def fragments(self, changed: Mapping[str, bytes]) -> None:
        """Held-back ends of streams: kept, or gone when empty."""
        for topic, rest in changed.items():
            if rest:
                self.db.execute("INSERT OR REPLACE INTO fragments VALUES (?,?)", (topic, rest))
            else:
                self.db.execute("DELETE FROM fragments WHERE topic = ?", (topic,))

    def held_back(self) -> dict[str, bytes]:
        """Held-back ends of streams, by topic."""
        return dict(self.db.execute("SELECT topic, rest FROM fragments"))

    def known_sensors(self) -> list[str]:
        """Keys of all sensors that ever had a row, in row order."""
        return [key for (key,) in self.db.execute("SELECT key FROM sensors ORDER BY row")]

    def close(self) -> None:
        """Close the file."""
        self.db.close()


def broken_link(db: sqlite3.Connection) -> int | None:
    """Id of the first audit entry that does not fit its chain; None when all do."""
    return broken(db.execute("SELECT * FROM audit ORDER BY id"))


def _stored(columns: Columns, out: Any) -> dict[str, Any]:
    """The columns of a batch, by name; what came is stored too where judging changed it.

    Else it stays NULL unnamed: binding a None takes sqlite3 as long as the rest of the row."""
    stored = {
        "sensor": columns.sensor,
        "t": columns.t,
        "value": out.value,
        "flag": out.flag,
        "fate": out.fate,
        "arrival": out.arrival,
        "issued": columns.issued,
    }
    came = {"raw": columns.value, "given": columns.flag, "sent": columns.arrival}
    for (name, given), judged in zip(came.items(), (out.value, out.flag, out.arrival), strict=True):
        if not _same(given, judged):
            stored[name] = given
    return stored


def _same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(a, b, equal_nan=True))
