"""The feed: state on connecting, then every version once; what is told to whom."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from dissemination.installations import Installations
from tests.unit.console.conftest import Asked
from tests.unit.console.site import CONFIG, HOUR, Written, after, over
from tongluo.config.load import load
from tongluo.console import feed as feed_module
from tongluo.console import places
from tongluo.console.feed import Feed, Wish, areas_of
from tongluo.console.journal import Reader
from tongluo.core.clock import now_ms
from tongluo.core.effects import Effects
from tongluo.core.log import Log
from tongluo.core.words import Act, Hazard, Level, Status
from tongluo.store.journal import Journal

ALL = Wish()


def events(raw: list[bytes]) -> list[tuple[str, int, Any]]:
    """(kind, id, data) of events as a browser reads them."""
    out = []
    for block in b"".join(raw).decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "data" in fields:
            out.append((fields["event"], int(fields["id"]), json.loads(fields["data"])))
    return out


class Ear:
    """One page on the feed."""

    def __init__(self, feed: Feed, wish: Wish = ALL, since: int | None = None) -> None:
        self._events: AsyncIterator[bytes] = feed.follow(wish, since)
        self._came = b""

    async def next(self) -> tuple[str, int, Any]:
        while True:
            block, end, rest = self._came.partition(b"\n\n")
            if not end:
                self._came += await asyncio.wait_for(anext(self._events), 5)
                continue
            self._came = rest
            if found := events([block]):
                return found[0]


def play(site: Written, story: Callable[[Feed, Installations], Any]) -> Any:
    """Run a story with a feed that has looked once."""

    async def run() -> Any:
        book = Installations(site.var)
        feed = Feed(site.var, book, Log("test", io.StringIO()))
        await feed.look()
        try:
            return await story(feed, book)
        finally:
            feed.reader.close()
            book.close()

    return asyncio.run(run())


def names(entries: Any) -> list[str]:
    return [e.warning.identifier for e in entries]


def test_the_state_is_what_is_in_force_and_fresh_all_clears(site: Written) -> None:
    now = now_ms()
    site.put(
        site.warning(event="on"),
        site.warning(event="ran-out", expires=now - 1000),
        (old := site.warning(event="over")),
        (ancient := site.warning(event="ancient", sent=now - 9 * HOUR)),
    )
    site.put(over(old))
    site.put(
        site.warning(event="ancient", identifier="ancient.v2", version=2, act=Act.CANCEL,
                     sent=now - 7 * HOUR, expires=now - 7 * HOUR, references=ancient.references)
    )  # fmt: skip
    shown, current = play(site, lambda feed, _: _both(feed))
    assert shown == ["on.v1", "over.v2"]
    assert current == ["on.v1"]


async def _both(feed: Feed) -> tuple[list[str], list[str]]:
    return names(feed.state(ALL)), names(feed.current(ALL))


def test_each_version_is_told_once_and_in_order(site: Written) -> None:
    first = site.warning()

    async def story(feed: Feed, _: Installations) -> None:
        ear = Ear(feed)
        kind, number, state = await ear.next()
        assert (kind, number, state["warnings"]) == ("state", 0, [])
        second = after(first, level=Level.RED)
        site.put(first)
        site.put(second, over(second))
        await feed.look()
        told = [await ear.next() for _ in range(3)]
        assert [kind for kind, *_ in told] == ["warning"] * 3
        assert [data["id"] for *_, data in told] == ["e.v1", "e.v2", "e.v3"]
        numbers = [number for _, number, _ in told]
        assert numbers == sorted(set(numbers))

    play(site, story)


def test_who_comes_back_is_told_what_it_missed(site: Written) -> None:
    first = site.warning()
    site.put(first)

    async def story(feed: Feed, _: Installations) -> None:
        _, number, _ = await Ear(feed).next()
        site.put(after(first, level=Level.RED))
        await feed.look()
        ear = Ear(feed, since=number)
        kind, _, data = await ear.next()
        assert (kind, data["id"]) == ("warning", "e.v2")
        kind, _, _ = await ear.next()
        assert kind == "beat"
        for unknown in (number + 1000, -1):  # another journal, or too long ago
            assert (await Ear(feed, since=unknown).next())[0] == "state"

    play(site, story)


def test_a_page_that_missed_very_many_is_told_the_state(
    site: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "KEPT", 3)

    async def story(feed: Feed, _: Installations) -> None:
        for n in range(6):
            site.put(site.warning(event=f"e{n}"))
            await feed.look()
        assert feed.missed(1, ALL) is None
        assert names(feed.missed(3, ALL)) == ["e3.v1", "e4.v1", "e5.v1"]
        assert len(feed.state(ALL)) == 6

    play(site, story)


def test_a_page_that_reads_too_slowly_is_told_the_state_in_place_of_what_it_missed(
    site: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "KEPT", 3)

    async def story(feed: Feed, _: Installations) -> None:
        slow, swift = Ear(feed), Ear(feed)
        for ear in (slow, swift):
            assert (await ear.next())[0] == "state"
        for n in range(6):
            site.put(site.warning(event=f"e{n}"))
            await feed.look()
            assert (await swift.next())[2]["id"] == f"e{n}.v1"
        kind, _, state = await slow.next()
        assert (kind, len(state["warnings"])) == ("state", 6)
        site.put(site.warning(event="e6"))
        await feed.look()
        assert (await slow.next())[2]["id"] == "e6.v1"

    play(site, story)


def test_a_large_state_goes_out_in_pieces_and_is_made_once_for_many_pages(
    site: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "PIECE", 1000)
    for n in range(5):
        site.put(site.warning(event=f"e{n}"))

    async def story(feed: Feed, _: Installations) -> None:
        monkeypatch.setattr(Feed, "now", feed.now)
        pages = [feed.follow(ALL, None) for _ in range(2)]
        first = [[await anext(page) for _ in range(4)] for page in pages]
        assert first[0] == first[1] and all(len(piece) <= 1000 for piece in first[0])
        assert len(feed._wholes[1]) == 1
        kind, _, state = await Ear(feed).next()
        assert (kind, len(state["warnings"])) == ("state", 5)
        site.put(site.warning(event="e5"))
        await feed.look()
        assert len((await Ear(feed).next())[2]["warnings"]) == 6

    play(site, story)


def test_silence_is_broken_by_beats(site: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "BEAT", 0.01)

    async def story(feed: Feed, _: Installations) -> None:
        ear = Ear(feed)
        await ear.next()
        kind, _, data = await ear.next()
        assert kind == "beat" and abs(data["now"] - now_ms()) < 60_000

    play(site, story)


def test_an_exercise_is_told_to_who_takes_part_and_yields_to_an_actual(site: Written) -> None:
    site.put(
        site.warning(event="drill", status=Status.EXERCISE),
        site.warning("port", event="other", status=Status.EXERCISE),
    )

    async def story(feed: Feed, _: Installations) -> None:
        part = Wish(exercises=True)
        assert names(feed.state(ALL)) == []
        assert names(feed.state(part)) == ["drill.v1", "other.v1"]
        site.put(site.warning(event="real"))
        await feed.look()
        assert names(feed.state(part)) == ["other.v1", "real.v1"]

    play(site, story)


def test_a_warning_that_goes_to_other_channels_is_not_for_the_page(site: Written) -> None:
    site.put(site.warning(event="staff"), channels=("record",))
    assert play(site, lambda feed, _: _both(feed)) == ([], [])


def test_places_concern_what_they_lie_in_and_what_lies_in_them(site: Written) -> None:
    async def story(feed: Feed, _: Installations) -> dict[str, set[str]]:
        ids = [a["id"] for a in feed.site["areas"]]
        return {place: set(areas_of([place], feed.site)) for place in ids}

    heard = play(site, story)
    assert heard["village"] == {"village", "town", "county"}
    assert heard["county"] == {"village", "town", "county", "port"}
    assert heard["port"] == {"port", "county"}


def test_areas_of_a_wish_are_the_only_ones_told(site: Written) -> None:
    site.put(site.warning("port", event="p"), site.warning("village", event="v"))

    async def story(feed: Feed, _: Installations) -> list[str]:
        return names(feed.state(Wish(areas=areas_of(["village"], feed.site))))

    assert play(site, story) == ["v.v1"]


def test_another_journal_in_its_place_is_another_state(site: Written, tmp_path: Path) -> None:
    site.put(site.warning(event="old"))

    async def story(feed: Feed, _: Installations) -> None:
        ear = Ear(feed)
        await ear.next()
        for path in site.var.glob("journal.db*"):
            path.unlink()
        fresh = Written(tmp_path)
        fresh.put(fresh.warning(event="new"))
        await feed.look()
        assert names(feed.state(ALL)) == ["new.v1"]
        fresh.journal.close()

    play(site, story)


def test_a_changed_configuration_is_followed(site: Written) -> None:
    async def story(feed: Feed, book: Installations) -> None:
        before = feed.site["digest"]
        text = site.config.read_text().replace("青溪镇", "清溪镇")
        site.config.write_text(text)
        site.loaded = type(site.loaded)(site.loaded.config, site.config, site.loaded.text.replace(
            "青溪镇", "清溪镇"))  # fmt: skip
        site.configure()
        await feed.look()
        assert feed.site["digest"] != before
        assert feed.site["areas"][1]["name"]["zh-CN"] == "清溪镇"

    play(site, story)


def test_without_a_journal_it_waits_and_tells_it_once(tmp_path: Path) -> None:
    async def run() -> list[str]:
        said = io.StringIO()
        book = Installations(tmp_path)
        feed = Feed(tmp_path, book, Log("test", said))
        for _ in range(3):
            await feed.look()
        book.close()
        return said.getvalue().splitlines()

    lines = asyncio.run(run())
    assert len(lines) == 1 and "no journal yet" in lines[0]


def test_a_version_says_what_where_by_when_and_who(site: Written) -> None:
    site.put(site.warning(level=Level.RED, hazard=Hazard.FLASH_FLOOD))

    async def story(feed: Feed, _: Installations) -> Any:
        return feed.state(ALL)[0].shown

    shown = play(site, story)
    zh, en = shown["texts"]["zh-CN"], shown["texts"]["en-US"]
    assert (shown["urgency"], shown["step"], shown["level"]) == ("Immediate", "leave", "red")
    assert zh["place"] == "上坑村" and "本地预案：到小学操场集合。" in zh["todo"]
    assert en["place"] == "Shangkeng" and en["asked"] == "leave now" and en["sender"]
    assert json.dumps(shown)


def test_a_list_of_areas_concerns_its_members_and_what_they_lie_in(tmp_path: Path) -> None:
    text = CONFIG.format(console="", channels="").replace(
        "channels:",
        "  - {id: coast, name: 沿海, name_en: Coast, people: 0, areas: [port]}\nchannels:",
    )
    (tmp_path / "stations.yaml").write_text(text, encoding="utf-8")
    heard = places.hears(load(tmp_path / "stations.yaml").config)
    assert set(heard["port"]) == {"port", "coast", "county"}
    assert set(heard["coast"]) == {"coast", "port"}
    assert "coast" not in heard["village"]


def test_what_could_not_be_written_down_is_told_at_the_next_look(
    site: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(feed: Feed, book: Installations) -> list[str]:
        kept = book.put_on_feed

        def locked(*_: Any) -> None:
            monkeypatch.setattr(book, "put_on_feed", kept)
            raise sqlite3.OperationalError("database is locked")

        monkeypatch.setattr(book, "put_on_feed", locked)
        site.put(site.warning(event="new"))
        await feed.look()
        assert names(feed.state(ALL)) == []
        await feed.look()
        return names(feed.state(ALL))

    assert play(site, story) == ["new.v1"]


def test_a_look_ends_before_the_files_are_closed(
    site: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, looking = list[str](), threading.Event()
    look, close = Reader.look, Reader.close

    def slow(self: Reader) -> Any:
        looking.set()
        time.sleep(0.2)
        order.append("looked")
        return look(self)

    def closed(self: Reader) -> None:
        order.append("closed")
        close(self)

    with Asked(site):
        monkeypatch.setattr(Reader, "look", slow)
        monkeypatch.setattr(Reader, "close", closed)
        assert looking.wait(20)
    time.sleep(0.3)
    assert order[-2:] == ["looked", "closed"]


def test_a_look_beside_another_ends_when_what_is_new_is_there(
    site: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(feed: Feed, book: Installations) -> list[str]:
        kept = book.put_on_feed

        def slow(*given: Any) -> None:
            time.sleep(0.2)
            kept(*given)

        monkeypatch.setattr(book, "put_on_feed", slow)
        site.put(site.warning(event="new"))
        first = asyncio.create_task(feed.look())
        await asyncio.sleep(0.1)
        await feed.look()
        found = names(feed.state(ALL))
        await first
        return found

    assert play(site, story) == ["new.v1"]


def put_configuration(journal: Journal, text: str) -> None:
    with journal.transaction():
        journal.configuration(text, [], Effects(), now_ms())


def test_a_configuration_that_it_cannot_read_stops_no_warning(site: Written) -> None:
    async def story(feed: Feed, _: Installations) -> list[str]:
        put_configuration(site.journal, site.loaded.text.replace('"site":', '"sight":1,"site":'))
        site.put(site.warning(event="new"))
        for _look in range(3):
            await feed.look()
        assert feed.loaded is not None and feed.loaded.digest == site.loaded.digest
        return names(feed.state(ALL))

    assert play(site, story) == ["new.v1"]


def test_it_waits_for_the_first_configuration_that_it_can_read(tmp_path: Path) -> None:
    async def run() -> tuple[list[str], list[str]]:
        said, book = io.StringIO(), Installations(tmp_path / "var")
        journal = Journal(tmp_path / "var" / "journal.db")
        feed = Feed(tmp_path / "var", book, Log("test", said))
        await feed.look()
        put_configuration(journal, '{"sight": 1}')
        for _ in range(3):
            await feed.look()
        journal.close()
        (tmp_path / "var" / "journal.db").unlink()
        site = Written(tmp_path)
        site.put(site.warning())
        await feed.look()
        feed.reader.close()
        book.close()
        site.journal.close()
        return said.getvalue().splitlines(), names(feed.state(ALL))

    lines, state = asyncio.run(run())
    assert "no configuration yet" in lines[0] and state == ["e.v1"]
