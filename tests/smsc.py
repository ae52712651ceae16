"""A real SMPP centre, the server of the package smpp34, as a process of its own.

`from tests.smsc import Smsc, smsc`. It reports in a dialect: see `tests.centre` for the rest.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.centre import Centre, Office, serve

INSTALL = "pip install smpp34"
THROTTLED = 0x58


class SmppOffice(Office):
    """What the process does."""

    async def run(self, port: int) -> None:
        import smpp34  # noqa: PLC0415 - only this process needs it

        self._smpp = smpp34
        self._bound: dict[str, Any] = {}
        self._held, self._tasks = list[Any](), set[asyncio.Task[Any]]()
        server = smpp34.Server("127.0.0.1", port, system_id="centre")
        await server.start()
        self.write({"ready": True})
        orders = asyncio.create_task(self.orders())
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self._bound[event.session_id] = event
                self.write({"bound": event.system_id})
            elif isinstance(event, smpp34.Unbound):
                self._bound.pop(event.session_id, None)
                self.write({"unbound": True})
            else:
                self._message(event)
            if orders.done():
                orders.result()

    def _message(self, event: Any) -> None:
        self.count += 1
        hexadecimal = self.manner["names"] == "hex"
        name = f"{self.count:08X}" if hexadecimal else f"{self.count:010d}"
        line = {"to": event.destination_addr, "from": event.source_addr, "name": name,
                "body": event.short_message.hex(), "coding": event.data_coding,
                "esm_class": event.esm_class, "registered": event.registered_delivery,
                "tlvs": {str(t.tag): t.value.hex() for t in event.tlvs}}  # fmt: skip
        fate = self.fate(line)
        if fate == "throttled":
            event.reject(THROTTLED)
        elif fate == "silent":
            self._held.append(event)  # to drop it would be to answer
        else:
            event.accept(name)
            self.report(self._said(event.destination_addr, fate), fate)

    def _said(self, number: str, fate: str) -> dict[str, Any]:
        stat = "UNDELIV" if fate == "failed" else "DELIVRD"
        text = (f"id:{self.count:010d} sub:001 dlvrd:001 submit date:2607010800"
                f" done date:2607010801 stat:{stat} err:000 text:")  # fmt: skip
        if fate == "spoilt":
            text = text.replace("stat:DELIVRD", "stat:DEL?VRD")
        return {"number": number, "text": text}

    def deliver(self, said: dict[str, Any]) -> None:
        """number, text, tlvs, esm_class"""
        for esme in list(self._bound.values())[-1:]:
            tlvs = [self._smpp.Tlv(int(t), bytes.fromhex(v))
                    for t, v in said.get("tlvs", {}).items()]  # fmt: skip
            sent = esme.deliver_sm(
                "1069", said["text"].encode(), source_addr=said["number"],
                esm_class=said.get("esm_class", 4), tlvs=tlvs,
            )  # fmt: skip
            task = asyncio.create_task(self._delivered(sent))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _delivered(self, sent: Any) -> None:
        try:
            answer = await sent
            self.write({"answered": answer.command_status})
        except Exception as error:  # the other side is gone: told again by nobody
            self.write({"answered": repr(error)})

    def obey(self, order: dict[str, Any]) -> None:
        if "deliver" in order:
            self.deliver(order["deliver"])


class Smsc(Centre):
    """The centre as a test sees it."""

    module, scheme = "tests.smsc", "smpp"


@pytest.fixture
def smsc(tmp_path: Path) -> Iterator[Smsc]:
    """A centre that is not started yet."""
    pytest.importorskip("smpp34", reason=f"needs an SMPP centre: {INSTALL}")
    centre = Smsc(tmp_path)
    try:
        yield centre
    finally:
        centre.stop()


if __name__ == "__main__":
    serve(SmppOffice, sys.argv[1:])
