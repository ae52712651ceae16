"""CAP messages of other agencies as they come over MQTT; read and kept as notices.

>>> class Heard:
...     def notice(self, xml: bytes) -> None:
...         print(len(xml))
>>> Cap().decode(b"<alert/>", "notices/cap", Heard())
8
"""

from __future__ import annotations

from tongluo.core.errors import BadMessage
from tongluo.core.ports import Sink

LIMIT = 1 << 20


class Cap:
    """One CAP message a payload."""

    def decode(self, payload: bytes, topic: str, sink: Sink) -> None:
        """Hand the XML on; what is not XML at all is refused."""
        if len(payload) > LIMIT:
            raise BadMessage("too_big", f"{len(payload)} bytes, at most {LIMIT}")
        if not payload.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            raise BadMessage("xml", "does not start with '<'")
        sink.notice(payload)
