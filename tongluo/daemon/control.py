"""Operators' commands reach the daemon over HTTP on a local socket that only its user may open.

POST /reload                     read the configuration again, all or nothing
POST /refeed   {"ids": [..], "who": ".."}   feed kept messages again
POST /act      {"who", "area", "hazard", "level", "why"}   set a level
POST /command  {"operator", "token", "command", ...}   an operator's act: see `warning.acts`
GET  /proposals                  what waits for a person, and what else lies on the desk
GET  /calls                      who was called of late, and who answered
GET  /status

Where operators are configured, /act takes `operator` and `token` in place of `who`, and asks the
role by which the hazard's warnings are approved.
"""

from __future__ import annotations

import os
import socketserver
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tongluo.core.clock import now_ms
from tongluo.core.effects import Act
from tongluo.core.errors import StoreError
from tongluo.core.words import Level
from tongluo.daemon.command import calls, may_act, obey, turned_away, who
from tongluo.daemon.desk_view import proposals
from tongluo.warning.refusals import Refused

if TYPE_CHECKING:
    from tongluo.daemon.main import Daemon

LIMIT = 1 << 20


class Control:
    """The socket and its thread."""

    def __init__(self, daemon: Daemon, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self._server = _Server(str(path), daemon)
        finally:
            os.umask(mask)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """No more commands."""
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


class _Server(socketserver.UnixStreamServer):
    def __init__(self, path: str, daemon: Daemon) -> None:
        super().__init__(path, _Handler)
        self.daemon = daemon

    def get_request(self) -> tuple[Any, Any]:
        request, _ = super().get_request()
        return request, ("local", 0)

    def handle_error(self, *_: Any) -> None:
        """A client that gave up waiting is no trouble of ours."""


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: _Server

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        size = min(int(self.headers.get("Content-Length") or 0), LIMIT)
        try:
            said = msgspec.json.decode(self.rfile.read(size) or b"{}", type=dict[str, Any])
        except msgspec.DecodeError as error:
            self._say(400, {"error": str(error)})
            return
        self._answer(said)

    def _answer(self, said: dict[str, Any]) -> None:
        daemon = self.server.daemon
        if self._signed():
            run = partial(ordered(daemon, said), said)
        elif self.path in COMMANDS:
            run = partial(COMMANDS[self.path], daemon, said)
        else:
            self._say(404, {"error": f"no command {self.path}"})
            return
        code, body = in_main_thread(daemon, run)
        self._say(body.pop("status", code) if "error" in body else code, body)

    def _signed(self) -> bool:
        """Whether only an operator with a token may ask for this."""
        operators = self.server.daemon.intake.engine.plan.config.operators
        return self.path == "/command" or (self.path == "/act" and bool(operators))

    def _say(self, code: int, body: Any) -> None:
        data = msgspec.json.encode(body)
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Acts are audited in the journal, not in a web log."""


def ordered(daemon: Daemon, said: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """What is to be done of a command, once its token has been looked at (in this thread)."""
    name = said.get("operator")
    try:
        operator = who(daemon, said)
    except Refused as refused:
        answer = refused
        return lambda _: turned_away(daemon, name, answer)
    if "command" in said:
        return lambda _: obey(daemon, operator, said)
    return lambda _: _signed_act(daemon, {**said, "who": operator})


def _signed_act(daemon: Daemon, said: dict[str, Any]) -> dict[str, Any]:
    try:
        return act(daemon, said)
    except Refused as refused:
        return turned_away(daemon, said["who"], refused)


def in_main_thread(daemon: Daemon, command: Callable[[], Any]) -> tuple[int, Any]:
    """Run a command between two batches and wait for what it says."""
    done = threading.Event()
    result: list[tuple[int, Any]] = []

    def run() -> None:
        try:
            result.append((200, command() or {"done": True}))
        except StoreError as error:  # what was judged is not on disk: the daemon starts anew
            result.append((500, {"error": str(error)}))
            raise
        except Exception as error:  # a wrong request must not end the daemon
            result.append((400, {"error": str(error) or repr(error)}))
        finally:
            done.set()

    daemon.command(run)
    if not done.wait(30):
        return 503, {"error": "the daemon is busy; try again"}
    return result[0]


class ActIn(msgspec.Struct, forbid_unknown_fields=True):
    """What POST /act takes."""

    who: str
    area: str
    hazard: str
    level: str
    why: str


class RefeedIn(msgspec.Struct, forbid_unknown_fields=True):
    """What POST /refeed takes."""

    ids: list[int]
    who: str


MOST_IDS = 1000


def refeed(daemon: Daemon, said: dict[str, Any]) -> dict[str, Any]:
    """Feed kept messages again as if they arrived now; those that fail are kept anew."""
    asked = msgspec.convert(said, RefeedIn)
    ids, who = asked.ids, asked.who
    if not who or len(ids) > MOST_IDS:
        raise ValueError(f"say who asks for this, and at most {MOST_IDS} ids at a time")
    db, marks = daemon.journal.db, ",".join("?" * len(ids))
    found = db.execute(
        f"SELECT id, topic, raw FROM rejects WHERE id IN ({marks}) AND fed_again IS NULL"
        " ORDER BY id",
        ids,
    ).fetchall()
    before = db.execute("SELECT count(*) FROM rejects").fetchone()[0]
    now = now_ms()
    daemon.intake.messages([(topic, raw, 0, False, 0) for _, topic, raw in found], now)
    with daemon.journal.transaction():
        db.executemany(
            "UPDATE rejects SET fed_again = ? WHERE id = ?", [(now, i) for i, *_ in found]
        )
        daemon.journal.audit(now, "refeed", {"who": who, "ids": [i for i, *_ in found]})
    after = db.execute("SELECT count(*) FROM rejects").fetchone()[0]
    return {"fed": len(found), "rejected_again": after - before}


def act(daemon: Daemon, said: dict[str, Any]) -> dict[str, Any]:
    """Set a level by a person's word."""
    asked = msgspec.convert(said, ActIn)
    if not asked.who or not asked.why:
        raise ValueError("an act needs a name and a reason: who, why")
    level = int(Level.parse(asked.level))
    known = {(q.area, q.hazard.value) for q in daemon.intake.engine.plan.questions}
    if (asked.area, asked.hazard) not in known:
        raise LookupError(f"{asked.hazard} is not assessed in area {asked.area!r}")
    may_act(daemon.intake.engine, asked.who, f"{asked.area}/{asked.hazard}", level)
    effects = daemon.intake.act(
        Act(now_ms(), asked.who, asked.area, asked.hazard, asked.level, asked.why)
    )
    return {"decisions": len(effects.decisions)}


def status(daemon: Daemon) -> dict[str, Any]:
    """What the daemon says of itself."""
    return {
        "seq": daemon.journal.seq,
        "received": daemon.received,
        "config": daemon.intake.engine.plan.digest,
        "subscribed": daemon.collector.subscribed,
        "clock": int(daemon.intake.engine.clock["now"]),
    }


COMMANDS: dict[str, Callable[[Daemon, dict[str, Any]], Any]] = {
    "/reload": lambda daemon, _: daemon.reload(),
    "/refeed": refeed,
    "/act": act,
    "/status": lambda daemon, _: status(daemon),
    "/proposals": lambda daemon, _: proposals(daemon.intake.engine),
    "/calls": lambda daemon, _: calls(daemon),
}
"""What needs no operator's token: whoever may open the socket may ask for it."""
