"""Approval in a replay: nobody is there to give it, so it is assumed, or it never comes.

at-once  every proposal is taken as approved in the moment it is made; each warning says so
never    nobody answers: what the policy does on silence is done, the rest stays a proposal
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from tongluo.config.plan import Plan
from tongluo.core.effects import Record
from tongluo.core.times import iso
from tongluo.replay.log import line_of
from tongluo.warning.policy import Policy

Approve = Literal["at-once", "never"]
ASSUMED = "(approval assumed at once)"
PUT = ("proposed", "renewed")
"""Steps at which something is put before a person."""


def assumed(plan: Plan) -> Plan:
    """The plan with every approval given at once. What this site may only propose stays so."""
    return replace(plan, policies=tuple(_at_once(p) for p in plan.policies))


def _at_once(policy: Policy) -> Policy:
    if policy.authority != "issue" or "approve" not in policy.modes:
        return policy
    modes = tuple("automatic" if mode == "approve" else mode for mode in policy.modes)
    return replace(policy, modes=modes, approvals=(), by=f"{policy.by} {ASSUMED}")


def steps(records: list[Record]) -> Iterator[Record]:
    """What `proposals.jsonl` holds."""
    return (r for r in records if r.what in ("proposal", "call"))


def step_line(record: Record, zone: str) -> bytes:
    """One line of `proposals.jsonl`.

    >>> step_line(Record(0, "proposal", {"id": "a.p1", "state": "proposed"}), "UTC")
    b'{"id":"a.p1","state":"proposed","time":"1970-01-01T00:00:00+00:00","what":"proposal"}\\n'
    """
    return line_of({"time": iso(record.time, zone), "what": record.what, **record.body})
