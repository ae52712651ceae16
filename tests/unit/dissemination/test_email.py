"""E-mail through a real SMTP server: its own process with STARTTLS, and one with faults."""

from __future__ import annotations

import asyncio
import mailbox
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dissemination.cap_read import read
from dissemination.channels.email import Email, Options, targets
from dissemination.channels.kind import Surroundings
from dissemination.targeting import Contact, Entry, Register, changes
from tests.ports import free_port
from tests.warned import BASE
from tongluo.core.errors import ChannelError, PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery
from tongluo.core.words import DeliveryState, Status

TLS = {"security": "starttls", "ca_file": "cert.pem"}
SCHOOL = "headmaster@school.example"


def options(folder: Path, port: int, **more: Any) -> Options:
    (folder / "mails").write_text(f"{SCHOOL}, a-1\nother@example.org, a-2\nall@example.org\n")
    given = {
        "host": "127.0.0.1", "port": port, "security": "none", "sender": "warning@example.org",
        "recipients": {"file": "mails"}, "timeout": 5, **more,
    }  # fmt: skip
    return Options.model_validate(given)


def first(given: Options, folder: Path, **changes: Any) -> Delivery:
    one = replace(BASE, **changes)
    target = targets(given, Surroundings(folder), one)[0]
    return Delivery(f"{one.identifier}:mail:{target}", one, "mail", target)


def send(given: Options, folder: Path, **changes: Any) -> str:
    channel = Email(given, Surroundings(folder))
    try:
        return channel.send(first(given, folder, **changes)).state
    finally:
        channel.close()


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, start, start + timedelta(36500))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = made.add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, plain))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    """aiosmtpd as a process of its own, with a mailbox and STARTTLS."""
    certificate(tmp_path)
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}",
               "--tlscert", "cert.pem", "--tlskey", "key.pem",
               "-c", "aiosmtpd.handlers.Mailbox", "box"]  # fmt: skip
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1000):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def letters(folder: Path) -> list[EmailMessage]:
    box = mailbox.Maildir(str(folder / "box"), create=False)
    found = [message_from_bytes(one.as_bytes(), policy=policy.default) for one in box]
    box.close()
    return found


def test_a_warning_by_starttls_with_its_cap_message(server: int, tmp_path: Path) -> None:
    given = options(tmp_path, server, **TLS)
    assert send(given, tmp_path) == DeliveryState.ACCEPTED
    (letter,) = letters(tmp_path)
    assert letter["To"] == SCHOOL and letter["From"] == "warning@example.org"
    assert letter["Subject"].startswith("青溪镇暴雨橙色预警") and "Qingxi" in letter["Subject"]
    assert letter["X-Priority"] == "1" and letter["Message-ID"].endswith("@example.org>")
    body = letter.get_body(("plain",))
    assert body is not None and "发布单位：示例县" in body.get_content()
    (attached,) = letter.iter_attachments()
    assert attached.get_content_type() == "application/cap+xml"
    assert read(attached.get_payload(decode=True)).identifier == "id-1"


def test_the_register_says_whom_a_message_speaks_to(server: int, tmp_path: Path) -> None:
    school = Entry("S", BASE.area.id, audience="schools", contacts=(Contact("email", SCHOOL),))
    person = Entry("P", BASE.area.id, contacts=(Contact("email", "all@example.org"),))
    register = Register.open(tmp_path)
    changes.put(register, "list", [school, person], "duty", 1)
    register.close()
    around = Surroundings(tmp_path)
    given = options(tmp_path, server, recipients="register", **TLS)
    channel = Email(given, around)
    for target, audience in targets(given, around, BASE):
        channel.send(Delivery(f"id-1:mail:{target}", BASE, "mail", target, audience))
    channel.close()
    bodies = {x["To"]: x.get_body(("plain",)).get_content() for x in letters(tmp_path)}
    assert "师生" in bodies[SCHOOL] and "师生" not in bodies["all@example.org"]


def test_a_server_that_nobody_vouches_for_gets_nothing(server: int, tmp_path: Path) -> None:
    with pytest.raises(TemporaryFailure, match="cannot be used: SSLCert"):
        send(options(tmp_path, server, security="starttls"), tmp_path)
    assert letters(tmp_path) == []


def test_the_same_delivery_has_the_same_message_id(server: int, tmp_path: Path) -> None:
    given = options(tmp_path, server, **TLS)
    send(given, tmp_path)
    send(given, tmp_path)
    assert len({letter["Message-ID"] for letter in letters(tmp_path)}) == 1


def test_an_exercise_goes_only_to_who_is_enrolled(server: int, tmp_path: Path) -> None:
    given = options(tmp_path, server, **TLS)
    exercise = replace(BASE, status=Status.EXERCISE)
    assert targets(given, Surroundings(tmp_path), exercise) == []
    actual = first(given, tmp_path)
    channel = Email(given, Surroundings(tmp_path))
    with pytest.raises(PermanentFailure):
        channel.send(replace(actual, warning=exercise))
    channel.close()
    (tmp_path / "drill").write_text(SCHOOL)
    enrolled = options(tmp_path, server, enrolled={"file": "drill"}, **TLS)
    assert send(enrolled, tmp_path, status=Status.EXERCISE) == DeliveryState.ACCEPTED
    (letter,) = letters(tmp_path)
    assert letter["Subject"].startswith("【演练】") and letter["Subject"].endswith("EXERCISE")


class Faulty:
    """A handler that answers as it is told to."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK", pause: float = 0) -> None:
        self.rcpt, self.data, self.pause, self.took = rcpt, data, pause, 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, _s: Any, _e: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.took += 1
        if self.pause:
            server.transport.close()
            await asyncio.sleep(0)
        return self.data


@pytest.fixture
def faulty() -> Iterator[Callable[[Faulty], int]]:
    running = list[Controller]()

    def start(handler: Faulty) -> int:
        controller = Controller(handler, "127.0.0.1", free_port())
        controller.start()
        running.append(controller)
        return int(controller.port)

    yield start
    for controller in running:
        controller.stop()


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (Faulty(rcpt=f"550 no such user {SCHOOL}"), PermanentFailure),
        (Faulty(rcpt="451 try again later"), TemporaryFailure),
        (Faulty(data="554 looks like spam"), PermanentFailure),
        (Faulty(data="452 no room"), TemporaryFailure),
        (Faulty(pause=1), UnknownOutcome),
    ],
    ids=["550", "451", "554", "452", "hangs up after the data"],
)
def test_what_a_server_answers(
    faulty: Callable[[Faulty], int], tmp_path: Path, handler: Faulty, error: type[ChannelError]
) -> None:
    given = options(tmp_path, faulty(handler))
    with pytest.raises(error) as refused:
        send(given, tmp_path)
    assert SCHOOL not in str(refused.value)


def test_after_a_refusal_the_next_is_sent(faulty: Callable[[Faulty], int], tmp_path: Path) -> None:
    handler = Faulty(data="452 no room")
    given = options(tmp_path, faulty(handler))
    channel = Email(given, Surroundings(tmp_path))
    with pytest.raises(TemporaryFailure):
        channel.send(first(given, tmp_path))
    handler.data = "250 OK"
    assert channel.send(first(given, tmp_path)).state == DeliveryState.ACCEPTED
    assert channel.send(first(given, tmp_path)).state == DeliveryState.ACCEPTED
    channel.close()
    assert handler.took == 3


def test_recipients_are_those_of_the_area_and_of_all(tmp_path: Path) -> None:
    given = options(tmp_path, 1)
    found = targets(given, Surroundings(tmp_path), BASE)
    assert len(found) == 2 and SCHOOL not in "".join(found)


def test_no_server(tmp_path: Path) -> None:
    with pytest.raises(TemporaryFailure, match="cannot be used") as refused:
        send(options(tmp_path, free_port()), tmp_path)
    assert refused.value.everyone


def test_an_address_that_is_not_ascii_is_refused_for_good(tmp_path: Path) -> None:
    given = options(tmp_path, free_port())
    (tmp_path / "mails").write_text("duty@example。org\n")
    with pytest.raises(PermanentFailure, match="letters"):
        send(given, tmp_path)
