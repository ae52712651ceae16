"""The daemon as a process: its lock, its children, its control socket, its signals, its end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from tongluo.config.load import Loaded, load
from tongluo.core.errors import TongluoError
from tongluo.core.log import Log
from tongluo.daemon.children import Children
from tongluo.daemon.control import Control
from tongluo.daemon.lock import locked
from tongluo.daemon.main import Daemon


def run(
    loaded: Loaded, *, dispatch: bool = True, read_again: Callable[[], Loaded] | None = None
) -> int:
    """The daemon of a configuration until SIGTERM or SIGINT; returns the exit code.

    read_again: how SIGHUP reads it anew (default: its file, as it stands).
    """
    log = Log("daemon")
    folder = loaded.folder / loaded.config.store.folder
    lock = locked(folder / "daemon.lock", wait=False)
    if lock is None:
        log.say("start", state="failed", reason=f"another daemon works on {folder}")
        return 1
    children = Children(folder, log, dispatch=dispatch)
    signal.signal(signal.SIGTERM, _stop_at_once)
    try:
        again = read_again or (lambda: load(loaded.path))
        daemon = Daemon(loaded, folder, log, children.notify, again, children.configured)
    except TongluoError as error:
        log.say("start", state="failed", reason=str(error))
        return 1
    children.start()
    control = Control(daemon, folder / "control.sock")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: daemon.stop())
    signal.signal(signal.SIGHUP, lambda *_: daemon.command(daemon.reload))
    (folder / "daemon.pid").write_text(str(os.getpid()))
    try:
        daemon.run()
    except TongluoError as error:
        log.say("stopped", state="failed", reason=str(error))
        return 1
    finally:
        control.close()
        children.stop()
        (folder / "daemon.pid").unlink(missing_ok=True)
        lock.close()
    return 0


def _stop_at_once(*_: Any) -> None:
    """Told to stop before anything was read: there is nothing to drain."""
    sys.exit(0)
