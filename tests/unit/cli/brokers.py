"""Brokers with configuration texts of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.mosquitto import Mosquitto, find_mosquitto


@contextmanager
def started(folder: Path, text: str) -> Iterator[Mosquitto]:
    """A broker with this text; {port} stands for its port."""
    if find_mosquitto() is None:
        pytest.skip("needs the broker: apt-get install mosquitto")
    inner = folder / "own"
    inner.mkdir(exist_ok=True)
    mosquitto = Mosquitto(inner)
    root = "user root\n" if os.geteuid() == 0 else ""
    told = root + text.replace("{port}", str(mosquitto.port))
    (inner / "mosquitto.conf").write_text(told, encoding="utf-8")
    mosquitto.start()
    try:
        yield mosquitto
    finally:
        mosquitto.stop()


def passwords(folder: Path, **users: str) -> Path:
    """A password file of these users."""
    program = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
    path = folder / "passwd"
    path.touch(mode=0o600)
    for user, password in users.items():
        subprocess.run([program, "-b", str(path), user, password], check=True, capture_output=True)
    return path


@contextmanager
def closed(folder: Path, **users: str) -> Iterator[Mosquitto]:
    """A broker that knows these users and lets nobody else in."""
    text = f"allow_anonymous false\npassword_file {passwords(folder, **users)}\n"
    with started(folder, text + "listener {port} 127.0.0.1\n") as mosquitto:
        yield mosquitto
