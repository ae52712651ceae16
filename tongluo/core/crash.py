"""Named points at which a test may end the process as `kill -9` would.

`TONGLUO_CRASH=after_commit:3` kills this process when it passes `after_commit` for the third
time. Without the variable a point costs one dictionary look-up.
"""

from __future__ import annotations

import os
import signal
import threading

KEEPING = (
    "before_commit",
    "after_commit",
    "amid_acks",
    "amid_snapshot",
    "before_rename",
    "after_rename",
)
"""Of the daemon, in the order of its work."""
SENDING = (
    "before_planned",
    "after_planned",
    "amid_spread",
    "after_taken",
    "before_repeated",
    "after_repeated",
    "before_hand_over",
    "before_named",
    "after_named",
    "after_hand_over",
    "before_settled",
    "after_settled",
)
"""Of the dispatcher, in the order of a fan-out. `repeated`: what a crash has cut off is weighed, at
the next start. `named`: what a message is called is written down, on channels that remember it."""
POINTS = KEEPING + SENDING


def _wanted() -> dict[str, int]:
    name, _, times = os.environ.get("TONGLUO_CRASH", "").partition(":")
    if name and name not in POINTS:
        raise ValueError(f"TONGLUO_CRASH names no point: {name!r} (there are: {', '.join(POINTS)})")
    return {name: int(times or "1")} if name else {}


_left = _wanted()
_one_at_a_time = threading.Lock()


def point(name: str) -> None:
    """Pass a named point.

    >>> point("after_commit")
    """
    if name not in _left:
        return
    with _one_at_a_time:
        _left[name] -= 1
        if _left[name] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
