"""A CMPP 2.0 gateway of our own, as a process: frames by the specification, not by our code.

`from tests.ismg import Ismg, ismg`. It answers and reports as `tests/smsc.py` does, and keeps the
same log. A connection with a wrong authenticator is refused.

    python -m tests.ismg PORT LOG '{}'
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.smsc import DEFAULT, FATES, Smsc

SP, SECRET = "901234", "not-a-secret"
FULL, OTHER = 8, 9


class Gateway:
    """What the process does; lines of JSON on standard input are orders."""

    def __init__(self, log: Path, manner: dict[str, Any]) -> None:
        self._log = log.open("a", encoding="utf-8")
        self.manner = {**DEFAULT, **manner}
        self._chance = Random(self.manner["seed"])
        self._count, self._sequence = self.manner["first"], 0
        self._late: list[bytes] = []
        self._out: asyncio.StreamWriter | None = None

    async def run(self, port: int) -> None:
        await asyncio.start_server(self._connected, "127.0.0.1", port)
        self._write({"ready": True})
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while line := await reader.readline():
            order = json.loads(line)
            self.manner.update(order.get("manner", {}))
            if "deliver" in order:
                self._deliver(bytes.fromhex(order["deliver"]))
            if "raw" in order and self._out is not None:
                self._out.write(bytes.fromhex(order["raw"]))
            if "release" in order:
                late, self._late = self._late, []
                for report in late:
                    self._deliver(report)

    async def _connected(self, reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                total, command, sequence = struct.unpack(">III", await reader.readexactly(12))
                body = await reader.readexactly(total - 12)
                self._frame(out, command, sequence, body)
        out.close()

    def _frame(self, out: asyncio.StreamWriter, command: int, sequence: int, body: bytes) -> None:
        if command == 1:  # CMPP_CONNECT
            out.write(self._connect(sequence, body))
            self._out = out
        elif command == 4:  # CMPP_SUBMIT
            self._submit(out, sequence, body)
        elif command == 8:  # CMPP_ACTIVE_TEST
            self._write({"tested": True})
            out.write(struct.pack(">IIIB", 13, 0x80000008, sequence, 0))
        elif command == 2:  # CMPP_TERMINATE
            out.write(struct.pack(">III", 12, 0x80000002, sequence))
        elif command == 0x80000005:  # CMPP_DELIVER_RESP
            self._write({"answered": body[8]})

    def _connect(self, sequence: int, body: bytes) -> bytes:
        source, proof, version, stamp = struct.unpack(">6s16sBI", body)
        wanted = hashlib.md5(SP.encode() + bytes(9) + SECRET.encode() + b"%010d" % stamp).digest()
        status = 0 if source == SP.encode() and proof == wanted and version == 0x20 else 3
        if status == 0:
            self._write({"bound": SP})
        else:
            self._write({"refused": status})
        back = hashlib.md5(bytes((status,)) + proof + SECRET.encode()).digest()
        return struct.pack(">IIIB16sB", 30, 0x80000001, sequence, status, back, 0x20)

    def _submit(self, out: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        fields = struct.unpack(">8sBBBB10sB21sBBB6s2s6s17s17s21sB21sB", body[:139])
        length = fields[-1]
        assert len(body) == 139 + length + 8, "the length of the frame is not that of its content"
        assert fields[-3] == 1, "one number a message"
        self._count += 1
        name = (7 << 56) + self._count
        line = {"to": fields[18].rstrip(b"\0").decode(), "from": fields[16].rstrip(b"\0").decode(),
                "name": str(name), "body": body[139 : 139 + length].hex(), "coding": fields[10],
                "registered": fields[3], "esm_class": 0x40 if fields[9] else 0, "tlvs": {},
                "part": fields[2], "parts": fields[1], "level": fields[4],
                "source": fields[11].decode(),
                "until": fields[14].rstrip(b"\0").decode()}  # fmt: skip
        nth = self._count - self.manner["first"]
        if self.manner["throttle"] and nth % self.manner["throttle"] == 0:
            self._write({**line, "fate": "throttled"})
            out.write(struct.pack(">IIIQB", 21, 0x80000004, sequence, 0, FULL))
            return
        if self.manner["silent"] and nth % self.manner["silent"] == 0:
            self._write({**line, "fate": "silent"})
            return
        fate = self._chance.choices(FATES, self.manner["weights"])[0]
        self._write({**line, "fate": fate})
        out.write(struct.pack(">IIIQB", 21, 0x80000004, sequence, name, 0))
        if self.manner["reports"]:
            self._report(name, line["to"], fate)

    def _report(self, name: int, number: str, fate: str) -> None:
        stat = {"failed": b"UNDELIV", "spoilt": b"DEL?VRD"}.get(fate, b"DELIVRD")
        report = struct.pack(">Q7s10s10s21sI", name, stat, b"2607010800", b"2607010801",
                             number.encode(), 1)  # fmt: skip
        if fate == "late":
            self._late.append(report)
        elif fate != "lost":
            for _ in range(2 if fate == "twice" else 1):
                self._deliver(report)

    def _deliver(self, content: bytes) -> None:
        if self._out is None or self._out.is_closing():
            return
        self._sequence += 1
        body = struct.pack(">Q21s10sBBB21sBB", self._sequence, b"1069", b"", 0, 0, 0,
                           content[35:56], 1, len(content)) + content + bytes(8)  # fmt: skip
        self._out.write(struct.pack(">III", 12 + len(body), 5, self._sequence) + body)

    def _write(self, line: dict[str, Any]) -> None:
        print(json.dumps(line), file=self._log, flush=True)


class Ismg(Smsc):
    """The process; `start` after `stop` uses the same port and log."""

    module, scheme = "tests.ismg", "cmpp"

    def refusals(self) -> int:
        return len(self._lines("refused"))

    def tests(self) -> int:
        return len(self._lines("tested"))


@pytest.fixture
def ismg(tmp_path: Path) -> Iterator[Ismg]:
    """A gateway that is not started yet."""
    gateway = Ismg(tmp_path)
    try:
        yield gateway
    finally:
        gateway.stop()


def main(arguments: list[str]) -> None:
    port, log, manner = arguments
    with suppress(KeyboardInterrupt):
        asyncio.run(Gateway(Path(log), json.loads(manner)).run(int(port)))
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
