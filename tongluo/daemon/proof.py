"""What a receipt does to the state of a delivery: it proves more, or nothing; it never lowers.

The result does not depend on the order in which receipts come, nor on how often one comes.
"""

from __future__ import annotations

from tongluo.core.words import DeliveryState as State

RANK = {
    State.QUEUED: 0,
    State.ATTEMPTED: 0,
    State.UNKNOWN: 0,
    State.HANDED_OVER: 1,
    State.ACCEPTED: 2,
    State.EXPIRED: 3,
    State.FAILED: 4,
    State.PLAYED: 5,
    State.DELIVERED: 6,
    State.ACKNOWLEDGED: 7,
}
"""By how much is known; a message sent twice has reached its person when either has, and a speaker
that has shown that it played stays `played` whatever it says later."""
OPEN = (State.QUEUED, State.ATTEMPTED, State.UNKNOWN)
"""States that an attempt may settle; in any other a receipt was there first."""


def after(before: State, said: State) -> State:
    """The state once a receipt has said something.

    >>> after(State.ACCEPTED, State.DELIVERED), after(State.DELIVERED, State.FAILED)
    (<DeliveryState.DELIVERED: 'delivered'>, <DeliveryState.DELIVERED: 'delivered'>)
    """
    if said is State.UNKNOWN:
        return before
    if before is State.QUEUED and said in (State.FAILED, State.EXPIRED):
        return before  # of an attempt before: it is sent again anyway
    return said if RANK[said] > RANK[before] else before
