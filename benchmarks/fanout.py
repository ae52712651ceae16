"""The fan-out: a million recipients planned and queued durably, and one coverage step.

Ours is the dispatcher's own `Deliveries`: an outbox row becomes a fan, its audience's targets a
delivery each, ready to be taken (`take` gives the first of them) and idempotent. The peer inserts
the very same rows, as they lie in the file afterwards, into a table without any index: as many in
a statement and in a transaction, with the same settings of the database, the rows ready as tuples.
Ours builds its rows from bare targets within its time. Order alternates from round to round.

A second peer inserts each row with all that the view of deliveries tells of it (key, identifier,
event, channel, ...): told, not compared.

The coverage step is that of `coverage_of_people`: 1,100,000 people on four channels against plain
Python sets.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from bench import Result, finish, middle

from tongluo.daemon.deliveries import A_STATEMENT, SPREAD_AT_ONCE, Deliveries, Planned
from tongluo.daemon.deliveries_sql import connection

PEOPLE = 1_000_000
ROUNDS = 5
EVENT = "tongluo.lanwan.flash_flood.20260701T080000Z"
FAN = Planned(f"{EVENT}.v1:sms:lanwan", f"{EVENT}.v1", EVENT, "sms", "lanwan", 4)
NOW = 1_782_864_000_000
ROW = (
    "id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL,"
    " attempts INTEGER NOT NULL, due INTEGER NOT NULL, updated INTEGER NOT NULL,"
    " detail TEXT NOT NULL"
)
WIDE = f"{ROW}, key TEXT, identifier TEXT, event TEXT, channel TEXT, audience TEXT, lane INTEGER"


def targets(count: int) -> list[str]:
    """Keyed digests, as a list of numbers gives them."""
    return [
        hashlib.blake2b(b"%d" % n, digest_size=16, key=b"bench").hexdigest() for n in range(count)
    ]


def ours(folder: Path, people: list[str]) -> float:
    """Seconds from the fan to a delivery for each."""
    with closing(Deliveries(folder / "deliveries.db")) as rows:
        before = time.perf_counter()
        rows.plan([], 1, NOW, [FAN])
        (fan,) = rows.fans("sms")
        rows.spread(fan, people, NOW)
        took = time.perf_counter() - before
        first = rows.take("sms", 3, NOW, sure=True)
        assert [row.target for row in first] == people[:3] and not rows.fans("sms")
    with closing(connection(folder / "deliveries.db", "NORMAL")) as db:
        assert db.execute("SELECT count(*) FROM deliveries").fetchone() == (len(people),)
    return took


def bare(folder: Path, columns: str, rows: list[tuple[object, ...]]) -> float:
    """Seconds for the plain insert of rows."""
    width = columns.count(",") + 1
    with closing(connection(folder / "bare.db", "NORMAL")) as db:
        db.execute(f"CREATE TABLE rows ({columns})")
        before = time.perf_counter()
        for start in range(0, len(rows), SPREAD_AT_ONCE):
            db.execute("BEGIN IMMEDIATE")
            for some in _parts(rows[start : start + SPREAD_AT_ONCE]):
                each = ",".join([f"({','.join('?' * width)})"] * len(some))
                db.execute(f"INSERT INTO rows VALUES {each}", list(chain.from_iterable(some)))
            db.execute("COMMIT")
        took = time.perf_counter() - before
        assert db.execute("SELECT count(*) FROM rows").fetchone() == (len(rows),)
    return took


def _parts(rows: list[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    for start in range(0, len(rows), A_STATEMENT):
        yield rows[start : start + A_STATEMENT]


def _round(n: int, people: list[str], narrow: list[tuple[object, ...]]) -> tuple[float, float]:
    """(ours, bare) in turn, each in a fresh folder."""
    todo: list[Callable[[Path], float]] = [
        lambda folder: ours(folder, people),
        lambda folder: bare(folder, ROW, narrow),
    ]
    found = []
    for one in todo if n % 2 == 0 else todo[::-1]:
        with tempfile.TemporaryDirectory() as folder:
            found.append(one(Path(folder)))
    return (found[0], found[1]) if n % 2 == 0 else (found[1], found[0])


def plan(count: int, rounds: int) -> list[Result]:
    """Fan-outs against bare inserts."""
    people = targets(count)
    narrow: list[tuple[object, ...]] = [
        (n, 1, target, "queued", 0, 0, NOW, "") for n, target in enumerate(people, 1)
    ]
    found = [_round(n, people, narrow) for n in range(rounds)]
    rest = (FAN.identifier, FAN.event, "sms", "residents", 4)
    wide = [(*row, f"{FAN.identifier}:sms:{row[2]}", *rest) for row in narrow]
    with tempfile.TemporaryDirectory() as folder:
        took = bare(Path(folder), WIDE, wide)
    told = ", ".join(f"{a:.2f} s to {b:.2f}" for a, b in found)
    print(
        f"fan-out: {count} recipients; ours to the bare insert: {told}; rows with all: {took:.2f}"
    )
    ratio, every = middle([b / a for a, b in found])
    print(f"  of the bare insert: {every}")
    return [Result("fanout", ratio, 0.25, 0.5)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=PEOPLE)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--plan", action="store_true", help="without the coverage step")
    said = asked.parse_args()
    results = plan(said.people, said.rounds)
    if not said.plan:
        from coverage_of_people import step  # noqa: PLC0415 - loads numpy: not before the timing

        results += step()
    finish(results)


if __name__ == "__main__":
    main()
