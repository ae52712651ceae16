"""What falls due, of many questions, in order of time."""

from __future__ import annotations

from heapq import heappop, heappush


class Agenda:
    """The earliest is known at once; an entry that was put off is dropped when it is met.

    >>> agenda = Agenda()
    >>> for at in (500, 900):  # put off
    ...     agenda.set(3, at)
    >>> agenda.set(4, 700)
    >>> agenda.first()
    (700, 4)
    >>> agenda.set(4, 0)
    >>> agenda.first()
    (900, 3)
    """

    def __init__(self) -> None:
        self._at: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []

    def set(self, n: int, at: int) -> None:
        """When something is due for a question, ms; 0 = no more."""
        if self._at.get(n, 0) == at:
            return
        self._at[n] = at
        if at:
            heappush(self._heap, (at, n))

    def first(self) -> tuple[int, int] | None:
        """(ms, question) of the earliest; None when nothing is due."""
        while self._heap:
            at, n = self._heap[0]
            if self._at[n] == at:
                return at, n
            heappop(self._heap)
        return None
