"""Parts of the walk over a batch (`tongluo.core.driver`).

`by_task` and `by_row` call the detector's `step`: their text becomes part of each driver.
"""

from __future__ import annotations

from typing import Any

from tongluo.core.compiled import compiled
from tongluo.core.ports import step
from tongluo.core.second import asleep
from tongluo.core.words import SILENT

__all__ = ["by_row", "by_task", "calm", "note"]


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
) -> bool:
    """Whether the second looks among links at..to sleep through rows i..end, all readings."""
    for link in range(at, to):
        if past[task[link]] >= 0 and awake[task[link]] != 0:
            return False
    for j in range(i, end):  # noqa: SIM110 - numba compiles no generators
        if flag[j] == 3 or fate[j] != 0:
            return False
    return True


def by_task(
    params: Any,
    state: Any,
    twin: Any,
    past: Any,
    task: Any,
    port: Any,
    at: int,
    to: int,
    row: Any,
    t: Any,
    value: Any,
    flag: Any,
    i: int,
    end: int,
    n: int,
    out_row: Any,
    out_task: Any,
    out_level: Any,
    out_why: Any,
) -> int:
    """Calm rows of one sensor, task by task: what a task remembers is met once."""
    for link in range(at, to):
        k = task[link]
        if past[k] >= 0:
            continue
        for j in range(i, end):
            level = step(params[k], state[k], port[link], t[j], value[j], flag[j])
            if level != state[k]["level"]:
                n = note(state, k, level, k, row[j], n, out_row, out_task, out_level, out_why)
                k2 = twin[k]
                if k2 >= 0:  # the sleeper says the same
                    n = note(state, k2, level, k, row[j], n, out_row, out_task, out_level, out_why)
    return n


def by_row(
    params: Any,
    state: Any,
    twin: Any,
    past: Any,
    awake: Any,
    task: Any,
    port: Any,
    optional: Any,
    at: int,
    to: int,
    row: int,
    t: int,
    value: float,
    flag: int,
    fate: int,
    n: int,
    out_row: Any,
    out_task: Any,
    out_level: Any,
    out_why: Any,
) -> int:
    """One row, to all tasks that hear its sensor; a second look is linked before the first."""
    for link in range(at, to):
        k = task[link]
        k2 = twin[k]
        if fate == SILENT:
            if state[k]["level"] == 0 and optional[port[link]] == 0:
                n = note(state, k, -1, -1, row, n, out_row, out_task, out_level, out_why)
            continue
        if past[k] >= 0 and asleep(state, awake, k, k2, past[k], t, flag):
            continue
        level = step(params[k], state[k], port[link], t, value, flag)
        if level != state[k]["level"]:
            n = note(state, k, level, k, row, n, out_row, out_task, out_level, out_why)
            if k2 >= 0 and past[k] < 0 and awake[k2] == 0:  # the sleeper says the same
                n = note(state, k2, level, k, row, n, out_row, out_task, out_level, out_why)
    return n
