"""The contracts between the parts: what a codec, a detector and a channel must offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from tongluo.core.warning import WarningVersion


class Sink(Protocol):
    """Where a codec puts what it reads from one message.

    A codec never learns which sensors are configured: it names the device as the message names
    it and the element as the format names it ("PJ", "L3_YL_1.value"); the sink finds the sensor.
    """

    kept: bytes
    """What `keep` held back from earlier messages of this topic; empty if nothing."""

    def reading(  # noqa: PLR0913 - one call per reading is the hot path; an object would be a defect
        self,
        device: str,
        element: str,
        time: int | None,
        value: float,
        unit: str = "",
        flag: int = 1,
        issued: int = 0,
    ) -> None:
        """One reading.

        device: as the payload names it; "" when only the topic tells. time: ms since 1970 UTC,
        None when the payload has none (arrival is used). value: NaN when the format says
        "missing". unit: "" when only the sensor's configuration tells. flag: 1, 2, 3, 4 or 9.
        issued: ms, for a forecast. An unknown device or a unit that does not fit is rejected by
        the sink, other readings of the message are kept.
        """

    def report(self, device: str, kind: str, time: int | None, **content: Any) -> None:
        """What a person or a camera says. content: text=str, picture=bytes, part=int, parts=int,
        place=str, reporter=str, id=str, all optional."""

    def notice(self, xml: bytes) -> None:
        """Another agency's CAP message, unparsed."""

    def reject(self, code: str, detail: str = "", raw: bytes | None = None) -> None:
        """A part of the message that cannot be read; the rest of it is kept.

        `raw` is that part (default: the whole payload)."""

    def keep(self, rest: bytes) -> None:
        """Hold back an unfinished end of a stream until the next message of this topic."""


class Codec(Protocol):
    """One message format. Built once per source from its own options (`Codec(**options)`)."""

    def decode(self, payload: bytes, topic: str, sink: Sink) -> None:
        """Read one message into the sink; raise `BadMessage` when nothing of it can be read.

        Must not fail in any other way, whatever the bytes; must not keep anything of its own
        between calls."""


Step = Any
"""`step(params, state, t, value, flag) -> level`: one row of each table, scalars, compiled."""


@dataclass(frozen=True)
class Detector:
    """One method. `step` is compiled; the rest is done once, when a plan is built."""

    name: str
    step: Step
    params: np.dtype[Any]
    state: Any
    """`state(params_table) -> dtype`: fixed size, starting with ('level', 'i8')."""
    why: tuple[str, ...]
    """Names of the fields of state['why'], the evidence copied at each transition."""
    options: Any
    """pydantic model of what YAML may say: `.fill(row, sensor)` writes one row of params."""
    explain: Any
    """`explain(params_row, why: dict) -> dict`: the rule's words for law 9, English and Chinese."""


@dataclass(frozen=True)
class Delivery:
    """One warning version on one channel to one target."""

    key: str
    """Idempotency key: the same for every attempt of the same delivery."""
    warning: WarningVersion
    channel: str
    target: str


@dataclass(frozen=True)
class Handed:
    """What a channel knows after a hand-over."""

    state: str
    """`handed_over` or `accepted`: what the other side has said, no more."""
    receipt: Mapping[str, Any] = field(default_factory=dict)


class Channel(Protocol):
    """One way to people. Built once per configured channel from its own options."""

    def send(self, delivery: Delivery) -> Handed:
        """Hand one delivery over. Raises TemporaryFailure, PermanentFailure or UnknownOutcome.

        Calling it again with the same key must be harmless wherever the other side honours keys.
        """

    def close(self) -> None:
        """Let go of sockets and files."""
