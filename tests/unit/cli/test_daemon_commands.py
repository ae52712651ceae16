"""`refeed` and `run`: what they ask of the daemon, and what they hand to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.cli.conftest import Call
from tests.unit.cli.site import ran, write
from tongluo.cli import local
from tongluo.cli.doctor_local import daemon as doctored
from tongluo.cli.run import with_clock
from tongluo.config.load import Loaded, load
from tongluo.core.errors import StoreError, TongluoError
from tongluo.daemon import process
from tongluo.daemon.control import Control, in_main_thread
from tongluo.store.journal import connect


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """A site whose control socket answers as the daemon's, between two batches of none."""
    path = write(tmp_path)
    intake = ran(path)

    def now(act: Callable[[], None]) -> None:
        act()

    stand_in: Any = SimpleNamespace(
        intake=intake,
        journal=intake.journal,
        command=now,
        received=12,
        collector=SimpleNamespace(subscribed=True),
    )
    control = Control(stand_in, path.parent / "var" / local.SOCKET)
    yield path
    control.close()
    intake.journal.close()


def test_refeed_by_number(call: Call, running: Path) -> None:
    ended = call("refeed", 2, "--who", "Li Lei", "--config", running)
    assert ended.code == 0, ended.err
    assert ended.out == "1 of 1 messages fed again; 1 new rejects came of them\n"
    shown = call("show", "rejects", "--config", running).out
    assert "json: 2 (1 fed again)" in shown


def test_refeed_by_code_takes_each_message_once(call: Call, running: Path) -> None:
    first = call("refeed", "--code", "station", "--who", "Li Lei", "--config", running)
    assert first.out.startswith("1 of 1 messages fed again")
    again = call("refeed", "1", "--who", "Li Lei", "--config", running)
    assert again.out.startswith("0 of 1 messages fed again; 0 new")


def test_many_are_fed_in_parts(call: Call, running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongluo.cli.refeed.AT_ONCE", 1)
    ended = call("refeed", "1", "2", "99", "--who", "x", "--config", running)
    assert ended.out.startswith("2 of 3 messages fed again; 2 new")


@pytest.mark.parametrize("args", [[], ["1", "--code", "json"]])
def test_refeed_wants_numbers_or_a_code(call: Call, running: Path, args: list[str]) -> None:
    ended = call("refeed", *args, "--who", "x", "--config", running)
    assert ended.code == 1
    assert "say which" in ended.err


def test_refeed_wants_a_name(call: Call, running: Path) -> None:
    assert call("refeed", "1", "--config", running).code == 2


def test_without_a_daemon_refeed_says_so(call: Call, config: Path) -> None:
    ended = call("refeed", "1", "--who", "x", "--config", config)
    assert ended.code == 1
    assert "no daemon is running" in ended.err


def test_what_the_daemon_refuses_is_told_in_its_words(running: Path) -> None:
    with pytest.raises(TongluoError, match="an act needs a name and a reason"):
        said = {"who": "", "area": "a", "hazard": "landslide", "level": "red", "why": ""}
        local.ask(running.parent / "var", "/act", said)


def test_a_command_of_a_wrong_shape_is_refused_and_leaves_no_row(running: Path) -> None:
    store = running.parent / "var"
    wrong = {"who": "x", "area": 5, "hazard": "landslide", "level": "red", "why": "y"}
    with closing(connect(store / "journal.db", read_only=True)) as db:
        before = db.execute("SELECT count(*) FROM journal").fetchone()
        with pytest.raises(TongluoError, match="area"):
            local.ask(store, "/act", wrong)
        with pytest.raises(TongluoError, match="not assessed"):
            local.ask(store, "/act", {**wrong, "area": "nowhere"})
        with pytest.raises(TongluoError, match="ids"):
            local.ask(store, "/refeed", {"ids": [{}], "who": "x"})
        assert db.execute("SELECT count(*) FROM journal").fetchone() == before


def test_a_left_over_socket_is_no_daemon(running: Path) -> None:
    folder = running.parent / "var"
    assert local.ask(folder, "/status")["received"] == 12
    (folder / "other").mkdir()
    (folder / "other" / local.SOCKET).touch()
    with pytest.raises(local.NotRunning):
        local.ask(folder / "other", "/status")


def test_doctor_sees_it_run(running: Path) -> None:
    found = doctored(running.parent / "var")
    assert (found.state, "12 messages" in found.said) == ("OK", True)


def test_run_hands_the_configuration_to_the_daemon(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, clock="system")
    handed: list[tuple[Loaded, bool]] = []

    def run(loaded: Loaded, *, dispatch: bool, read_again: Callable[[], Loaded]) -> int:
        assert read_again().digest == loaded.digest
        handed.append((loaded, dispatch))
        return 0

    monkeypatch.setattr(process, "run", run)
    assert call("run", "--config", path).code == 0
    assert call("run", "--config", path, "--clock", "stream", "--no-dispatch").code == 0
    (plain, dispatched), (stream, alone) = handed
    assert (plain.config.time.clock, dispatched) == ("system", True)
    assert (stream.config.time.clock, alone) == ("stream", False)
    assert stream.digest != plain.digest


def test_a_failed_start_is_an_exit_code(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "run", lambda *_, **__: 1)
    assert call("run", "--config", write(tmp_path)).code == 1


def test_another_clock_stands_in_the_text_that_the_journal_keeps(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, clock="system"))
    changed = with_clock(loaded, "stream")
    kept = tmp_path / "kept.yaml"
    kept.write_text(changed.text, encoding="utf-8")
    assert load(kept).config == changed.config
    assert with_clock(changed, "system").config == loaded.config


def test_a_second_daemon_on_one_store_is_refused(call: Call, running: Path) -> None:
    ended = call("run", "--config", running)
    assert ended.code == 1
    assert "already runs" in ended.err


def test_an_order_that_cannot_be_written_ends_the_daemon(tmp_path: Path) -> None:
    """What the engine has judged and the journal does not hold must not live on in memory."""
    told: list[Any] = []

    def full() -> None:
        raise StoreError("disk full")

    def main_loop(run: Callable[[], None]) -> None:
        with pytest.raises(StoreError):
            run()
        told.append("ended")

    stand_in: Any = SimpleNamespace(command=main_loop)
    assert in_main_thread(stand_in, full) == (500, {"error": "disk full"})
    assert told == ["ended"]
