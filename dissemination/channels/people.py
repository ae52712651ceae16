"""Recipients of the channels that send to numbers: a list of their own, or the register of people.

`recipients: register` takes whoever the [register](register.md) has in the areas of a warning. A
list is read when it is needed.

Lists of numbers: an entry a number, digits as the gateway wants them, then the areas it is warned
for (`8613800138000,A1,A2`; no area = all); white space parts entries, `#` begins a remark. Numbers
appear in no log, error or state, only masked (`861********00`) or as digests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import Field, field_validator, model_validator

from dissemination.channels.kind import Kept, Options, Surroundings, Target
from dissemination.channels.registered import Registered, learner, spoken_to
from dissemination.channels.staff import called
from dissemination.messages import Spoken
from dissemination.phones import book, digest, key_of
from dissemination.receipts import Receipt
from dissemination.targeting.entries import Audience, Kind
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Status


class From(Kept):
    """Where numbers come from: `{env: NAME}`, `{file: PATH}`, or the word `register`."""

    registered: bool = Field(default=False, alias="register")

    @model_validator(mode="before")
    @classmethod
    def _word(cls, given: Any) -> Any:
        return {"register": True} if given == "register" else given

    @model_validator(mode="after")
    def _one(self) -> From:
        if (self.env is not None) + (self.file is not None) + self.registered != 1:
            raise ValueError("name one of env and file, or write: register")
        return self


class Recipients(Options):
    """Whom a channel sends to."""

    recipients: From
    """The list of numbers, `{file: PATH}` or `{env: NAME}` (a relative path starts from the store's
    folder); or `register`: whom the [register](register.md) has in the areas of a warning."""
    enrolled: Kept | None = None
    """The list of numbers enrolled for exercises. An exercise goes to these alone, and without a
    list to nobody. With `recipients: register` the register says who is enrolled."""
    staff: Kept | None = None
    """The list of staff who are called about a proposal, a line each: `NAME, NUMBER`. NAME is the
    operator's, or what `contacts` says of this channel."""
    audiences: dict[Audience, Literal["blue", "yellow", "orange", "red"]] = Field({})
    """With `recipients: register`: audience -> the lowest level at which it is told, of `staff`,
    `responders`, `contacts`, `schools`, `residents`. Empty = all of them, of everything; an
    audience that is left out is told nothing. Who was told of a level hears how it ends."""
    no_such_number: tuple[str, ...] = ("err:001", "MK:0000", "MK:0001")
    """Words in a receipt of failure which say that there is no such number; gateways differ."""
    dead_after: int = Field(3, ge=1)
    """With `recipients: register`: a number is dead after so many of these in a row."""

    @field_validator("no_such_number")
    @classmethod
    def _words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if not all(word.strip() for word in words):
            raise ValueError("an empty word stands in every receipt")
        return words


class Listed(Protocol):
    """Options of a channel to people: where its addresses come from."""

    recipients: From
    enrolled: Kept | None
    staff: Kept | None
    audiences: dict[Audience, Literal["blue", "yellow", "orange", "red"]]


@dataclass(frozen=True)
class Contacts:
    """One kind of contact: its word in the register, and how a list of them is read."""

    kind: Kind
    read: Callable[[str], Mapping[str, tuple[str, ...]]]
    """`read(text)`: address -> the areas it is warned for, none = all."""
    what: str
    """As a person calls one."""

    def listed(
        self, options: Listed, folder: Path, status: Status
    ) -> Mapping[str, tuple[str, ...]]:
        """Address -> areas, of who may be sent a warning of this status (law 6); LookupError when
        the list cannot be read."""
        kept = options.enrolled if status is Status.EXERCISE else options.recipients
        return {} if kept is None else self.read(kept.read(folder))

    def targets(
        self, options: Listed, surroundings: Surroundings, warning: WarningVersion
    ) -> Sequence[Target]:
        """Digests of the recipients of a warning, in the order of sending."""
        if options.recipients.registered:
            register = Registered(surroundings.folder, self.kind, options.audiences)
            try:
                return register.targets(warning)
            finally:
                register.close()
        key, area = key_of(surroundings.folder), warning.area.id
        found = self.listed(options, surroundings.folder, warning.status)
        return [digest(a, key) for a, areas in found.items() if not areas or area in areas]


NUMBERS = Contacts("sms", lambda text: book(text).areas, "phone number")
targets = NUMBERS.targets


class Addresses:
    """What lies behind digests, from the list or the register as it is when one is asked for."""

    def __init__(self, contacts: Contacts, options: Listed, folder: Path) -> None:
        self._contacts, self._options = contacts, options
        self._folder, self._key = folder, key_of(folder)
        self._found: dict[tuple[Status, str], str] = {}
        self._lock = threading.Lock()
        self._register: Registered | None = None
        if options.recipients.registered:
            self._register = Registered(folder, contacts.kind, options.audiences)

    def of(self, delivery: Delivery) -> str:
        """A delivery's address; Temporary- or PermanentFailure when it cannot be told."""
        if where := called(self._options.staff, self._folder, delivery):
            address = next(iter(self._contacts.read(where)), "")
            if not address:
                raise PermanentFailure(f"what the list of staff says is no {self._contacts.what}")
            return address
        if self._register is not None:
            return self._register.address(delivery)
        status = delivery.warning.status
        with self._lock:
            if (status, delivery.target) not in self._found:
                try:
                    found = self._contacts.listed(self._options, self._folder, status)
                except LookupError as error:
                    raise TemporaryFailure(str(error)) from None
                self._found.update({(status, digest(a, self._key)): a for a in found})
            try:
                return self._found[status, delivery.target]
            except KeyError:
                raise PermanentFailure("this recipient is not in the list any more") from None

    def spoken(self, delivery: Delivery) -> Spoken:
        """As what its owner is spoken to; TemporaryFailure when it cannot be told."""
        return spoken_to(self._register, delivery)

    def close(self) -> None:
        """Close the register, where there is one."""
        if self._register is not None:
            self._register.close()


class Numbers(Addresses):
    """Phone numbers."""

    def __init__(self, options: Listed, folder: Path) -> None:
        super().__init__(NUMBERS, options, folder)


def learner_of(options: object, folder: Path) -> Callable[[Receipt, int], None] | None:
    """What receipts of a channel teach about its numbers; None where there is nothing to learn."""
    if isinstance(options, Recipients) and options.recipients.registered:
        return learner(folder, options.no_such_number, options.dead_after)
    return None
