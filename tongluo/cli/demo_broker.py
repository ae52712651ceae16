"""A broker for `tongluo demo`: mosquitto where it is installed, else the embedded one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tongluo.cli.texts import say
from tongluo.core.clock import monotonic, sleep
from tongluo.core.errors import TongluoError

READY_WITHIN = 20.0
CONF = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 200000
max_inflight_messages 2000
"""


def free_port() -> int:
    """A port of this machine's loopback that nothing listens on."""
    with closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def mosquitto() -> str | None:
    """Path of mosquitto; Debian keeps it outside of an ordinary user's PATH."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def broker(folder: Path) -> Iterator[tuple[str, str]]:
    """(URL, name) of a broker that runs until the block ends."""
    port, program = free_port(), mosquitto()
    if program:
        conf = folder / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        conf.write_text(CONF.format(port=port) + user, encoding="utf-8")
        command, name = [program, "-c", str(conf)], "mosquitto"
    else:
        command, name = [sys.executable, "-m", "tongluo.daemon.embedded", str(port)], "amqtt"
    with (folder / "broker.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(process, port, folder)
        yield f"mqtt://127.0.0.1:{port}", name
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = monotonic() + READY_WITHIN
    while monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)
    raise TongluoError(say("broker_failed", log=folder / "broker.log"))
