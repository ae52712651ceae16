"""Requests to a gateway over HTTP, and what its answer means for a delivery."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import httpx

from dissemination.phones import hide
from tongluo.core.errors import ChannelError, PermanentFailure, TemporaryFailure, UnknownOutcome

REFUSED_US = (401, 403, 404, 407)
"""The gateway refuses every message alike: someone has to put the configuration right."""
BUSY = (429, 503)
LATER, MUCH_LATER = 5.0, 60.0
SAID_LONGEST = 120

logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO lines hold whole addresses


def client(timeout: float) -> httpx.Client:
    """A client that keeps its connection; proxies of the environment are not for a gateway."""
    return httpx.Client(timeout=timeout, trust_env=False)


def get(http: httpx.Client, url: str, query: Mapping[str, str]) -> str:
    """The text of an answer that accepts; everything else is raised by the channels' contract.

    Errors never tell the address: it holds a password and a phone number.
    """
    try:
        answer = http.get(url, params=dict(query))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise _away("the gateway cannot be reached", error) from None
    except httpx.HTTPError as error:
        raise UnknownOutcome(f"asked, and no answer: {_name(error)}") from None
    if answer.is_success:
        return answer.text
    raise _refused(answer)


def post(
    http: httpx.Client, url: str, query: Mapping[str, str], body: bytes, head: Mapping[str, str]
) -> str:
    """As `get`, with a body."""
    answer = answer_of(http, url, body, head, query)
    if answer.is_success:
        return answer.text
    raise _refused(answer)


def answer_of(
    http: httpx.Client,
    url: str,
    body: bytes,
    head: Mapping[str, str],
    query: Mapping[str, str] | None = None,
) -> httpx.Response:
    """The answer to a POST, whatever it says; without one the failure by the contract is raised."""
    try:
        return http.post(url, params=dict(query or {}) or None, content=body, headers=dict(head))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise _away("the other side cannot be reached", error) from None
    except httpx.HTTPError as error:
        raise UnknownOutcome(f"posted, and no answer: {_name(error)}") from None


def _away(reason: str, error: httpx.HTTPError) -> TemporaryFailure:
    """Away for everyone, unless only this side's own connections are all in use."""
    own = isinstance(error, httpx.PoolTimeout)
    return TemporaryFailure(f"{reason}: {_name(error)}", LATER, everyone=not own)


def _refused(answer: httpx.Response) -> ChannelError:
    said = hide(" ".join(answer.text.split())[:SAID_LONGEST])
    reason = f"the gateway says {answer.status_code}: {said}"
    if answer.status_code in BUSY:
        return TemporaryFailure(reason, after(answer))
    if answer.status_code in REFUSED_US:
        return TemporaryFailure(reason, MUCH_LATER)
    if 400 <= answer.status_code < 500:
        return PermanentFailure(reason)
    return UnknownOutcome(reason)


def after(answer: httpx.Response) -> float:
    """Seconds of Retry-After; its other form, a date, is not worth a clock."""
    given = answer.headers.get("retry-after", "")
    return float(given) if given.isascii() and given.isdigit() and len(given) < 6 else LATER


def _name(error: httpx.HTTPError) -> str:
    return hide(f"{type(error).__name__} {error}".strip()[:SAID_LONGEST])
