"""What somebody says was broadcast: television, radio, screens, by `tongluo report --channel`.

It counts as played from the minute that was said, for the people of the area that was said, and so
by the channel's stated audibility alone; what was shown before the issue was not this warning. A
delivery that waits for this word becomes played; of a broadcaster's own way, which no delivery went
to, the word is the only trace.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from tongluo.coverage.sent import Row

SHOWN = "SELECT time, station, body FROM reports WHERE kind = 'shown' AND time >= ? ORDER BY id"


def with_shown(
    rows: Sequence[Row], folder: Path, when: tuple[int, int, int], event: str,
    inside: Mapping[str, set[str]],
) -> list[Row]:  # fmt: skip
    """The deliveries of a warning, with what was said to be shown. when: ms, of the issue, of the
    same by the clock that stamps deliveries, and of now by that one."""
    found, (start, begin, last) = list(rows), when
    for said, area, body in _said(folder, start, event):
        at = min(said - start + begin, max(begin, last))
        channel, within = body["channel"], inside.get(area, {area})
        mine = [n for n, row in enumerate(found) if row.channel == channel]
        for n in (n for n in mine if found[n].target in within):
            first = min(at, found[n].played or at)
            found[n] = replace(found[n], state="played", played=first)
        if not mine:
            key = f"{event}:{channel}:{area}"
            found.append(Row(key, channel, area, "played", at, handed=at, played=at))
    return found


def _said(folder: Path, start: int, event: str) -> list[tuple[int, str, dict[str, Any]]]:
    path = folder / "journal.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        rows = db.execute(SHOWN, (start,)).fetchall()
    found = [(at, area, msgspec.msgpack.decode(raw, type=dict[str, Any])) for at, area, raw in rows]
    return [(at, area, body) for at, area, body in found if event in body.get("events", ())]
