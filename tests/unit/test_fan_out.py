"""Fans, receipts and their listener: spread once, in any order, never lowered, never invented."""

from __future__ import annotations

import sqlite3
from functools import partial
from http.client import HTTPConnection
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination.channels import Ear
from dissemination.channels.kannel import receipt, seal
from tests.ports import free_port
from tongluo.core.log import Log
from tongluo.core.words import DeliveryState as D
from tongluo.daemon import deliveries_fans, deliveries_rows
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned
from tongluo.daemon.listener import Listener
from tongluo.daemon.proof import after

FAN = Planned("e.v1:sms:a", "e.v1", "e", "sms", "a", 4)
SAID = [D.ACCEPTED, D.PLAYED, D.EXPIRED, D.FAILED, D.DELIVERED, D.UNKNOWN]


@pytest.fixture
def rows(tmp_path: Path) -> Deliveries:
    found = Deliveries(tmp_path / "deliveries.db")
    found.plan([], 1, 0, [FAN])
    return found


def test_a_fan_is_spread_once_and_again_is_harmless(rows: Deliveries) -> None:
    assert rows.fans("sms") == [FAN] and rows.fans("other") == []
    for _ in range(2):
        rows.spread(FAN, ["x", "y"], 0)
    assert rows.fans("sms") == []
    assert [r.key for r in rows.take("sms", 9, 0, sure=True)] == ["e.v1:sms:x", "e.v1:sms:y"]
    rows.close()


def test_a_spread_cut_off_in_the_middle_is_finished_later(
    rows: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: list[list[str]] = []
    fill = deliveries_rows.fill

    def cut_off(db: sqlite3.Connection, batch: int, targets: list[str], now: int) -> None:
        if len(filled) == 2:
            raise KeyboardInterrupt
        filled.append(targets)
        fill(db, batch, targets, now)

    monkeypatch.setattr(deliveries_fans, "SPREAD_AT_ONCE", 2)
    people = [f"p{n}" for n in range(10)]
    with monkeypatch.context() as for_now, pytest.raises(KeyboardInterrupt):
        for_now.setattr(deliveries_rows, "fill", cut_off)
        rows.spread(FAN, people, 0)
    assert rows.fans("sms") == [FAN]
    rows.spread(FAN, ["new", *people], 0)  # somebody has come into the list meanwhile
    taken = [r.target for r in rows.take("sms", 99, 0, sure=True)]
    assert taken == [*people[:4], "new", *people[4:]]
    rows.close()


def test_a_fan_without_recipients_is_seen(rows: Deliveries, tmp_path: Path) -> None:
    rows.spread(FAN, [], 0)
    with sqlite3.connect(tmp_path / "deliveries.db") as db:
        assert db.execute("SELECT target, state FROM deliveries").fetchall() == [("a", "failed")]
    db.close()
    rows.close()


def test_receipts_in_any_order_give_one_state() -> None:
    for order in permutations(SAID):
        state = D.HANDED_OVER
        for said in order:
            state = after(state, said)
        assert state is D.DELIVERED


@given(st.lists(st.sampled_from(SAID)), st.sampled_from(list(D)), st.randoms())
def test_a_receipt_never_lowers(said: list[D], start: D, chance: object) -> None:
    state, seen = start, start in (D.DELIVERED, D.ACKNOWLEDGED)
    for one in said:
        state = after(state, one)
        seen = seen or one is D.DELIVERED
        assert (state in (D.DELIVERED, D.ACKNOWLEDGED)) == seen


def test_a_receipt_before_the_hand_over_is_settled(rows: Deliveries, tmp_path: Path) -> None:
    """Its word stands, and a hand-over that was in doubt is not repeated."""
    rows.spread(FAN, ["x"], 0)
    (row,) = rows.take("sms", 9, 0, sure=True)
    assert rows.receive(row.key, D.DELIVERED, 5, "raw", 1)
    rows.settle([Outcome(row.key, D.UNKNOWN, 2), Outcome(row.key, D.QUEUED, 2)])
    assert rows.take("sms", 9, 9, sure=True) == []
    assert rows.receive(row.key, D.DELIVERED, 5, "raw", 3)
    assert not rows.receive("nobody's", D.DELIVERED, 5, "raw", 3)
    with sqlite3.connect(tmp_path / "deliveries.db") as db:
        assert db.execute("SELECT state FROM deliveries").fetchall() == [("delivered",)]
        assert db.execute("SELECT count(*) FROM receipts").fetchall() == [(1,)]
    db.close()
    rows.close()


def test_the_listener_answers_by_what_became_of_a_receipt(rows: Deliveries) -> None:
    rows.spread(FAN, ["x"], 0)
    ear = Ear("127.0.0.1", free_port(), partial(receipt, key=b"k"))
    listener = Listener("sms", ear, lambda r: rows.receive(r.id, r.state, 0, "", 1), Log("test"))
    ours, other = seal("e.v1:sms:x", b"k"), seal("e.v1:sms:y", b"k")
    forged = seal("e.v1:sms:x", b"another")
    asked = [(ours, "8"), (ours, "1"), (other, "1"), (forged, "2"), ("", ""), ("%ff&" * 99, "1")]
    answers = []
    while not answers:
        try:
            answers = [_ask(ear.port, f"/?k={k}&d={d}") for k, d in asked]
        except ConnectionRefusedError:  # it has not begun to listen
            continue
    assert answers == [200, 200, 404, 400, 400, 400]
    listener.close()
    rows.close()


def _ask(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_store_of_the_first_version_is_opened(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "deliveries.db") as db:
        db.execute(
            "CREATE TABLE deliveries (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, identifier"
            " TEXT NOT NULL, event TEXT NOT NULL, channel TEXT NOT NULL, target TEXT NOT NULL, lane"
            " INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due"
            " INTEGER NOT NULL DEFAULT 0, updated INTEGER NOT NULL,"
            " detail TEXT NOT NULL DEFAULT '')"
        )
        for n, state in ((1, "accepted"), (2, "queued")):
            db.execute(
                f"INSERT INTO deliveries VALUES"
                f" ({n},'e.v{n}:c:a','e.v{n}','e','c','a',{n},'{state}',{2 - n},0,9,'')"
            )
    db.close()
    old = Deliveries(tmp_path / "deliveries.db")
    assert [r.key for r in old.take("c", 9, 0, sure=True)] == ["e.v2:c:a"]
    assert old.receive("e.v1:c:a", D.DELIVERED, 0, "", 10)
    old.close()


def test_played_lies_between_accepted_and_delivered_and_no_later_word_undoes_it() -> None:
    assert after(D.ACCEPTED, D.PLAYED) is D.PLAYED
    assert after(D.PLAYED, D.FAILED) is after(D.PLAYED, D.UNKNOWN) is D.PLAYED
    assert after(D.PLAYED, D.DELIVERED) is D.DELIVERED
