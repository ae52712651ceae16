"""`POST /command`: who asks is made sure here; what the person may do is the engine's to say.

The token is compared with its digest outside the main loop, so that a hundred wrong ones delay no
reading. It goes no further: neither the journal, nor the audit, nor a log ever holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tongluo.core.clock import now_ms
from tongluo.core.effects import Command
from tongluo.core.tokens import fits
from tongluo.warning import acts
from tongluo.warning.policy import names
from tongluo.warning.refusals import Refused

if TYPE_CHECKING:
    from tongluo.daemon.main import Daemon
    from tongluo.engine import Engine

LONGEST_NAME = 64


def who(daemon: Daemon, said: dict[str, Any]) -> str:
    """The operator whose token came with a command, which is taken out of it; else Refused."""
    token, name = said.pop("token", ""), said.pop("operator", "")
    operators = daemon.intake.engine.plan.config.operators
    operator = operators.get(name) if isinstance(name, str) else None
    digest = operator.digest if operator is not None else ""
    if not fits(token if isinstance(token, str) else "", digest):
        raise Refused("unknown_operator")
    return str(name)


def obey(daemon: Daemon, operator: str, said: dict[str, Any]) -> dict[str, Any]:
    """One command, done or refused; either is in the journal and the audit before it is told."""
    word = said.pop("command", "")
    try:
        acts.check(said)
    except Refused as refused:  # the journal could not hold it
        return turned_away(daemon, operator, refused)
    command = Command(now_ms(), operator, str(word)[:LONGEST_NAME], said)
    return dict(daemon.obey(command).answer)


def may_act(engine: Engine, name: str, key: str, level: int) -> None:
    """Refused unless this operator may set the level of a place (`area/hazard`).

    It takes a role that may approve the highest of what is asked, assessed and in force: who may
    not let a warning out may not end it either. Without configured operators there are no roles.
    """
    operators, n = engine.plan.operators, engine.plan.places[key]
    if not operators:
        return
    operator, policy = operators[name], engine.plan.policies_of.get(key.rpartition("/")[2])
    if not operator.roles:
        raise Refused("no_roles", operator=name)
    highest = max(level, engine.assessor.answers[n].level, engine.lifecycle.live(n))
    rules = policy.approval(highest) if policy is not None else None
    named = (policy.who if policy is not None else ()) or (rules.who if rules is not None else ())
    if named and not names(named, name, operator.roles):
        raise Refused("not_allowed", operator=name, who=", ".join(named))


def turned_away(daemon: Daemon, name: Any, refused: Refused) -> dict[str, Any]:
    """A wrong name or token, into the audit."""
    known = name if name in daemon.intake.engine.plan.config.operators else "unknown"
    with daemon.journal.transaction():
        daemon.journal.audit(now_ms(), "turned_away", {"operator": known, "code": refused.code})
    return refused.answer()


def calls(daemon: Daemon, limit: int = 200) -> dict[str, Any]:
    """Whoever was called of late, newest last, and whether they answered."""
    found = daemon.journal.db.execute(
        "SELECT id, at, grouped, person, answer, targets, area, level, answered FROM calls"
        " ORDER BY rowid DESC LIMIT ?",
        (limit,),
    ).fetchall()
    waiting = {c for g in daemon.intake.engine.desk.groups.values() for c in g.calls}
    return {
        "calls": [
            {
                "id": call,
                "at": at,
                "group": group,
                "person": person,
                "answer": bool(answer),
                "channels": sorted(msgspec.json.decode(targets)),
                "area": area,
                "level": level,
                "answered": answered,
                "open": call in waiting,
            }
            for call, at, group, person, answer, targets, area, level, answered in reversed(found)
        ]
    }
