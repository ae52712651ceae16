"""From one plan to the next without forgetting: states follow their sensors and tasks by name."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from ingest.stage import OrderStage
from tongluo.config.plan import Plan, clock_row
from tongluo.core.driver import Table
from tongluo.warning.assess import Answer, Assessor
from tongluo.warning.lifecycle import Lifecycle
from tongluo.warning.question import CHAIN, Member
from tongluo.warning.reasons import Reasons


def carry_order(old: OrderStage, plan: Plan) -> OrderStage:
    """The order stage of the new plan with every sensor's state and kept readings."""
    new = OrderStage(plan.order_params, clock_row(plan.config), plan.quality)
    for name in ("now", "ticked", "swept"):
        new.clock[name] = old.clock[name]
    new.state["heard"] = old.clock[0]["now"]
    for row in range(min(len(old.params), len(new.params))):
        new.state[row] = old.state[row]
        _carry_ring(old, new, row)
        _carry_quality(old, new, row)
    new.clock["dirty"] = int(new.state["dirty"].sum())
    return new


def _carry_quality(old: OrderStage, new: OrderStage, row: int) -> None:
    """What a sensor has shown to be usual stays, whatever the limits are now."""
    a, b = int(old.params[row]["quality"]), int(new.params[row]["quality"])
    if a > 0 and b > 0:
        new.minds[b - 1] = old.minds[a - 1]


def _carry_ring(old: OrderStage, new: OrderStage, row: int) -> None:
    state = new.state[row]
    held = min(int(state["held"]), int(new.params[row]["cells"]))
    start = int(state["head"]) + int(state["held"]) - held
    kept = old.places(row, start + np.arange(held))
    new.ring[new.places(row, np.arange(held))] = old.ring[kept]
    state["head"], state["held"] = 0, held


def carry_derived(old: Plan, new: Plan) -> None:
    """Copy the states of derived series that are made as before."""
    a, b = old.derived, new.derived
    rows = {int(p["sensor"]): n for n, p in enumerate(a.params)}
    for n, p in enumerate(b.params):
        was = rows.get(int(p["sensor"]))
        if was is not None and a.params[was] == p and a.heard[was] == b.heard[n]:
            _carry_series(a.state[was], b.state[n])


def _carry_series(old: Any, new: Any) -> None:
    """Rings and inputs of two tables may differ in size: what both hold is kept."""
    for name in ("next", "total", "day", "whole"):
        new[name] = old[name]
    inputs = min(len(old["newest"]), len(new["newest"]))
    new["newest"][:inputs] = old["newest"][:inputs]
    if new["cells"].shape[1] == old["cells"].shape[1]:
        new["cells"][:inputs] = old["cells"][:inputs]
        return
    for k in range(inputs):
        ring = new["cells"][k]
        for cell in old["cells"][k]:
            if cell["slot"] > ring[int(cell["slot"]) % len(ring)]["slot"]:
                ring[int(cell["slot"]) % len(ring)] = cell


def _task_keys(plan: Plan, name: str) -> list[tuple[int, str, bool, str]]:
    return [task.key for task in plan.tasks[name]]


def carry_tables(old: Plan, new: Plan) -> dict[tuple[str, int], tuple[str, int]]:
    """Copy task states; returns old (detector, row) -> new (detector, row)."""
    moved = {}
    for name, table in new.tables.items():
        if name not in old.tables:
            continue
        rows = {key: n for n, key in enumerate(_task_keys(old, name))}
        for n, key in enumerate(_task_keys(new, name)):
            if key in rows:
                moved[name, rows[key]] = (name, n)
                same = old.tasks[name][rows[key]].heard == new.tasks[name][n].heard
                _carry_state(old.tables[name], rows[key], table, n, same)
    places = {(c.id, c.area): n for n, c in enumerate(new.chains)}
    for n, chain in enumerate(old.chains):
        if (chain.id, chain.area) in places:
            moved[CHAIN, n] = (CHAIN, places[chain.id, chain.area])
    return moved


def _carry_state(old: Table, a: int, new: Table, b: int, same_inputs: bool) -> None:
    """The whole state where it has the same layout and windows; else only the level is held."""
    same_layout = old.state.dtype == new.state.dtype and same_inputs
    if same_layout and _remembered(old.params[a]) == _remembered(new.params[b]):
        new.state[b], new.awake[b] = old.state[a], old.awake[a]
    else:
        new.put(b, int(old.state[a]["level"]))


LIMITS = ("threshold", "band", "worst", "coverage", "shift")
"""Parameters that a state does not depend on: what is remembered goes on under others of them."""


def _remembered(row: Any) -> Any:
    """The parameters that say what a state means: windows, cells, coefficients."""
    return [row[name].tobytes() for name in row.dtype.names if name not in LIMITS]


def carry_answers(
    old: Assessor,
    oldlife: Lifecycle,
    oldreasons: Reasons,
    new: Plan,
    moved: dict[tuple[str, int], tuple[str, int]],
) -> tuple[Assessor, Lifecycle, Reasons]:
    """Assessments and warnings in force follow their area and hazard; evidence its task."""
    where = {(q.area, q.hazard): n for n, q in enumerate(old.questions)}
    assessor, life, reasons = Assessor(new.questions, chains=new.chains), Lifecycle(), Reasons(new)
    for n, question in enumerate(new.questions):
        before = where.get((question.area, question.hazard))
        if before is not None:
            assessor.answers[n] = _carried(old, before, question.members, moved)
            if before in old.waiting:
                assessor.waiting.add(n)
            if before in oldlife.events:
                life.events[n] = oldlife.events[before]
        else:
            assessor.answers[n] = Answer()
    assessor.verdicts = {moved[k]: v for k, v in old.verdicts.items() if k in moved}
    reasons.evidence = {moved[k]: v for k, v in oldreasons.evidence.items() if k in moved}
    return assessor, life, reasons


def _carried(
    old: Assessor,
    before: int,
    members: tuple[Member, ...],
    moved: dict[tuple[str, int], tuple[str, int]],
) -> Answer:
    """Where a question stood, its members named by their new places.

    Whoever had reached the level must show anew that it is lower. When none of them is left, all
    the members must: the configuration took away the gauge, not the flood.
    """
    answer, former = old.answers[before], old.questions[before].members
    places = {(m.detector, m.row): k for k, m in enumerate(members)}
    keys = [moved.get((former[k].detector, former[k].row)) for k in answer.reached]
    reached = sorted(places[key] for key in keys if key in places)
    every = list(range(len(members))) if answer.level >= 1 else []
    return msgspec.structs.replace(answer, reached=reached or every, shown=[], highest_by=-1)
