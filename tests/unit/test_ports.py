"""Ports for tests: no two processes hand out the same, and none that is taken."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from tests.ports import BLOCK, BLOCKS, FIRST, free_port

ASK = "from tests.ports import free_port; print(*[free_port() for _ in range(250)]); input()"


def test_no_two_processes_hand_out_the_same_port() -> None:
    asked = [
        subprocess.Popen([sys.executable, "-c", ASK], cwd=Path(__file__).parents[2], text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(3)
    ]  # fmt: skip
    found = [{free_port() for _ in range(BLOCK)}]
    for process in asked:
        assert process.stdout is not None
        found.append({int(word) for word in process.stdout.readline().split()})
    for process in asked:
        process.communicate("\n")
    assert sum(map(len, found)) == len(set().union(*found))
    assert all(len(ports) > BLOCK / 2 for ports in found)


def test_a_port_that_is_taken_is_passed_over() -> None:
    first = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        assert first not in {free_port() for _ in range(BLOCK)}


def test_the_ports_lie_below_those_of_outgoing_connections() -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii")
    assert int(given.split()[0]) >= FIRST + BLOCK * BLOCKS
