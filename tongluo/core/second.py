"""A rule's second look, which judges suspect readings too, sleeps while there are none.

It differs from the first look only while suspect readings are in its past. Until one comes, what
the first look says is its verdict too. At a suspect reading it begins from the first look's state;
it sleeps again once all suspect readings lie further back than the rule looks and both say the
same. Half the work of judging, and half the memory touched, is saved by that.
"""

from __future__ import annotations

from typing import Any

from tongluo.core.compiled import compiled


@compiled
def asleep(state: Any, awake: Any, k: int, first: int, past: int, t: int, flag: int) -> bool:
    """Whether row k, second look to row `first`, has nothing to do with a reading.

    past: ms that the rule looks back; awake[k]: until when (ms) it does not sleep, 0 = it does.
    """
    if flag == 3:
        if awake[k] == 0:
            state[k] = state[first]
        awake[k] = max(awake[k], t + past, 1)
        return False
    if awake[k] > 0 and (t <= awake[k] or state[k]["level"] != state[first]["level"]):
        return False
    awake[k] = 0
    return True
