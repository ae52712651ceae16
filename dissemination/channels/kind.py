"""What the table of channels holds, and what a channel may know of where it runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from dissemination.cap import render
from dissemination.messages import Template
from dissemination.receipts import Receipt
from tongluo.core.errors import PermanentFailure
from tongluo.core.ports import Channel, Delivery
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState, Status

Target = str | tuple[str, str]
"""Whom to send to: the target alone (a resident), or with its audience."""


class Options(BaseModel):
    """Options of one configured channel; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Endpoint(Options):
    """Options of a channel that has one endpoint, and no list of who is enrolled for exercises."""

    exercise: bool = False
    """Whether the endpoint is enrolled for exercises; to no other is one ever sent (law 6)."""


def refuse_exercise(warning: WarningVersion, options: Endpoint) -> None:
    """PermanentFailure for an exercise to an endpoint that is not enrolled."""
    if warning.status is Status.EXERCISE and not options.exercise:
        raise PermanentFailure("this endpoint is not enrolled for exercises")


class Kept(Options):
    """What is named and never written in the configuration: `{env: NAME}` or `{file: PATH}`."""

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one(self) -> Kept:
        if (self.env is None) == (self.file is None):
            raise ValueError("name one of env and file")
        return self

    def read(self, folder: Path) -> str:
        """The words themselves; LookupError when their place is empty.

        A relative path starts from the folder.
        """
        if self.env is not None:
            if self.env not in os.environ:
                raise LookupError(f"environment variable {self.env} is not set")
            return os.environ[self.env]
        assert self.file is not None
        try:
            return (folder / self.file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise LookupError(f"cannot read {self.file}: {error.strerror}") from error
        except UnicodeDecodeError:
            raise LookupError(f"{self.file} is not UTF-8 text") from None


def _no_other(name: str) -> Channel:
    raise LookupError(f"there is no channel {name!r} here to send by")


@dataclass(frozen=True)
class Surroundings:
    """Where a channel runs."""

    folder: Path
    """The store's folder; a channel's own files lie in it."""
    broker: str = ""
    """URL of the site's broker, the default of channels over MQTT."""
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    name: str = ""
    """The channel's own name in the configuration."""
    tell: Callable[[Receipt], bool] = lambda _: False
    """`tell(receipt)`: write down what the other side says of a delivery later, by its own
    connection; the receipt's `id` is the delivery's key. True once it is kept, False when no such
    delivery was planned. Safe from any thread."""
    more: Callable[[str, Sequence[str]], bool] = lambda *_: False
    """`more(identifier, targets)`: a version that is out may concern these, too: whom it does and
    who has no delivery of it gets one. False where it does not hold any more. Safe from any
    thread."""
    cap: Callable[[WarningVersion], bytes] = render
    """A version as the site's CAP message."""
    templates: Sequence[Template] = ()
    """The site's own messages."""
    errand: Callable[[Delivery], Sequence[int]] = lambda _: ()
    """`errand(delivery)`: of a message to somebody who acts for others, the entries of the register
    that it sends them to; none = all that are theirs. Safe from any thread."""
    borrow: Callable[[str], Channel] = _no_other
    """`borrow(name)`: another channel of the configuration, opened for deliveries of this one,
    which closes it; LookupError where there is none of short messages to the register."""


@dataclass(frozen=True)
class Ear:
    """Where a channel's receipts arrive by HTTP, and how one is read."""

    host: str
    port: int
    read: Callable[[str], Receipt | None]
    """`read(query)`: its `id` is the delivery's key; None when it is not one of ours."""
    posted: Callable[[str, bytes], Sequence[Receipt] | None] | None = None
    """`posted(query, body)`: those of a POST; None when it is not from the gateway."""
    reply: str = ""
    """What the gateway wants to be answered."""
    answer: Callable[[bytes, bool], bytes] | None = None
    """`answer(body, taken)`: what to answer to a POST, where it depends on what came."""


@dataclass(frozen=True)
class ChannelKind:
    """One kind of channel: the model of its options, and how it is opened."""

    options: type[BaseModel]
    open: Callable[[Any, Surroundings], Channel]
    honours_keys: bool
    """Whether sending a key again changes nothing: then a doubtful hand-over is always repeated."""
    targets: Callable[[Any, Surroundings, WarningVersion], Sequence[Target]] | None = None
    """`targets(options, surroundings, warning)`: whom a warning is sent to, where every recipient
    has a delivery of his own, with his audience where it is known; None = the area is the one
    target. LookupError when it cannot be told now."""
    among: Callable[[Any, Surroundings, WarningVersion, Sequence[str]], Sequence[str]] | None = None
    """`among(options, surroundings, warning, names)`: as `targets`, but of these names alone, for
    channels that ask for `more`."""
    ear: Callable[[Any, Surroundings], Ear | None] | None = None
    """Where receipts come, when they come by HTTP."""
    proves: tuple[DeliveryState, ...] = ()
    """What its hand-over itself may prove beyond `accepted`; no other is believed (law 7)."""
    clears: int | None = None
    """ms after an all-clear was sent for which it is tried again; once it always is. None = until
    it is through."""
    held: Callable[[Any, str], float] | None = None
    """`held(channel, target)`: seconds for which nothing can go out to one target, for its service
    is known to be away; it is not tried before, and no try is noted. None = never."""
    acting: bool = False
    """Whether its recipients act for others: it is then for all of an area, whoever of them has a
    proof himself."""
    live: bool = True
    """Whether it leads to people; a written record does not, and takes every exercise."""
    window: Callable[[Any], int] | None = None
    """`window(options)`: hand-overs that may wait for their answers at once; `send` is then called
    from as many threads. None = one after the other."""
    cost: Callable[[Any], int] | None = None
    """`cost(options)`: most messages of the gateway that one delivery can take, for rates; how many
    it did take stands in `Handed.receipt["parts"]`. None = one."""
