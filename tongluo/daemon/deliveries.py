"""The dispatcher's own database: one row a delivery, planned idempotently from the outbox.

queued -> attempted -> handed over or accepted | failed | expired | unknown. A row found
`attempted` at a start was cut off in mid hand-over: its outcome is unknown. What is written here
survives the process; a power cut may take the last moments, which are then planned and sent again
with the same keys (`take` says for which channels more is needed).

On a channel with many recipients an outbox row is first one fan; the channel's own thread spreads
it into a delivery a recipient (`deliveries_fans`). What escalation adds, and whom it sends somebody
to: `deliveries_errands`. Receipts come later, in any order, and never lower what is proven. The
order of sending: `deliveries_due`. How the rows lie: `deliveries_sql`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from tongluo.core.words import DeliveryState
from tongluo.daemon import deliveries_fans as fan_rows
from tongluo.daemon import deliveries_rows as rows
from tongluo.daemon import deliveries_sql as sql
from tongluo.daemon import proof
from tongluo.daemon.deliveries_due import OVERTAKEN, Due
from tongluo.daemon.deliveries_errands import Errands
from tongluo.daemon.deliveries_fans import SPREAD_AT_ONCE, Target
from tongluo.daemon.deliveries_rows import A_STATEMENT, RESIDENTS, Outcome, Planned, Row

__all__ = [
    "A_STATEMENT", "OVERTAKEN", "RESIDENTS", "SPREAD_AT_ONCE",
    "Deliveries", "Outcome", "Planned", "Row", "Target",
]  # fmt: skip

Held = Callable[[str], float]
CUT_OFF, REPEATED = "cut off in mid hand-over", "repeated with the same key"


class Deliveries(Errands):
    """The tables, safe for the dispatcher's threads."""

    def cursor(self, newest: int) -> int:
        """The last outbox row that has been planned; 0 when the journal is an older, restored one.

        newest: the journal's last outbox row. Planning again from the start is harmless.
        """
        found = self._db.execute("SELECT max(outbox) FROM cursor").fetchone()[0] or 0
        return found if found <= newest else 0

    def plan(
        self, planned: Iterable[Planned], outbox: int, now: int, fans: Iterable[Planned] = ()
    ) -> None:
        """Plan deliveries and move the cursor, in one transaction; again is harmless.

        fans: rows whose target is an area, yet to be spread over its recipients.
        """
        planned = list(planned)
        with self._writing() as db:
            for p in planned:
                rows.plan(db, p, now)
            for event in {(p.lane, p.channel, p.event) for p in planned}:
                rows.urge(db, *event)
            fan_rows.write(db, fans)
            db.execute("DELETE FROM cursor")
            db.execute("INSERT INTO cursor VALUES (?)", (outbox,))

    def take(
        self, channel: str, most: int, now: int, *, sure: bool, held: Held | None = None
    ) -> list[Row]:
        """Mark the next due deliveries of a channel as attempted, and return them.

        sure: the mark must survive a power cut too, not only the process: for channels on which
        the same key again would be a second message. held: seconds for which a target is out of
        reach: put off until then, with no word in the history.
        """
        taken = list[Row]()
        with self._writing(sure=sure) as db:
            for number, row in islice(Due(db, channel, now).rows(), SPREAD_AT_ONCE):
                if held is not None and (wait := held(row.target)) > 0:
                    rows.put_off(db, number, now + int(wait * 1000) + 1)
                    continue
                rows.put(db, number, row.key, DeliveryState.ATTEMPTED, now, "", attempts=1)
                taken.append(row)
                if len(taken) >= most:
                    break
        return taken

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """What became of attempts, in their order, in one transaction.

        Where a receipt was there first, its word stands and nothing is sent again.
        """
        with self._writing() as db:
            for o in outcomes:
                number, _ = rows.find(db, o.key) or (0, None)
                rows.put(db, number, o.key, o.state, o.at, o.detail, due=o.due, only=proof.OPEN)

    def receive(self, key: str, state: DeliveryState, time: int, raw: str, now: int) -> bool:
        """A receipt; False when no such delivery was planned. The same one again changes nothing.

        time: ms, of what it tells; 0 when it does not tell.
        """
        with self._writing() as db:
            found = rows.find(db, key)
            if found is None:
                return False
            number, before = found
            fresh = db.execute(
                "INSERT OR IGNORE INTO receipts VALUES (?,?,?,?,?)",
                (key, state.value, time, raw, now),
            ).rowcount
            proven = proof.after(before, state)
            if fresh and proven is not before:
                rows.put(db, number, key, proven, now, f"receipt: {raw}")
            elif fresh:
                rows.tell(db, key, state, now, f"receipt, changes nothing: {raw}")
        return True

    def cut_off(self, channel: str, now: int, again: Callable[[int], bool]) -> None:
        """Hand-overs that a crash cut off are unknown; `again(lane)`: those that are then repeated
        with the same key. One transaction: what another crash leaves unknown stays so."""
        with self._writing() as db:
            for number, key, lane in db.execute(sql.IN_FLIGHT, (channel,)).fetchall():
                rows.put(db, number, key, DeliveryState.UNKNOWN, now, CUT_OFF)
                if again(lane):
                    rows.put(db, number, key, DeliveryState.QUEUED, now, REPEATED)

    def next_due(self, channel: str) -> int | None:
        """When the next queued delivery of a channel is due, ms; None when none waits."""
        if self._read(sql.UNTOUCHED, channel):
            return 0
        ((found,),) = self._read(sql.NEXT_DUE, channel)
        return None if found is None else int(found)
