"""The contracts between the parts: what a codec, a detector and a channel must offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import BaseModel

from tongluo.core.warning import WarningVersion


class Sink(Protocol):
    """Where a codec puts what it reads from one message.

    A codec never learns which sensors are configured: it names the device as the message names
    it and the element as the format names it ("PJ", "L3_YL_1.value"); the sink finds the sensor.
    """

    kept: bytes
    """What `keep` held back from earlier messages of this topic; empty if nothing."""

    def reading(
        self,
        device: str,
        element: str,
        time: int | None,
        value: float,
        unit: str = "",
        flag: int = 1,
        issued: int = 0,
        sent: int = 0,
    ) -> None:
        """One reading.

        device: as the payload names it; "" when only the topic tells. time: ms since 1970 UTC,
        None when the payload has none (arrival is used). value: NaN when the format says
        "missing". unit: "" when only the sensor's configuration tells. flag: 1, 2, 3, 4 or 9.
        issued: ms, for a forecast. sent: ms, when it left the station: raises a stream clock in
        place of `time`. An unknown device or a unit that does not fit is rejected by
        the sink, other readings of the message are kept.
        """

    def series(
        self, device: str, element: str, times: list[int], values: list[float], unit: str = ""
    ) -> None:
        """As `reading` for each time and value, in order; values are finite and plausible."""

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


@dataclass(frozen=True)
class Sensor:
    """What a detector may know of the sensor it judges."""

    quantity: str
    cadence: int
    """ms between readings, as declared."""
    running: bool
    """Whether a reading accounts for all the time since the one before (a counter's increment)."""
    shift: float = 0.0
    """Added to a reading to bring it to the thresholds' datum."""
    others: tuple[Sensor | None, ...] = ()
    """What stands at the detector's further ports, in their order; None = nothing does."""
    zone: int = 0
    """ms to add to UTC for local standard time: for methods of days and hours."""


@dataclass(frozen=True)
class Port:
    """A further input of a detector, beside the series it judges."""

    name: str
    """The word under `inputs` of a rule."""
    quantities: tuple[str, ...]
    """What may stand here; the first is looked for at the same station when a rule names none."""
    optional: bool = False
    """Whether the method can do without; what is not optional makes NONE unsayable when silent."""
    forecast: bool = False
    """Whether forecast readings belong here."""


def step(params: Any, state: Any, port: int, t: int, value: float, flag: int) -> int:
    """The shape of a detector's step: one reading in, the level out. Never called itself.

    port: 0 for the series that is judged, 1 and on for the detector's `ports`. The step of a
    detector without ports has no such argument: `step(params, state, t, value, flag)`.
    """
    raise AssertionError("the driver is compiled with a detector's own step")


@dataclass(frozen=True)
class Detector:
    """One method. `step` is compiled; the rest is done when a plan is built or a reason told."""

    name: str
    step: Any
    """`step(params, state, t, value, flag) -> level`: one row of each table, scalars, compiled."""
    params: np.dtype[Any]
    state: Callable[[Any], np.dtype[Any]]
    """`state(params_table) -> dtype`: fixed size, with 'level' (i8) and 'why' (f8 each)."""
    why: tuple[str, ...]
    """Names of the evidence in state['why'], copied at each transition."""
    options: type[BaseModel]
    """What YAML may say of a rule with this detector."""
    fill: Callable[[Any, Any, Mapping[str, Any], Sensor], None]
    """`fill(row, options, levels, sensor)` writes one row of params; ValueError when it cannot."""
    longest: Callable[[Mapping[str, Any]], int]
    """`longest(levels)`: ms of past the method looks at, by its levels and usual options."""
    explain: Callable[[Any, Mapping[str, float], int], dict[str, Any]]
    """`explain(params_row, why, cap)`: law 9 in words: en, zh, lower_if, higher_if, missing;
    cap: the rule raises no higher than this level."""
    quantities: tuple[str, ...] = ()
    """Quantities it can judge; empty = any."""
    ports: tuple[Port, ...] = ()
    """Further inputs of the same place. Times rise at each port, not from port to port."""
    past: Callable[[Any], int] = lambda _: 0
    """`past(options)`: ms of past readings that its options ask for, where they do."""
    shape: Literal["value", "windows", "own"] = "own"
    """How a level is written, for checks before `fill`: a value of the quantity, values by window,
    or in a way of its own that only `fill` can check."""


@dataclass(frozen=True)
class Delivery:
    """One warning version on one channel to one target."""

    key: str
    """Idempotency key: the same for every attempt of the same delivery."""
    warning: WarningVersion
    channel: str
    target: str
    audience: str = "residents"
    """Whom it speaks to: residents, responders, contacts, schools or staff."""
    extra: tuple[str, str] = ("", "")
    """What this recipient alone is told after what to do (Chinese, English). Ways to say it stand a
    line each, the fullest first: the first for which there is room is said. For short messages."""


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
