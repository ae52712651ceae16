"""Warnings by e-mail over SMTP, one message a recipient, with the CAP message attached.

`accepted` = the mail server took the message (250 to its data) for this recipient; whether it came
to a mailbox, or was read, is not known. No answer after the data is `unknown`, and is repeated for
orange and red only; the same `Message-ID` then lets mailboxes drop the second copy.

Recipients: a list with an entry a line, `address, area, area` (no area = all; `#` begins a remark),
or the [register](register.md), which says besides whom a message speaks to: a school is told what
schools are asked to do, with its own plan. Addresses appear in no log, error or state.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from dissemination import texts
from dissemination.channels.kind import Kept, Surroundings
from dissemination.channels.kind import Options as _Options
from dissemination.channels.people import Addresses, Contacts, From
from dissemination.channels.webhook import words
from dissemination.messages import RESIDENT, Spoken
from dissemination.targeting.entries import Audience
from tongluo.core.errors import (
    ChannelError,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import to_datetime
from tongluo.core.words import DeliveryState, Level

ADDRESS = re.compile(r"[^\s,<>@]+@[^\s,<>@]+")
WRONG_HERE = 300.0
"""Seconds until a server that refuses this site itself is asked again."""
URGENT, NORMAL = "1", "3"
"""X-Priority: of orange and red, and of their end; of all else."""


class Options(_Options):
    """Options of an e-mail channel."""

    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` only for a server on this machine."""
    ca_file: Path | None = None
    """Certificates to trust; default: the system's. A relative path starts from the store's
    folder."""
    username: str = ""
    password: Kept | None = None
    sender: str
    """The address it comes from."""
    recipients: From
    """The list of addresses, `{file: PATH}` or `{env: NAME}`; or `register`."""
    enrolled: Kept | None = None
    """The list of addresses enrolled for exercises; without one an exercise goes to nobody."""
    staff: Kept | None = None
    """The list of staff who are called about a proposal, a line each: `NAME, ADDRESS`. NAME is the
    operator's, or what `contacts` says of this channel."""
    audiences: dict[Audience, Literal["blue", "yellow", "orange", "red"]] = Field({})
    """With `recipients: register`: audience -> the lowest level at which it is told."""
    languages: tuple[Literal["zh-CN", "en-US"], ...] = Field(("zh-CN", "en-US"), min_length=1)
    timeout: float = Field(15.0, gt=0, le=120)
    """Seconds to wait for the server."""

    @field_validator("sender")
    @classmethod
    def _sender(cls, sender: str) -> str:
        if not ADDRESS.fullmatch(sender):
            raise ValueError("this is no address like warning@example.org")
        return sender


class Email:
    """Sends one message at a time, on one connection that is kept while it holds."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        self._options, self._folder, self._cap = options, surroundings.folder, surroundings.cap
        self._password = options.password.read(self._folder) if options.password else ""
        self._server: smtplib.SMTP | None = None
        self._addresses = Addresses(ADDRESSES, options, self._folder)

    def send(self, delivery: Delivery) -> Handed:
        """Hand one message to the server."""
        address = self._addresses.of(delivery)
        if not address.isascii():
            raise PermanentFailure("this address has letters that no mail server here takes")
        to, xml = self._addresses.spoken(delivery), self._cap(delivery.warning)
        message = written(delivery, address, self._options, xml, to)
        server = self._connected()
        with self._told(TemporaryFailure):
            code, _ = server.mail(self._options.sender)
            if code >= 400:  # it refuses this site, not this recipient
                self._drop()
                said = f"the mail server says {code} to this sender"
                raise TemporaryFailure(said, WRONG_HERE, everyone=True)
            self._answered(*server.rcpt(address))
        with self._told(UnknownOutcome):
            self._answered(*server.data(message.as_bytes(policy=SMTP)))
        return Handed(DeliveryState.ACCEPTED)

    def close(self) -> None:
        """Say goodbye to the server."""
        self._addresses.close()
        self._drop()

    def _connected(self) -> smtplib.SMTP:
        """A server that answers; TemporaryFailure when there is none."""
        o = self._options
        if self._server is not None and _alive(self._server):
            return self._server
        self._drop()
        try:
            trusted = self._folder / o.ca_file if o.ca_file else None
            trust = ssl.create_default_context(cafile=trusted) if o.security != "none" else None
            if o.security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    o.host, o.port, timeout=o.timeout, context=trust
                )
            else:
                server = smtplib.SMTP(o.host, o.port, timeout=o.timeout)
            self._server = server
            if o.security == "starttls":
                server.starttls(context=trust)
            server.ehlo_or_helo_if_needed()
            if o.username:
                server.login(o.username, self._password)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            ours = isinstance(
                error, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError
            )
            why = f"the mail server cannot be used: {type(error).__name__}{_code(error)}"
            raise TemporaryFailure(why, WRONG_HERE if ours else 15.0, everyone=True) from None
        return server

    @contextmanager
    def _told(self, lost: type[ChannelError]) -> Iterator[None]:
        """Faults in the middle of a message, by the channels' contract; `lost`: of a connection
        that breaks here."""
        try:
            yield
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise lost(f"no answer of the mail server: {type(error).__name__}") from None
        except smtplib.SMTPResponseException as error:
            self._answered(error.smtp_code, b"")

    def _answered(self, code: int, _said: bytes) -> None:
        """Nothing for a code of success; what a server says may hold an address: it is not told."""
        if code < 400:
            return
        self._drop()
        if code < 500:
            raise TemporaryFailure(f"the mail server says {code}: not now", 60.0)
        raise PermanentFailure(f"the mail server says {code}: refused")

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()


def _alive(server: smtplib.SMTP) -> bool:
    try:
        return bool(server.noop()[0] == 250)
    except (smtplib.SMTPException, OSError):
        return False


def _code(error: Exception) -> str:
    return f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""


def written(
    delivery: Delivery, address: str, options: Options, xml: bytes, to: Spoken = RESIDENT
) -> EmailMessage:
    """The message: headline as its subject, the texts of all languages, the CAP message."""
    warning = delivery.warning
    message = EmailMessage()
    message["Subject"] = " / ".join(texts.headline(warning, x) for x in options.languages)
    message["From"], message["To"] = options.sender, address
    message["Date"] = format_datetime(to_datetime(warning.sent, warning.zone))
    name = hashlib.sha256(delivery.key.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@{options.sender.rpartition('@')[2]}>"
    message["X-Priority"] = URGENT if warning.urgency >= Level.ORANGE else NORMAL
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        "\n\n".join(words(warning, x, to) for x in options.languages) + "\n", cte="base64"
    )
    message.add_attachment(xml, maintype="application", subtype="cap+xml", filename="warning.xml")
    return message


def book(text: str) -> dict[str, tuple[str, ...]]:
    """address -> areas of a list; an entry that is no address is left out.

    >>> book("a@example.org, A1, A2  # a school\\nnobody\\nb@example.org")
    {'a@example.org': ('A1', 'A2'), 'b@example.org': ()}
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        address, *areas = (part.strip() for part in line.partition("#")[0].split(","))
        if ADDRESS.fullmatch(address):
            found[address] = tuple(area for area in areas if area)
    return found


ADDRESSES = Contacts("email", book, "address")
targets = ADDRESSES.targets
