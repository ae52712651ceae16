"""The ladder (叫应): who is called next, and when. Pure; times come from the engine's clock.

A step falls due so long after the proposal as it says, and after the step before it by no less
than the policy puts between them, so that after an outage not everybody is called at once. Each
step is taken once, in order. An answer that was required puts the next step off for `within`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongluo.warning.desk import Group
from tongluo.warning.policy import Approval, Step, names


@dataclass(frozen=True)
class Operator:
    """A person with authority, as the configuration names them."""

    name: str
    roles: tuple[str, ...]
    contacts: Mapping[str, str]
    """Channel -> the target that reaches this person there; not named: the name itself."""
    title: str = ""
    """As a warning names this person."""


def due(group: Group, approval: Approval | None) -> int:
    """When the next step is taken, ms; 0 = there is none."""
    if approval is None or group.step >= len(approval.ladder):
        return 0
    step = approval.ladder[group.step]
    at = group.since + step.after
    if group.called:
        at = max(at, group.called + step.after - approval.ladder[group.step - 1].after)
    return max(at, group.answered + approval.within) if group.answered else at


def take(group: Group, approval: Approval, time: int) -> tuple[int, Step]:
    """The step that is due, taken: (its number, the step)."""
    number, group.step = group.step, group.step + 1
    group.called, group.answered = time, 0
    return number, approval.ladder[number]


def called(whom: Iterable[str], operators: Mapping[str, Operator]) -> list[Operator]:
    """The persons that names and roles stand for, in the order of the configuration.

    >>> called(("duty",), {"li": Operator("li", ("duty",), {}), "wu": Operator("wu", (), {})})
    [Operator(name='li', roles=('duty',), contacts={}, title='')]
    """
    said = tuple(whom)
    return [o for o in operators.values() if names(said, o.name, o.roles)]


def answer(group: Group, call: str, time: int) -> None:
    """One who had to answer did."""
    del group.calls[call]
    group.answered = time
