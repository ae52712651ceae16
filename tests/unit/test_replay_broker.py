"""The test broker itself: it starts, can be killed, and comes back on its port."""

from __future__ import annotations

import signal
import socket

import pytest

from tests.mosquitto import Mosquitto, broker

__all__ = ["broker"]


def reachable(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_broker_stops_and_starts_on_the_same_port(
    broker: Mosquitto, how: signal.Signals
) -> None:
    assert reachable(broker.port)
    broker.stop(how)
    assert not reachable(broker.port)
    broker.start()
    assert reachable(broker.port)
