"""Recipients that the register of people knows, for the channels of any kind of contact."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from dissemination.messages import RESIDENT, Spoken
from dissemination.receipts import Receipt
from dissemination.targeting import Recipient, Register, charge
from dissemination.targeting.entries import Audience, Kind
from dissemination.targeting.places import Chosen, Place, spot
from tongluo.core.errors import PermanentFailure, RegisterError, TemporaryFailure
from tongluo.core.ports import Delivery
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState, Level, Status

REACHED = (DeliveryState.DELIVERED, DeliveryState.ACKNOWLEDGED)


class Registered:
    """People of the register, by one kind of contact; safe for threads."""

    def __init__(self, folder: Path, kind: Kind, audiences: Mapping[Audience, str]) -> None:
        self._folder, self._kind, self._audiences = folder, kind, audiences
        self._open: Register | None = None
        self._lock = threading.RLock()
        self._chosen: tuple[str, Chosen, dict[str, Place]] = ("", Chosen(frozenset()), {})

    def targets(self, warning: WarningVersion) -> list[Recipient]:
        """Whom a warning is sent to, in order; LookupError when it cannot be told."""
        with self._lock, _told_as(LookupError):
            register = self._register()
            highest = register.highest(warning)
            found = register.recipients(warning, self._kind)
        return [one for one in found if self._hears(one.audience, highest)]

    def _hears(self, audience: Audience, highest: Level) -> bool:
        if not self._audiences:
            return True
        word = self._audiences.get(audience)
        return word is not None and highest >= Level.parse(word)

    def address(self, delivery: Delivery) -> str:
        """The address behind a delivery's target; PermanentFailure when it is gone."""
        with self._lock, _told_as(TemporaryFailure):
            try:
                register = self._register()
            except LookupError as error:
                raise TemporaryFailure(str(error)) from None
            exercise = delivery.warning.status is Status.EXERCISE
            if exercise and not register.enrolled(delivery.target):
                raise PermanentFailure("this recipient is not enrolled for exercises")
            called = delivery.warning.status is Status.DRAFT
            try:
                if called and delivery.target.startswith((charge.ROLE, charge.DEPUTY)):
                    area = delivery.warning.area
                    return charge.address(register, area, self._kind, delivery.target)
                return register.address(delivery.target)
            except LookupError as error:
                raise PermanentFailure(str(error)) from None

    def spoken(self, delivery: Delivery) -> Spoken:
        """As what somebody is spoken to in this warning, and with which place's plan."""
        with self._lock, _told_as(TemporaryFailure):
            register, warning = self._register(), delivery.warning
            if self._chosen[0] != warning.identifier:
                found = register.chosen(warning.area), register.places()
                self._chosen = (warning.identifier, *found)
            _, chosen, known = self._chosen
            audience, area = register.spoken(delivery.target, chosen)
            at = spot(area, warning.area.id, known)
        if at is None:
            return Spoken(audience)
        return Spoken(audience, at.kind, at.plan, at.plan_en)

    def _register(self) -> Register:
        if self._open is None:
            self._open = Register.existing(self._folder)
        return self._open

    def close(self) -> None:
        """Close the register, once nobody uses it."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None


def spoken_to(register: Registered | None, delivery: Delivery) -> Spoken:
    """As what the owner of an address is spoken to; TemporaryFailure when it cannot be told."""
    if register is None or delivery.warning.status is Status.DRAFT:
        return Spoken(delivery.audience)
    found = register.spoken(delivery)
    if delivery.audience == RESIDENT.audience:
        return found
    return replace(found, audience=delivery.audience)


class _told_as:  # noqa: N801 - reads as a statement
    """A register that cannot be read now, told as the caller's kind of error."""

    def __init__(self, kind: type[Exception]) -> None:
        self._kind = kind

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, RegisterError | sqlite3.Error):
            raise self._kind(f"the register cannot be read: {error}") from error


def learner(
    folder: Path, no_such_number: tuple[str, ...], dead_after: int
) -> Callable[[Receipt, int], None]:
    """What receipts teach about numbers: `learn(receipt, now)`, of those whose `id` is a key.

    sqlite3.Error or RegisterError when it cannot be written now: it should be told again.
    """
    either = "|".join(re.escape(word.strip()) for word in no_such_number)
    words = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.I)

    def learn(receipt: Receipt, now: int) -> None:
        reached = receipt.state in REACHED
        failed = receipt.state is DeliveryState.FAILED
        if not reached and not (failed and either and words.search(receipt.raw)):
            return
        register, target = Register.existing(folder), receipt.id.rpartition(":")[2]
        try:
            register.heard(target, receipt.id, reached=reached, at=now, dead_after=dead_after)
        finally:
            register.close()

    return learn
