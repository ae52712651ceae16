"""Who lives behind the doors of wardens who answered, parted by the message that sent them there.

"Done" without a number is said of the doors that the warden was sent to so far, by messages that
did not fail for good: of the warden's other doors nobody knows whether they were knocked at, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from dissemination.coverage.known import I8
from dissemination.coverage.people import People
from dissemination.rounds import endpoint
from dissemination.targeting.doors import Task
from tongluo.coverage.errands import Errands

Group = tuple[int, tuple[int, ...]]
"""(task, for each who answers for it the place of the first message that named the doors)."""
NOT = 1 << 40
"""The place of no message."""


@dataclass(frozen=True)
class Behind:
    """Groups of people by name; -1 = behind no door of anybody who answered."""

    door: I8
    """(people by name) group"""
    groups: list[Group]
    task: Mapping[str, int]
    """Endpoint -> the task that it is asked to do."""
    who: Mapping[int, list[str]]
    """Task -> the endpoints that answered for it."""
    messages: Mapping[str, dict[str, int]]
    """Endpoint -> keys of the messages with errands, in their order."""

    @classmethod
    def of(
        cls, people: People, tasks: Mapping[str, Task], errands: Errands, heard: Collection[str],
        lost: Collection[str] = (),
    ) -> Behind:  # fmt: skip
        """Behind the doors of all tasks; heard: endpoints that answered; lost: keys of messages
        that never came to them."""
        numbers = {task: n for n, task in enumerate(dict.fromkeys(tasks.values()))}
        task = {target: numbers[own] for target, own in tasks.items()}
        who: dict[int, list[str]] = {n: [] for n in numbers.values()}
        for target in sorted(set(heard) & task.keys()):
            who[task[target]].append(target)
        messages, first = _messages(errands, {t for those in who.values() for t in those}, lost)
        door, groups = np.full(len(people.cell), -1, np.int64), dict[Group, int]()
        for own, n in numbers.items():
            entries = sorted(d.entry for d in own.doors)
            of = [(n, tuple(first[t].get(e, NOT) for t in who[n])) for e in entries]
            places = np.array([groups.setdefault(one, len(groups)) for one in of], np.int64)
            which, person = people.members(np.array(entries, np.int64))
            door[person] = places[which]
        return cls(door, list(groups), task, who, messages)

    def all(self, target: str) -> list[int]:
        """The groups of an endpoint."""
        return [g for g, (n, _) in enumerate(self.groups) if n == self.task[target]]

    def given(self, target: str, key: str) -> list[int]:
        """Those that an endpoint had been sent to when it answered a message; all of them where
        that message named none."""
        if key not in self.messages[target]:
            return self.all(target)
        n, last = self.task[target], self.messages[target][key]
        mine = self.who[n].index(target)
        return [g for g, (of, at) in enumerate(self.groups) if of == n and at[mine] <= last]


def _messages(
    errands: Errands, asked: Collection[str], lost: Collection[str]
) -> tuple[dict[str, dict[str, int]], dict[str, dict[int, int]]]:
    """Endpoint -> (key -> its place, entry -> the place of the first message that named it)."""
    messages: dict[str, dict[str, int]] = {target: {} for target in asked}
    first: dict[str, dict[int, int]] = {target: {} for target in asked}
    for key, entry in zip(errands.key, errands.entry.tolist(), strict=True):
        target = endpoint(key.rpartition(":")[2])
        if target in messages and entry and key not in lost:
            place = messages[target].setdefault(key, len(messages[target]))
            first[target].setdefault(entry, place)
    return messages, first
