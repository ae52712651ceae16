"""A duty desk in a few lines: an engine under a policy, a clock in minutes, and all it said."""

from __future__ import annotations

from typing import Any

from tests.build import MINUTE, STAGE, STAGE_RULE, START, columns, config
from tongluo.config.plan import plan
from tongluo.core.effects import Call, Command, Effects, Readings, Record, Tick
from tongluo.core.warning import WarningVersion
from tongluo.engine import Engine

LADDER = (
    {"after": "0 s", "whom": "duty", "by": "record"},
    {"after": "5 min", "whom": "chief", "by": ["record", "phone"]},
    {"after": "8 min", "whom": "mayor", "by": "phone"},
)
TELL = {"whom": "warden", "by": "record"}
APPROVE = {"who": ["duty", "chief"], "wait": "15 min", "ladder": LADDER, "tell": TELL}
POLICY = {
    "by": "order 1",
    "channels": ["record", "speakers"],
    "validity": "6 h",
    "renew": "30 min",
    "issue": "approve",
    "approve": APPROVE,
    "levels": {"blue": {"issue": "automatic"}},
}
PEOPLE: dict[str, Any] = {
    "li": {"name": "Li", "roles": ["duty"]},
    "ma": {"name": "Ma", "roles": ["duty"]},
    "wu": {"name": "Wu", "roles": ["chief"]},
    "he": {"name": "He", "roles": ["mayor"]},
    "qi": {"name": "Qi", "roles": ["warden"]},
    "xu": {"name": "Xu", "roles": []},
}
CHANNELS = {name: {"kind": "recording"} for name in ("record", "phone", "speakers")}


class Duty:
    """Two villages, A and B, with a gauge each: blue 1 m, yellow 2 m, orange 3 m, red 4 m."""

    def __init__(self, clock: str = "stream", **policy: Any) -> None:
        self.policy, self.clock = {**POLICY, **policy}, clock
        self.engine = Engine(self.plan())
        self.minute = 0.0
        self.warnings: list[tuple[float, WarningVersion, tuple[str, ...]]] = []
        self.records: list[tuple[float, Record]] = []
        self.calls: list[tuple[float, Call]] = []
        self.later: list[tuple[float, str, tuple[str, ...]]] = []
        self.rows: list[Any] = []
        self.at(0, A=0.2, B=0.2)

    def plan(self) -> Any:
        built = config(
            {"a": [STAGE], "b": [STAGE]},
            [STAGE_RULE],
            areas={"A": ["a"], "B": ["b"]},
            clock=self.clock,
            policy=self.policy,
            operators=PEOPLE,
            channels=CHANNELS,
        )
        return plan(built, "0123456789ab")

    def feed(self, row: Any) -> Effects:
        self.rows.append(row)
        effects = self.engine.feed(row)
        self.warnings += [(minute(w.sent), w, c) for w, c in effects.warnings]
        self.records += [(minute(r.time), r) for r in effects.records]
        self.calls += [(minute(c.time), c) for c in effects.calls]
        self.later += [(self.minute, i, c) for i, c in effects.later]
        return effects

    def at(self, minutes: float, **heights: float) -> None:
        """At a minute, the gauges say so (m)."""
        self.minute = minutes
        time = int(START + minutes * MINUTE)
        rows = [("AB".index(place), time, height, 1, time) for place, height in heights.items()]
        self.feed(Readings(columns(rows)))

    def until(self, minutes: float) -> None:
        """Time passes; nothing else happens."""
        self.minute = minutes
        self.feed(Tick(int(START + minutes * MINUTE)))

    def hold(self, until: int, **heights: float) -> None:
        """The gauges say the same every minute, up to this one."""
        for minutes in range(int(self.minute) + 1, until + 1):
            self.at(minutes, **heights)

    def act(self, who: str, word: str, **said: Any) -> Any:
        """An operator orders; what was done, or the code of the refusal."""
        answer = self.feed(Command(int(START + self.minute * MINUTE), who, word, said)).answer
        return answer["code"] if "error" in answer else answer["done"]

    def out(self) -> list[tuple[float, str, str, str]]:
        """(minute, area, act, level) of every version."""
        return [(m, w.area.id, w.act.value, w.level.word) for m, w, _ in self.warnings]

    def steps(self, what: str = "proposal", area: str = "") -> list[tuple[float, str]]:
        """(minute, state) of entries of the audit."""
        return [
            (m, r.body.get("state", r.body.get("step", "")))
            for m, r in self.records
            if r.what == what and area in ("", r.body.get("area"))
        ]

    def called(self) -> list[tuple[float, str]]:
        """(minute, person), in order."""
        return [(m, c.person) for m, c in self.calls]

    def group(self) -> str:
        """The open group."""
        (group,) = self.engine.desk.groups
        return group

    def event(self, area: str = "A") -> str:
        """The event of an area."""
        n = self.engine.plan.places[f"{area}/river_flood"]
        event = self.engine.lifecycle.events.get(n)
        return event.name if event is not None else "none"


def minute(time: int) -> float:
    return (time - START) / MINUTE
