"""A real SMPP centre, the server of the package smpp34, as a process of its own.

`from tests.smsc import Smsc, smsc`. The process answers messages, reports them in a dialect, and
loses, delays, doubles and spoils some of its reports by a seed; each message, and what became of
its report, is a line of its log.

    python -m tests.smsc PORT LOG '{"names": "hex"}'
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.ports import free_port

READY_WITHIN = 60.0
INSTALL = "pip install smpp34"
DEFAULT = {"names": "decimal", "reports": True, "seed": 7, "weights": [1, 0, 0, 0, 0, 0],
           "throttle": 0, "silent": 0, "first": 4095}  # fmt: skip
"""throttle, silent: every so manieth message is refused for now, or not answered."""
FATES = ("told", "lost", "late", "twice", "spoilt", "failed")
THROTTLED = 0x58


class Centre:
    """What the process does; lines of JSON on standard input are orders."""

    def __init__(self, port: int, log: Path, manner: dict[str, Any]) -> None:
        import smpp34  # noqa: PLC0415 - only this process needs it

        self._smpp, self._log = smpp34, log.open("a", encoding="utf-8")
        self.manner = {**DEFAULT, **manner}
        self._chance = Random(self.manner["seed"])
        self._server = smpp34.Server("127.0.0.1", port, system_id="centre")
        self._bound: dict[str, Any] = {}
        self._count, self._late, self._held = self.manner["first"], [], []
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        await self._server.start()
        self._write({"ready": True})
        orders = asyncio.create_task(self._orders())
        while True:
            event = await self._server.next()
            if isinstance(event, self._smpp.Esme):
                self._bound[event.session_id] = event
                self._write({"bound": event.system_id})
            elif isinstance(event, self._smpp.Unbound):
                self._bound.pop(event.session_id, None)
                self._write({"unbound": True})
            else:
                self._message(event)
            if orders.done():
                orders.result()

    def _message(self, event: Any) -> None:
        self._count += 1
        name = f"{self._count:08X}" if self.manner["names"] == "hex" else f"{self._count:010d}"
        line = {"to": event.destination_addr, "from": event.source_addr, "name": name,
                "body": event.short_message.hex(), "coding": event.data_coding,
                "esm_class": event.esm_class, "registered": event.registered_delivery,
                "tlvs": {str(t.tag): t.value.hex() for t in event.tlvs}}  # fmt: skip
        nth = self._count - self.manner["first"]
        if self.manner["throttle"] and nth % self.manner["throttle"] == 0:
            self._write({**line, "fate": "throttled"})
            event.reject(THROTTLED)
            return
        if self.manner["silent"] and nth % self.manner["silent"] == 0:
            self._write({**line, "fate": "silent"})
            self._held.append(event)  # to drop it would be to answer
            return
        fate = self._chance.choices(FATES, self.manner["weights"])[0]
        self._write({**line, "fate": fate})
        event.accept(name)
        if self.manner["reports"]:
            self._report(event.destination_addr, fate)

    def _report(self, number: str, fate: str) -> None:
        stat = "UNDELIV" if fate == "failed" else "DELIVRD"
        text = (f"id:{self._count:010d} sub:001 dlvrd:001 submit date:2607010800"
                f" done date:2607010801 stat:{stat} err:000 text:")  # fmt: skip
        if fate == "spoilt":
            text = text.replace("stat:DELIVRD", "stat:DEL?VRD")
        if fate == "late":
            self._late.append((number, text))
        elif fate != "lost":
            for _ in range(2 if fate == "twice" else 1):
                self._send(number, text)

    def _send(self, number: str, text: str, tlvs: dict[str, str] | None = None,
              esm_class: int = 4) -> None:  # fmt: skip
        for esme in list(self._bound.values())[-1:]:
            task = asyncio.create_task(
                self._delivered(
                    esme.deliver_sm("1069", text.encode(), source_addr=number, esm_class=esm_class,
                                    tlvs=[self._smpp.Tlv(int(t), bytes.fromhex(v))
                                          for t, v in (tlvs or {}).items()])
                )
            )  # fmt: skip
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _delivered(self, sent: Any) -> None:
        try:
            answer = await sent
            self._write({"answered": answer.command_status})
        except Exception as error:  # the other side is gone: told again by nobody
            self._write({"answered": repr(error)})

    async def _orders(self) -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while line := await reader.readline():
            order = json.loads(line)
            self.manner.update(order.get("manner", {}))
            if "deliver" in order:
                self._send(**order["deliver"])
            if "release" in order:
                late, self._late = self._late, []
                for number, text in late:
                    self._send(number, text)

    def _write(self, line: dict[str, Any]) -> None:
        print(json.dumps(line), file=self._log, flush=True)


class Smsc:
    """The process; `start` after `stop` uses the same port and log."""

    module, scheme = "tests.smsc", "smpp"

    def __init__(self, folder: Path, **manner: Any) -> None:
        self.port, self.log, self.manner = free_port(), folder / "smsc.log", manner
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        before = len(self._lines("ready"))
        first = DEFAULT["first"] + len(self.messages())  # names go on after a restart
        command = [sys.executable, "-m", self.module, str(self.port), str(self.log),
                   json.dumps({"first": first, **self.manner})]  # fmt: skip
        with self.log.with_suffix(".err").open("ab") as said:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=said, stderr=said,
                cwd=Path(__file__).parent.parent,
            )  # fmt: skip
        self.wait(lambda: len(self._lines("ready")) > before and self._open())

    def _open(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None

    def order(self, **order: Any) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _lines(self, key: str) -> list[dict[str, Any]]:
        if not self.log.exists():
            return []
        whole = self.log.read_text(encoding="utf-8").rpartition("\n")[0]
        return [found for line in whole.splitlines() if key in (found := json.loads(line))]

    def messages(self) -> list[dict[str, Any]]:
        """All that came, in order."""
        return self._lines("to")

    def heard(self) -> Counter[str]:
        """number -> messages that the centre accepted."""
        return Counter(m["to"] for m in self.messages() if m["fate"] != "throttled")

    def answered(self) -> list[Any]:
        """What was answered to each report."""
        return [line["answered"] for line in self._lines("answered")]

    def binds(self) -> int:
        return len(self._lines("bound"))

    def wait(self, done: Callable[[], bool], patience: float = READY_WITHIN) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            assert self._process is not None and self._process.poll() is None, self.log.with_suffix(
                ".err"
            ).read_text()
            if done():
                return
            time.sleep(0.02)
        raise AssertionError(f"it did not become so in {patience:g} s")


@pytest.fixture
def smsc(tmp_path: Path) -> Iterator[Smsc]:
    """A centre that is not started yet."""
    pytest.importorskip("smpp34", reason=f"needs an SMPP centre: {INSTALL}")
    centre = Smsc(tmp_path)
    try:
        yield centre
    finally:
        centre.stop()


def main(arguments: list[str]) -> None:
    port, log, manner = arguments
    with suppress(KeyboardInterrupt):
        asyncio.run(Centre(int(port), Path(log), json.loads(manner)).run())
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
