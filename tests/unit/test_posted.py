"""Receipts that a gateway posts, several at once, to a real listener."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from http.client import HTTPConnection

import pytest

from dissemination.channels import Ear
from dissemination.receipts import Receipt
from tests.ports import free_port
from tongluo.core.log import Log
from tongluo.core.words import DeliveryState
from tongluo.daemon.listener import LARGEST, Listener

READY = 2000


class Site:
    def __init__(self) -> None:
        self.told: list[Receipt] = []
        self.fault: sqlite3.Error | None = None
        self.port = free_port()
        ear = Ear("127.0.0.1", self.port, lambda _: None, self.posted, "OK!")
        self.listener = Listener("sms", ear, self.tell, Log("test", io.StringIO()))

    def posted(self, query: str, body: bytes) -> Sequence[Receipt] | None:
        if query != "token=right":
            return None
        return [Receipt(n, DeliveryState.DELIVERED, None, "") for n in body.decode().split()]

    def tell(self, receipt: Receipt) -> bool:
        if self.fault is not None:
            raise self.fault
        self.told.append(receipt)
        return receipt.id != "unknown"

    def post(
        self, body: bytes, query: str = "token=right", method: str = "POST"
    ) -> tuple[int, bytes]:
        for _ in range(READY):
            try:
                with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
                    connection.request(method, f"/report?{query}", body)
                    answer = connection.getresponse()
                    return answer.status, answer.read()
            except ConnectionRefusedError:  # it has not begun to listen
                continue
        raise AssertionError("nobody listens")


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.listener.close()


def test_all_of_a_post_are_told_and_answered_as_the_gateway_wants(site: Site) -> None:
    assert site.post(b"a b unknown") == (200, b"OK!")
    assert [r.id for r in site.told] == ["a", "b", "unknown"]


def test_what_is_not_the_gateways_is_refused(site: Site) -> None:
    assert site.post(b"a", "token=wrong") == (400, b"")
    assert site.post(b"", method="GET")[0] == 400
    assert site.told == []


def test_what_cannot_be_written_is_told_again(site: Site) -> None:
    site.fault = sqlite3.OperationalError("disk full")
    assert site.post(b"a b") == (503, b"")
    site.fault = None
    assert site.post(b"a b")[0] == 200


def test_a_body_without_end_is_not_read(site: Site) -> None:
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=30)) as connection:
        site.post(b"")
        connection.putrequest("POST", "/report?token=right")
        connection.putheader("Content-Length", str(LARGEST + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413
