"""Snapshots of state: a folder named by the last journal number it contains, a file per table.

Written to a temporary folder, each file and the folder flushed to disk, then renamed: a snapshot
is whole or it is not there. No pickles.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tongluo.core.crash import point

KEEP = 2


def write(folder: Path, seq: int, arrays: Mapping[str, Any]) -> Path:
    """Write a snapshot and drop all but the newest few; returns its folder."""
    target = folder / f"snapshot-{seq:016d}"
    if target.exists():
        return target
    fresh = folder / f".writing-{seq}-{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, array in arrays.items():
        with (fresh / f"{name}.npy").open("wb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        point("amid_snapshot")
    _sync(fresh)
    point("before_rename")
    fresh.rename(target)
    _sync(folder)
    point("after_rename")
    for old in _all(folder)[KEEP:]:
        shutil.rmtree(old[1], ignore_errors=True)
    return target


def newest(folder: Path) -> list[tuple[int, dict[str, Any]]]:
    """Whole snapshots, newest first, each as (journal number, arrays); unreadable ones left out."""
    found = []
    for seq, path in _all(folder):
        try:
            arrays = {f.stem: np.load(f, allow_pickle=False) for f in sorted(path.glob("*.npy"))}
        except (OSError, ValueError, EOFError):
            continue
        if arrays:
            found.append((seq, arrays))
    return found


def clear(folder: Path) -> None:
    """Remove what an interrupted writing left behind."""
    for path in folder.glob(".writing-*"):
        shutil.rmtree(path, ignore_errors=True)


def _all(folder: Path) -> list[tuple[int, Path]]:
    paths = (p for p in folder.glob("snapshot-*") if p.name[9:].isdigit())
    return sorted(((int(p.name[9:]), p) for p in paths), reverse=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
