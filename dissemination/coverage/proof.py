"""What a receipt proves of a person.

delivered      the handset itself said so: reached
acknowledged   the person said so: reached
played         sound went out: so many of those within earshot as the stated audibility share
all others     handed over, accepted, failed, unknown, ...: nothing
"""

from __future__ import annotations

import math

PROVES = ("delivered", "acknowledged")
PLAYED = "played"


def proves(state: str) -> bool:
    """Whether a receipt proves that this very person was reached.

    >>> [s for s in ("accepted", "handed_over", "played", "delivered", "unknown") if proves(s)]
    ['delivered']
    """
    return state in PROVES


def share_reached(state: str, audibility: float = math.nan) -> float:
    """Share of the receipt's people who are reached; NaN where it cannot be told.

    >>> share_reached("delivered"), share_reached("accepted"), share_reached("played", 0.7)
    (1.0, 0.0, 0.7)
    >>> share_reached("played"), share_reached("unknown")  # counted as nobody, known of nobody
    (nan, nan)
    """
    if not (math.isnan(audibility) or 0.0 <= audibility <= 1.0):
        raise ValueError(f"audibility {audibility:g}: a share is 0 to 1")
    if proves(state):
        return 1.0
    return audibility if state == PLAYED else math.nan if state == "unknown" else 0.0


def with_played(people: int, proven: int, earshot: int, audibility: float) -> tuple[float, float]:
    """Least and most people reached, where a loudspeaker was played beside proofs per person.

    earshot: people within it. Nobody knows whether who heard it also has a proof: the bounds hold
    for all of them and for none. An audibility that is not stated adds nobody to the least.

    >>> with_played(1000, proven=500, earshot=400, audibility=0.75)
    (500.0, 800.0)
    >>> with_played(1000, proven=100, earshot=400, audibility=math.nan)
    (100.0, 500.0)
    """
    share = share_reached(PLAYED, audibility)
    if math.isnan(share):
        return float(proven), float(min(people, proven + earshot))
    heard = share * earshot
    return max(float(proven), heard), min(float(people), proven + heard)
