"""Further messages of one version to somebody who acts for others: `TARGET~2`, `TARGET~3`, ..

Each is a delivery with a key of its own, and all of them are to the one endpoint.
"""

from __future__ import annotations

import re

_ROUND = re.compile(r"([0-9a-f]{24})~[0-9]+")


def numbered(target: str, n: int) -> str:
    """The target of the n-th message to an endpoint.

    >>> numbered("0f" * 12, 1), numbered("0f" * 12, 2)
    ('0f0f0f0f0f0f0f0f0f0f0f0f', '0f0f0f0f0f0f0f0f0f0f0f0f~2')
    """
    return target if n == 1 else f"{target}~{n}"


def endpoint(target: str) -> str:
    """The endpoint that a target is of; only digests have numbers behind them.

    >>> endpoint(numbered("0f" * 12, 3)), endpoint("speaker~2")
    ('0f0f0f0f0f0f0f0f0f0f0f0f', 'speaker~2')
    """
    found = _ROUND.fullmatch(target) if "~" in target else None
    return found[1] if found else target
