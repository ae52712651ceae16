"""A sink that writes down what a codec says, and the stage around it, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tongluo.core.errors import BadMessage
from tongluo.core.ports import Codec

Reading = tuple[str, str, int | None, float, str, int, int]
"""(device, element, time, value, unit, flag, issued)"""
Report = tuple[str, str, int | None, dict[str, Any]]
"""(device, kind, time, content)"""
Reject = tuple[str, str, bytes | None]
"""(code, detail, raw)"""


@dataclass
class RecordingSink:
    """Implements `tongluo.core.ports.Sink`; everything said is in its lists, in order."""

    readings: list[Reading] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    """Beside each reading, when it left the station; 0 when not said."""
    reports: list[Report] = field(default_factory=list)
    notices: list[bytes] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    held: list[bytes] = field(default_factory=list)
    """Every rest given to `keep`, oldest first."""
    kept: bytes = b""
    """What the codec sees as held back; `decode` sets it to the last rest of its message."""

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
        self.readings.append((device, element, time, value, unit, flag, issued))
        self.sent.append(sent)

    def series(
        self, device: str, element: str, times: list[int], values: list[float], unit: str = ""
    ) -> None:
        for time, value in zip(times, values, strict=True):
            self.reading(device, element, time, value, unit)

    def report(self, device: str, kind: str, time: int | None, **content: Any) -> None:
        self.reports.append((device, kind, time, content))

    def notice(self, xml: bytes) -> None:
        self.notices.append(xml)

    def reject(self, code: str, detail: str = "", raw: bytes | None = None) -> None:
        self.rejects.append((code, detail, raw))

    def keep(self, rest: bytes) -> None:
        self.held.append(rest)

    def said(self) -> int:
        """How many things were said so far; unchanged after a decode means a message got lost."""
        return (
            len(self.readings)
            + len(self.reports)
            + len(self.notices)
            + len(self.rejects)
            + len(self.held)
        )


def decode(
    codec: Codec, payload: bytes, topic: str = "t", sink: RecordingSink | None = None
) -> RecordingSink:
    """Decode one message as the real stage does, into `sink` (a new one by default).

    During the decode `sink.kept` is what the message before left; afterwards it is what this one
    left. A BadMessage becomes one reject of the whole payload, and the message's own readings,
    reports, notices, rejects and held bytes are taken back.
    """
    sink = RecordingSink() if sink is None else sink
    lists: list[list[Any]] = [
        sink.readings, sink.sent, sink.reports, sink.notices, sink.rejects, sink.held,
    ]  # fmt: skip
    before = [len(one) for one in lists]
    try:
        codec.decode(payload, topic, sink)
    except BadMessage as bad:
        for one, length in zip(lists, before, strict=True):
            del one[length:]
        sink.reject(bad.code, bad.detail, payload)
    sink.kept = sink.held[-1] if len(sink.held) > before[-1] else b""
    return sink
