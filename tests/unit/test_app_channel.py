"""The channel of the residents' page: on the feed, received, read; nothing said before its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dissemination.channels import Surroundings, pages
from dissemination.channels.app import App, Options, targets
from dissemination.installations import Installations, name_of
from dissemination.receipts import Receipt
from tests.warned import BASE
from tongluo.core.clock import now_ms
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery
from tongluo.core.times import DAY
from tongluo.core.words import DeliveryState, Status

ONE, TWO = name_of("0a" * 16), name_of("0b" * 16)
AREA = BASE.area.id
DRILL = replace(BASE, status=Status.EXERCISE)
READ = {BASE.identifier: DeliveryState.ACKNOWLEDGED}
RECEIVED = {BASE.identifier: DeliveryState.DELIVERED}
KEY = f"{BASE.identifier}:page:{ONE}"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Installations]:
    made = Installations(tmp_path)
    made.nest({AREA: [AREA, "above"], "village": ["village", AREA]})
    yield made
    made.close()


def enrol(book: Installations, name: str = ONE, place: str = AREA, *, exercises: bool = False,
          seen: int = 0) -> None:  # fmt: skip
    book.register(name, [place], "zh-CN", seen or now_ms(), exercises=exercises)


# whom


def test_everyone_with_a_place_in_the_area_has_a_delivery(
    book: Installations, tmp_path: Path
) -> None:
    enrol(book)
    enrol(book, TWO, "village")
    enrol(book, name_of("0c" * 16), "elsewhere")
    assert targets(Options(), Surroundings(tmp_path), BASE) == sorted([ONE, TWO])


def test_an_exercise_is_for_who_takes_part(book: Installations, tmp_path: Path) -> None:
    enrol(book)
    enrol(book, TWO, exercises=True)
    assert targets(Options(), Surroundings(tmp_path), DRILL) == [TWO]
    assert targets(Options(), Surroundings(tmp_path), BASE) == sorted([ONE, TWO])


def test_a_page_not_seen_for_long_is_not_counted(book: Installations, tmp_path: Path) -> None:
    enrol(book, seen=now_ms() - 8 * DAY)
    enrol(book, TWO, seen=now_ms() - 6 * DAY)
    assert targets(Options(unseen_days=7), Surroundings(tmp_path), BASE) == [TWO]


def test_without_a_console_nobody_can_be_told_yet(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="tongluo console"):
        targets(Options(), Surroundings(tmp_path), BASE)


# handing over


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[App]:
    made = App(Options(), Surroundings(tmp_path))
    yield made
    made.close()


def test_it_is_handed_over_once_it_is_on_the_feed(book: Installations, channel: App) -> None:
    delivery = Delivery(KEY, BASE, "page", ONE)
    with pytest.raises(TemporaryFailure):
        channel.send(delivery)
    book.put_on_feed([BASE], now_ms())
    assert channel.send(delivery).state == channel.send(delivery).state == "handed_over"


def test_what_a_later_version_replaced_has_failed(book: Installations, channel: App) -> None:
    later = replace(BASE, identifier="id-2", version=2)
    book.put_on_feed([later], now_ms())
    with pytest.raises(PermanentFailure, match="version 2"):
        channel.send(Delivery(KEY, BASE, "page", ONE))
    latest = replace(BASE, identifier="id-3", version=3)
    with pytest.raises(TemporaryFailure):
        channel.send(Delivery(KEY, latest, "page", ONE))


def test_no_console_is_no_lasting_failure(channel: App) -> None:
    with pytest.raises(TemporaryFailure):
        channel.send(Delivery(KEY, BASE, "page", ONE))


# what pages proved

Tell = Callable[[Receipt], bool]


def told(folder: Path, tell: Tell, times: int = 1) -> None:
    """As the channel's thread looks, a few times."""
    receipts = pages.Proofs(Surroundings(folder, name="page", tell=tell))
    for _ in range(times):
        receipts.tell()


def test_receipts_are_told_once_and_in_order(book: Installations, tmp_path: Path) -> None:
    heard: list[Receipt] = []
    book.receive(ONE, RECEIVED, 5, now_ms())
    book.receive(ONE, READ, 6, now_ms())
    told(tmp_path, lambda r: not heard.append(r), times=3)
    assert [(r.id, r.state, r.time) for r in heard] == [(KEY, "delivered", 5),
                                                        (KEY, "acknowledged", 6)]  # fmt: skip
    told(tmp_path, lambda r: not heard.append(r))  # another process, later
    assert len(heard) == 2


def test_a_receipt_waits_for_its_delivery_and_holds_no_other_up(
    book: Installations, tmp_path: Path
) -> None:
    heard: list[str] = []
    planned = {TWO}

    def tell(receipt: Receipt) -> bool:
        who = receipt.id.rpartition(":")[2]
        if who in planned:
            heard.append(who)
        return who in planned

    book.receive(ONE, RECEIVED, 0, now_ms())
    book.receive(TWO, RECEIVED, 0, now_ms())
    receipts = pages.Proofs(Surroundings(tmp_path, name="page", tell=tell))
    receipts.tell()
    assert heard == [TWO]
    planned.add(ONE)
    receipts.tell()
    receipts.tell()
    assert heard == [TWO, ONE]


def test_a_restart_tells_again_what_may_not_have_been_kept(
    book: Installations, tmp_path: Path
) -> None:
    heard: list[Receipt] = []
    book.receive(ONE, RECEIVED, 0, now_ms())
    told(tmp_path, lambda _: False)
    told(tmp_path, lambda r: not heard.append(r))
    assert [r.id for r in heard] == [KEY]


def test_a_receipt_of_nobodys_delivery_is_given_up(
    book: Installations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Receipt] = []
    book.receive(ONE, RECEIVED, 0, now_ms())
    now = [now_ms() + pages.PATIENCE + 1]  # nobody ran: it has yet to be planned
    monkeypatch.setattr("dissemination.channels.pages.now_ms", lambda: now[0])
    around = Surroundings(tmp_path, name="page", tell=lambda r: bool(asked.append(r)))
    proofs = pages.Proofs(around)
    for _ in range(3):
        proofs.tell()
    assert len(asked) == 2 and not (tmp_path / "app-page.told").exists()
    now[0] += pages.PATIENCE + 1
    for _ in range(100):
        proofs.tell()
    assert len(asked) == 3 and (tmp_path / "app-page.told").read_text() == "1"


def test_one_that_waits_delays_no_other_and_none_is_lost_at_a_kill(
    book: Installations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST", 10)
    heard: list[str] = []
    planned = False

    def tell(receipt: Receipt) -> bool:
        known = planned or receipt.id != KEY
        if known:
            heard.append(receipt.id)
        return known

    around = Surroundings(tmp_path, name="page", tell=tell)
    book.receive(ONE, RECEIVED, 0, now_ms())
    for n in range(1, 41):
        book.receive(name_of(f"{n:032x}"), RECEIVED, 0, now_ms())
    proofs = pages.Proofs(around)
    for _ in range(5):
        proofs.tell()
    assert len(set(heard)) == len(heard) == 40
    planned = True
    pages.Proofs(around).tell()  # after a kill
    assert KEY in heard


def test_of_those_that_wait_no_more_are_kept_than_there_is_room_for(
    book: Installations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "CROWD", 10)
    now = [now_ms()]
    monkeypatch.setattr(pages, "now_ms", lambda: now[0])
    heard: list[str] = []

    def tell(receipt: Receipt) -> bool:
        return receipt.id == KEY and not heard.append(receipt.id)

    for n in range(1, 16):
        book.receive(name_of(f"{n:032x}"), RECEIVED, 0, now_ms())
    book.receive(ONE, RECEIVED, 0, now_ms())
    proofs = pages.Proofs(Surroundings(tmp_path, name="page", tell=tell))
    for _ in range(3):
        proofs.tell()
    assert heard == [] and len(proofs._waiting) == 10
    now[0] += pages.CROWDED + 1
    for _ in range(10):
        proofs.tell()
    assert heard == [KEY]


def test_who_proves_what_was_not_planned_asks_for_a_delivery_once(
    book: Installations, tmp_path: Path
) -> None:
    asked: list[str] = []
    planned: set[str] = set()

    def more(identifier: str, names: Sequence[str]) -> bool:
        assert list(names) == [ONE]
        asked.append(identifier)
        return True

    def tell(receipt: Receipt) -> bool:
        return receipt.id in planned

    around = Surroundings(tmp_path, name="page", tell=tell, more=more)
    proofs = pages.Proofs(around)
    book.receive(ONE, RECEIVED, 0, now_ms())
    proofs.tell()
    assert asked == []  # the plan may be on its way
    for _ in range(3):
        proofs.tell()
    assert asked == [BASE.identifier]
    planned.add(KEY)
    proofs.tell()
    book.receive(ONE, READ, 0, now_ms())
    proofs.tell()
    proofs.tell()
    assert asked == [BASE.identifier]
    pushed = pages.Proofs(around, "push")
    book.receive(TWO, RECEIVED, 0, now_ms(), "push")
    for _ in range(3):
        pushed.tell()
    assert asked == [BASE.identifier]  # a push comes by a delivery or not at all


def test_the_channel_looks_by_itself(
    book: Installations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "POLL", 0.01)
    came = threading.Event()
    channel = App(Options(), Surroundings(tmp_path, name="page", tell=lambda _: not came.set()))
    book.receive(ONE, RECEIVED, 0, now_ms())
    assert came.wait(20)
    channel.close()
