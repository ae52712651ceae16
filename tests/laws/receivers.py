"""What stands at the other end of each channel: `RECEIVERS[kind](field)` starts it.

Each is a process (or what a process leaves in files) that notes every message it takes, by its
recipient and by the name that the message bears, before it answers. A new channel needs one here.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dissemination.subscriptions import Subscription, Subscriptions
from dissemination.targeting import Contact, Entry, Register, changes
from tests.centre import Centre
from tests.ismg import SECRET, Ismg
from tests.laws.receivers_local import app, declared, gammu, loudspeaker, mqtt, pages, recording
from tests.laws.receiving import Field, Notes, Receiver, Start, http, process
from tests.ports import free_port
from tests.push_service import UserAgent
from tests.smsc import Smsc
from tongluo.core.clock import now_ms
from tongluo.core.words import Hazard


def _query(path: str) -> dict[str, str]:
    return {name: found[0] for name, found in parse_qs(urlsplit(path).query).items()}


SENDSMS = {"username": "u", "password": {"file": "password"}}


def _sendsms(path: str, _: dict[str, str], __: bytes) -> tuple[str, str, bytes]:
    return _query(path)["to"], "", b"0: Accepted for delivery"


@contextmanager
def kannel(f: Field) -> Iterator[Receiver]:
    (f.var / "password").write_text("p")
    with http(f, _sendsms) as (url, notes):
        options = {**SENDSMS, "url": f"{url}/cgi-bin/sendsms", "recipients": f.write("people")}
        yield Receiver(options, notes.read, f.digests())


@contextmanager
def wardens(f: Field) -> Iterator[Receiver]:
    (f.var / "password").write_text("p")
    register = Register.open(f.var)
    entries = [
        Entry(f"W {n}", area, audience="contacts", contacts=(Contact("sms", n),))
        for n, area in f.every()
    ]
    changes.put(register, "wardens", entries, "duty", now_ms())
    register.close()
    with http(f, _sendsms) as (url, notes):
        by = {**SENDSMS, "url": f"{url}/cgi-bin/sendsms", "recipients": "register"}
        others = {"sms": {"kind": "kannel", "options": by}}
        yield Receiver({"by": "sms"}, notes.read, f.digests(), others)


def _vendor(_: str, __: dict[str, str], body: bytes) -> tuple[str, str, bytes]:
    return json.loads(body)["to"], "", b'{"code": 0, "data": {"id": "v-%d"}}' % id(body)


@contextmanager
def sms_http(f: Field) -> Iterator[Receiver]:
    with http(f, _vendor) as (url, notes):
        options = {"url": f"{url}/send", "fields": {"to": "{to}", "text": "{text}"},
                   "signature": "铜锣", "recipients": f.write("people"),
                   "answer": {"id": "data.id"}, "window": 4}  # fmt: skip
        yield Receiver(options, notes.read, f.digests(), window=4)


def _hook(_: str, headers: dict[str, str], body: bytes) -> tuple[str, str, bytes]:
    return json.loads(body)["area"], headers["Idempotency-Key"], b"{}"


@contextmanager
def webhook(f: Field) -> Iterator[Receiver]:
    with http(f, _hook) as (url, notes):
        yield Receiver({"url": f"{url}/hook"}, notes.read)


def _knock(path: str, headers: dict[str, str], _: bytes) -> tuple[str, str, bytes]:
    return path[1:], headers["Topic"], b""


@contextmanager
def webpush(f: Field) -> Iterator[Receiver]:
    names, browser = pages(f), UserAgent()
    with http(f, _knock) as (url, notes), closing(Subscriptions(f.var)) as kept:
        for number, name in names.items():
            kept.put(name, Subscription(f"{url}/{number}", browser.public, browser.auth), 0)
        options = {"contact": "mailto:duty@example.org", "local": True, "window": 8}
        yield Receiver(options, notes.read, names, window=8)


def _platform(_: str, __: dict[str, str], body: bytes) -> tuple[str, str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        name = next(n for n in tar.getnames() if re.fullmatch(r"EBDB_\w+\.xml", n))
        file = tar.extractfile(name)
        xml = file.read().decode() if file else ""
    code, ebmid = (re.search(f"<{x}>(.*?)</{x}>", xml) for x in ("AreaCode", "EBMID"))
    assert code is not None and ebmid is not None
    answer = (
        f"<EBD><EBDType>EBDResponse</EBDType><RelatedEBD><EBDID>{name[5:-4]}</EBDID></RelatedEBD>"
        "<EBDResponse><ResultCode>1</ResultCode><ResultDesc>x</ResultDesc></EBDResponse></EBD>"
    )
    return code[1], ebmid[1], answer.encode()


@contextmanager
def ebm(f: Field) -> Iterator[Receiver]:
    codes = {area: f"{n:012d}" for n, area in enumerate(f.people, 330_000_000_000)}
    with http(f, _platform) as (url, notes):
        options = {
            "url": url, "source": "010333112400000001", "destination": "010333112400000002",
            "areas": {area: [code] for area, code in codes.items()},
            "event_types": {h.value: "11A01" for h in Hazard},
        }  # fmt: skip
        yield Receiver(options, notes.read, {code: area for area, code in codes.items()})


def _mails(ready: Any, port: int, notes: Notes) -> None:
    from aiosmtpd.controller import Controller  # noqa: PLC0415 - only this process needs it

    class Box:
        async def handle_DATA(self, *given: Any) -> str:  # noqa: N802 - the library's word
            envelope = given[2]
            name = re.search(rb"^Message-ID: *\r?\n? *(<.*?>)", envelope.content, re.M | re.I)
            assert name is not None
            for one in envelope.rcpt_tos:
                notes.add(one, name[1].decode())
            return "250 OK"

    Controller(Box(), "127.0.0.1", port).start()
    ready.set()
    threading.Event().wait()


@contextmanager
def email(f: Field) -> Iterator[Receiver]:
    notes, port, form = Notes(f.folder / "heard"), free_port(), "p{number}@example.org"
    with process(_mails, port, notes):
        options = {"host": "127.0.0.1", "port": port, "security": "none",
                   "sender": "w@example.org", "recipients": f.write("mails", form)}  # fmt: skip
        yield Receiver(options, notes.read, f.digests(form))


@contextmanager
def smpp(f: Field) -> Iterator[Receiver]:
    (f.var / "password").write_text("secret")
    centre = Smsc(f.folder, reports=False)
    options = {"system_id": "tongluo", "password": {"file": "password"}}
    with _centre(f, centre, options) as found:
        yield found


@contextmanager
def cmpp(f: Field) -> Iterator[Receiver]:
    (f.var / "password").write_text(SECRET)
    centre = Ismg(f.folder, reports=False)
    options = {"sp_id": "901234", "source": "10690001", "password": {"file": "password"}}
    with _centre(f, centre, options) as found:
        yield found


@contextmanager
def _centre(f: Field, centre: Centre, options: dict[str, Any]) -> Iterator[Receiver]:
    centre.start()
    try:
        options |= {"url": centre.url, "recipients": f.write("people"), "parts": 1, "window": 8}
        yield Receiver(
            options, lambda: [(m["to"], "") for m in centre.messages()], f.digests(), window=8
        )
    finally:
        centre.stop()


RECEIVERS: dict[str, Start] = {
    "app": app, "cmpp": cmpp, "declared": declared, "ebm": ebm, "email": email, "gammu": gammu,
    "kannel": kannel, "loudspeaker": loudspeaker, "mqtt": mqtt, "recording": recording,
    "smpp": smpp, "sms_http": sms_http, "wardens": wardens, "webhook": webhook, "webpush": webpush,
}  # fmt: skip
