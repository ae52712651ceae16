"""`tongluo demo`: a storm in over MQTT, a warning out, with nothing else needed."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from ruamel.yaml import YAML

from tongluo.cli import paint
from tongluo.cli.demo_broker import broker as start_broker
from tongluo.cli.local import ask
from tongluo.cli.replay import bar
from tongluo.cli.texts import hazard_word, say
from tongluo.core.clock import monotonic, sleep
from tongluo.core.errors import CaseError, StoreError, TongluoError
from tongluo.core.words import Level
from tongluo.replay.case import Case, load_case
from tongluo.replay.journal import recorded
from tongluo.replay.publish import publish
from tongluo.replay.readings import read_rows
from tongluo.replay.run import prepare, replay
from tongluo.store.journal import connect

BUNDLED = Path("replay_data") / "flash-flood-night"
PATIENCE = 90.0


def demo(
    case: Annotated[Path | None, typer.Argument()] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR")] = Path("out/demo"),
) -> None:
    """The whole way: broker, stations, daemon, warnings, deliveries, report."""
    console = paint.console()
    found = load_case(case or bundled())
    out = out.resolve()
    if out.exists():
        _make_room(out)
    out.mkdir(parents=True)
    with start_broker(out) as (url, name):
        console.print(say("demo_broker", name=name, url=url), highlight=False)
        protocol = "auto" if name == "mosquitto" else "3.1.1"
        config = configuration(found, out, {"url": url, "protocol": protocol})
        live(found, config, out, url, console)
    compare(found, config, out, console)


def bundled() -> Path:
    """The bundled storm, from the working folder or beside the installed packages."""
    for base in (Path(), Path(__file__).resolve().parents[2]):
        if (base / BUNDLED / "case.yaml").is_file():
            return base / BUNDLED
    raise CaseError(say("no_bundled_case", path=BUNDLED))


def _make_room(out: Path) -> None:
    """Only what an earlier demo wrote is removed."""
    if not (out / "stations.yaml").is_file() or not (out / "broker.log").is_file():
        raise TongluoError(say("not_a_demo_folder", folder=out))
    shutil.rmtree(out)


def configuration(case: Case, out: Path, broker: dict[str, str]) -> Path:
    """The case's own stations, with this broker, in stream time, stored in this folder."""
    yaml = YAML()
    document = yaml.load(case.config_path.read_text(encoding="utf-8"))
    document["broker"] = {**broker, "client_id": "tongluo-demo"}
    document.setdefault("time", {})["clock"] = "stream"
    document["store"] = {"folder": "store"}
    path = out / "stations.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(document, file)
    return path


def live(case: Case, config: Path, out: Path, url: str, console: Console) -> None:
    """Run the daemon, publish the storm to it, and tell warnings as they are raised."""
    store = out / "store"
    command = [sys.executable, "-m", "tongluo.cli", "run", "--config", str(config)]
    with (out / "daemon.log").open("wb") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _until(daemon, lambda: bool(_status(store).get("subscribed")), out)
        teller = Teller(store, case.timezone, console)
        plan = prepare(case, config)
        total = len(read_rows(case, plan)) + 1
        with bar(console) as progress:
            task = progress.add_task(say("publishing"), total=total)

            def moved(done: int) -> None:
                progress.update(task, completed=done)
                teller.tell()

            publish(case, plan, url, None, progress=moved)
        console.print(say("demo_published", count=f"{total:,}"), highlight=False)
        _until(daemon, lambda: _status(store).get("clock", 0) >= case.end, out)
        _until(daemon, teller.delivered, out)
        teller.tell(now=True)
    finally:
        daemon.terminate()
        daemon.wait(30)


def _status(store: Path) -> dict[str, Any]:
    with suppress(TongluoError, OSError):  # not there yet, or busy compiling
        return dict(ask(store, "/status", timeout=5.0))
    return {}


def _until(daemon: subprocess.Popen[bytes], done: Any, out: Path) -> None:
    deadline = monotonic() + PATIENCE
    while not done():
        if daemon.poll() is not None or monotonic() > deadline:
            raise TongluoError(say("demo_daemon_failed", log=out / "daemon.log"))
        sleep(0.05)


class Teller:
    """Warnings as the journal gets them, and whether all of them have been handed over."""

    def __init__(self, store: Path, zone: str, console: Console) -> None:
        self._store, self._zone, self._console = store, zone, console
        self._last, self._looked = 0, 0.0

    def tell(self, *, now: bool = False) -> None:
        """Print what is new, a few times a second at most, or all of it now."""
        if not now and monotonic() - self._looked < 0.2:
            return
        self._looked = monotonic()
        with closing(connect(self._store / "journal.db", read_only=True)) as db:
            rows = db.execute(
                "SELECT o.id, w.sent, w.area, w.hazard, w.act, w.level FROM warnings w JOIN"
                " (SELECT identifier, min(id) AS id FROM outbox GROUP BY identifier) o"
                " USING (identifier) WHERE o.id > ? ORDER BY o.id",
                (self._last,),
            ).fetchall()
        for number, sent, area, hazard, act, level in rows:
            self._last = number
            head = f"{paint.local(sent, self._zone)}  {area}  {hazard_word(hazard)}  "
            self._console.print(
                Text.assemble(head, paint.level(Level(level)), f"  {say('act_' + act)}")
            )

    def delivered(self) -> bool:
        """Whether nothing in the outbox waits any more."""
        with suppress(StoreError):
            with closing(connect(self._store / "journal.db", read_only=True)) as db:
                wanted = int(db.execute("SELECT count(*) FROM outbox").fetchone()[0])
            return _settled(self._store / "deliveries.db") >= wanted
        return False


def _settled(path: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            states = "state NOT IN ('queued', 'attempted')"
            found = db.execute(f"SELECT count(*) FROM deliveries WHERE {states}")
            return int(found.fetchone()[0])
    except sqlite3.Error:
        return 0


def compare(case: Case, config: Path, out: Path, console: Console) -> None:
    """Replay the same storm: the same decisions, and the report with pictures."""
    result = replay(case, out / "replay", config)
    for name in ("report.html", "decisions.jsonl", "coverage.csv"):
        shutil.copy(out / "replay" / name, out / name)
    shutil.copytree(out / "store" / "warnings", out / "warnings")
    shutil.copy(out / "store" / "deliveries.jsonl", out / "deliveries.jsonl")
    same = recorded(out / "store" / "journal.db").hexdigest() == result.hash.hexdigest()
    words = "demo_equal" if same else "demo_differs"
    console.print(Text(say(words, digest=result.hash.hexdigest()[:16]), "green" if same else "red"))
    console.print(Text(say("written", folder=out), "bold"))
    for name in ("report.html", "warnings", "deliveries.jsonl", "decisions.jsonl", "coverage.csv"):
        console.print(Text(f"  {out / name}"), soft_wrap=True)
    if not same:
        raise typer.Exit(1)
