"""Doctor's look at this machine: clock, disk, store, register, the daemon itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from dissemination.targeting.register import FILE
from tongluo.cli import paint
from tongluo.cli.findings import Finding, fail, ok, warn
from tongluo.cli.local import NotRunning, ask
from tongluo.core.errors import StoreError, TongluoError
from tongluo.core.times import MINUTE
from tongluo.store.journal import broken_link, connect

GB = 1 << 30
DISK_FAIL, DISK_WARN = 0.2 * GB, 2 * GB
BYTES_A_READING = 60
"""On disk, with its share of the rest; for a rough idea of how long the disk lasts."""
BACK = 2 * MINUTE
"""The clock may be so far behind the newest arrival before it is called wrong."""


def clock(journal: Path, now: int, zone: str) -> Finding:
    """Whether the clock can be right: never behind what has been received already."""
    newest = newest_arrival(journal)
    if newest is not None and now < newest - BACK:
        return fail("clock", "clock_behind", now=paint.local(now, zone),
                    newest=paint.local(newest, zone))  # fmt: skip
    match synchronised():
        case True:
            return ok("clock", "clock_ok", now=paint.local(now, zone))
        case False:
            return warn("clock", "clock_alone", now=paint.local(now, zone))
        case _:
            return ok("clock", "clock_unknown", now=paint.local(now, zone))


def newest_arrival(journal: Path) -> int | None:
    """Wall time of the newest row that arrived, ms; None without a journal that can be read."""
    if not journal.exists():
        return None
    try:
        with closing(connect(journal, read_only=True)) as db:
            found = db.execute(
                "SELECT at FROM journal WHERE kind IN ('readings', 'configuration')"
                " ORDER BY seq DESC LIMIT 1"
            ).fetchone()
    except (StoreError, sqlite3.Error):
        return None  # the check of the store says why
    return int(found[0]) if found else None


def synchronised() -> bool | None:
    """Whether the system says that its clock follows a time server; None when it does not say."""
    try:
        told = subprocess.run(
            ["timedatectl", "show", "-p", "NTPSynchronized", "--value"],
            capture_output=True, text=True, timeout=5, check=True,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(told)


def disk(folder: Path) -> Finding:
    """Room for the journal."""
    free = shutil.disk_usage(standing(folder)).free
    values = {
        "folder": folder,
        "free": f"{free / GB:.1f} GB",
        "readings": f"{free // BYTES_A_READING // 1_000_000:,}",
    }
    if free < DISK_FAIL:
        return fail("disk", "disk_full", **values)
    if free < DISK_WARN:
        return warn("disk", "disk_low", **values)
    return ok("disk", "disk_ok", **values)


def standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists.

    >>> standing(Path("/no/such/folder"))
    PosixPath('/')
    """
    while not folder.exists():
        folder = folder.parent
    return folder


def store(folder: Path) -> Finding:
    """Whether the journal opens, is whole, and its audit chain unbroken."""
    journal = folder / "journal.db"
    if not journal.exists():
        if os.access(standing(folder), os.W_OK | os.X_OK):
            return ok("store", "store_none", path=journal)
        return fail("store", "store_unwritable", path=folder)
    if not os.access(journal, os.W_OK):
        return fail("store", "store_unwritable", path=journal)
    try:
        with closing(connect(journal, read_only=True)) as db:
            return _whole(db, journal)
    except (StoreError, sqlite3.Error) as error:
        return fail("store", "store_broken", path=journal, reason=error)


def _whole(db: sqlite3.Connection, journal: Path) -> Finding:
    found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        return fail("store", "store_broken", path=journal, reason=found)
    broken = _odd_entry(db) or broken_link(db)
    if broken is not None:
        return fail("store", "audit_broken", path=journal, entry=broken)
    rows = db.execute("SELECT coalesce(max(id), 0) FROM readings").fetchone()[0]
    return ok("store", "store_ok", path=journal, rows=f"{rows:,}")


def register(folder: Path) -> Finding:
    """Whether the register, where there is one, is whole and its own audit chain unbroken."""
    path = folder / FILE
    if not path.exists():
        return ok("register", "register_none", path=path)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                return fail("register", "register_broken", path=path, reason=found)
            broken = _odd_entry(db) or broken_link(db)
            entries = db.execute("SELECT count(*) FROM entries").fetchone()[0]
    except sqlite3.Error as error:
        return fail("register", "register_broken", path=path, reason=error)
    if broken is not None:
        return fail("register", "audit_broken", path=path, entry=broken)
    return ok("register", "register_ok", path=path, entries=f"{entries:,}")


def _odd_entry(db: sqlite3.Connection) -> int | None:
    """The first audit entry that Tongluo cannot have written: text where bytes belong."""
    found = db.execute(
        "SELECT min(id) FROM audit WHERE typeof(at) <> 'integer' OR typeof(what) <> 'text'"
        " OR typeof(body) <> 'blob' OR typeof(hash) <> 'blob'"
    ).fetchone()[0]
    return None if found is None else int(found)


def daemon(folder: Path) -> Finding:
    """Whether it runs and listens."""
    try:
        told = ask(folder, "/status", timeout=10.0)
    except NotRunning:
        return warn("daemon", "daemon_off")
    except TongluoError as error:
        return fail("daemon", "daemon_stuck", reason=error)
    if not told.get("subscribed"):
        return warn("daemon", "daemon_deaf")
    return ok("daemon", "daemon_ok", received=f"{told.get('received', 0):,}",
              config=told.get("config", ""))  # fmt: skip
