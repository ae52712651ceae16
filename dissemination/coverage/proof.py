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
