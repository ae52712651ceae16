"""A CMPP 2.0 gateway of our own, as a process: frames by the specification, not by our code.

`from tests.ismg import Ismg, ismg`. A connection with a wrong authenticator is refused. See
`tests.centre` for the rest.
"""

from __future__ import annotations

import asyncio
import hashlib
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.centre import Centre, Office, serve

SP, SECRET = "901234", "not-a-secret"
FULL, OTHER = 8, 9


class CmppOffice(Office):
    """What the process does."""

    _out: asyncio.StreamWriter | None = None
    _sequence = 0

    async def run(self, port: int) -> None:
        await asyncio.start_server(self._connected, "127.0.0.1", port)
        self.write({"ready": True})
        await self.orders()

    def obey(self, order: dict[str, Any]) -> None:
        if "deliver" in order:
            self.deliver(bytes.fromhex(order["deliver"]))
        if "raw" in order and self._out is not None:
            self._out.write(bytes.fromhex(order["raw"]))

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
            self.write({"tested": True})
            out.write(struct.pack(">IIIB", 13, 0x80000008, sequence, 0))
        elif command == 2:  # CMPP_TERMINATE
            out.write(struct.pack(">III", 12, 0x80000002, sequence))
        elif command == 0x80000005:  # CMPP_DELIVER_RESP
            self.write({"answered": body[8]})

    def _connect(self, sequence: int, body: bytes) -> bytes:
        source, proof, version, stamp = struct.unpack(">6s16sBI", body)
        wanted = hashlib.md5(SP.encode() + bytes(9) + SECRET.encode() + b"%010d" % stamp).digest()
        status = 0 if source == SP.encode() and proof == wanted and version == 0x20 else 3
        if status == 0:
            self.write({"bound": SP})
        else:
            self.write({"refused": status})
        back = hashlib.md5(bytes((status,)) + proof + SECRET.encode()).digest()
        return struct.pack(">IIIB16sB", 30, 0x80000001, sequence, status, back, 0x20)

    def _submit(self, out: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        fields = struct.unpack(">8sBBBB10sB21sBBB6s2s6s17s17s21sB21sB", body[:139])
        length = fields[-1]
        assert len(body) == 139 + length + 8, "the length of the frame is not that of its content"
        assert fields[-3] == 1, "one number a message"
        self.count += 1
        name = (7 << 56) + self.count
        line = {"to": fields[18].rstrip(b"\0").decode(), "from": fields[16].rstrip(b"\0").decode(),
                "name": str(name), "body": body[139 : 139 + length].hex(), "coding": fields[10],
                "registered": fields[3], "esm_class": 0x40 if fields[9] else 0, "tlvs": {},
                "part": fields[2], "parts": fields[1], "level": fields[4],
                "source": fields[11].decode(),
                "until": fields[14].rstrip(b"\0").decode()}  # fmt: skip
        fate = self.fate(line)
        if fate == "throttled":
            out.write(struct.pack(">IIIQB", 21, 0x80000004, sequence, 0, FULL))
        elif fate != "silent":
            out.write(struct.pack(">IIIQB", 21, 0x80000004, sequence, name, 0))
            self.report(_said(name, line["to"], fate), fate)

    def deliver(self, content: bytes) -> None:
        """The content of a report."""
        if self._out is None or self._out.is_closing():
            return
        self._sequence += 1
        body = struct.pack(">Q21s10sBBB21sBB", self._sequence, b"1069", b"", 0, 0, 0,
                           content[35:56], 1, len(content)) + content + bytes(8)  # fmt: skip
        self._out.write(struct.pack(">III", 12 + len(body), 5, self._sequence) + body)


def _said(name: int, number: str, fate: str) -> bytes:
    stat = {"failed": b"UNDELIV", "spoilt": b"DEL?VRD"}.get(fate, b"DELIVRD")
    return struct.pack(">Q7s10s10s21sI", name, stat, b"2607010800", b"2607010801",
                       number.encode(), 1)  # fmt: skip


class Ismg(Centre):
    """The gateway as a test sees it."""

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


if __name__ == "__main__":
    serve(CmppOffice, sys.argv[1:])
