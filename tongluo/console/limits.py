"""What one client may ask of the console: sizes and rates."""

from __future__ import annotations

from collections import OrderedDict

from starlette.requests import Request

from tongluo.console.refusal import Refused
from tongluo.core.clock import monotonic

REMEMBERED = 100_000
"""Clients whose rate is known; the longest silent are forgotten first."""


class Rate:
    """A bucket for each client: `most` at once, filled again within a minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> None:
        """One more; Refused when it is too many."""
        if self._left(client) < 1:
            raise Refused("too_many", 429)
        self.spend(client, 1)

    def spend(self, client: str, cost: float) -> None:
        """So much of it is gone, as far as it was there."""
        left = max(0.0, self._left(client) - cost)
        self._buckets.pop(client, None)
        self._buckets[client] = (left, monotonic())
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)

    def _left(self, client: str) -> float:
        most, now = float(self._most), monotonic()
        left, at = self._buckets.get(client, (most, now))
        return min(most, left + (now - at) * most / 60)


def address(request: Request) -> str:
    """Where a request comes from; a proxy on this machine tells it."""
    return request.client.host if request.client else ""


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request; Refused when it is larger, whatever it said of its size."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            raise Refused("too_large", 413)
    return bytes(found)
