"""What becomes of a request that a gateway does not answer."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from dissemination.channels import web
from tests.ports import free_port
from tongluo.core.errors import TemporaryFailure

ASK = [
    lambda http, url: web.get(http, url, {}),
    lambda http, url: web.post(http, url, {}, b"", {}),
]


@pytest.mark.parametrize("ask", ASK)
def test_a_gateway_that_is_away_is_away_for_everyone(
    ask: Callable[[httpx.Client, str], str],
) -> None:
    with web.client(5) as http, pytest.raises(TemporaryFailure, match="reached") as away:
        ask(http, f"http://127.0.0.1:{free_port()}/")
    assert away.value.everyone


@pytest.mark.parametrize("ask", ASK)
def test_connections_that_are_all_in_use_are_no_outage(
    ask: Callable[[httpx.Client, str], str],
) -> None:
    def busy(_: httpx.Request) -> httpx.Response:
        raise httpx.PoolTimeout("all in use")

    made = httpx.Client(transport=httpx.MockTransport(busy))
    with made as http, pytest.raises(TemporaryFailure) as later:
        ask(http, "http://127.0.0.1/")
    assert not later.value.everyone
