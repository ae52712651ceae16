"""Where the console listens, and what is said when it cannot."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from tests.unit.cli.conftest import Call, call
from tests.unit.console.site import Written
from tongluo.console.main import listening
from tongluo.core.errors import TongluoError

__all__ = ["call"]


def test_small_answers_go_out_at_once() -> None:
    with closing(listening("127.0.0.1", 0)) as place:
        assert place.proto == socket.IPPROTO_TCP  # else asyncio leaves Nagle's algorithm on


def test_an_address_that_is_taken_is_told_in_a_line() -> None:
    with closing(listening("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
        with pytest.raises(TongluoError, match=f"127.0.0.1:{port}: Address already in use"):
            listening("127.0.0.1", port)


def test_a_place_that_is_none_is_refused(call: Call, site: Written) -> None:
    ended = call("console", "--config", site.config, "--listen", "nowhere")
    assert (ended.code, "'nowhere' is no place to listen on" in ended.err) == (1, True)
