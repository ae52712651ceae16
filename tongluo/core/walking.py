"""Parts of the walk over a batch (`tongluo.core.driver`) that are the same for every detector."""

from __future__ import annotations

from typing import Any

from tongluo.core.compiled import compiled


@compiled
def note(
    state: Any,
    k: int,
    level: int,
    by: int,
    row: int,
    n: int,
    out_row: Any,
    out_task: Any,
    out_level: Any,
    out_why: Any,
) -> int:
    """Write transition n, of task k to a level; returns the next.

    by: the task whose evidence it has, -1 = none.
    """
    out_row[n], out_task[n] = row, k
    out_level[n, 0], out_level[n, 1] = state[k]["level"], level
    for j in range(out_why.shape[1]):
        out_why[n, j] = state[by]["why"][j] if by >= 0 else 0.0
    state[k]["level"] = level
    return n + 1


@compiled
def calm(
    past: Any, awake: Any, task: Any, at: int, to: int, flag: Any, fate: Any, i: int, end: int
) -> int:
    """The end of the readings from row i on through which the second looks among links at..to
    sleep; at most `end`, and i when there are none."""
    for link in range(at, to):
        if past[task[link]] >= 0 and awake[task[link]] != 0:
            return i
    while i < end and flag[i] != 3 and fate[i] == 0:
        i += 1
    return i
