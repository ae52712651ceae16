"""Law 9: every level can say why, and what would have changed it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from detectors import DETECTORS
from tongluo.core.effects import Act
from tongluo.core.times import iso, say_duration
from tongluo.core.words import Level
from tongluo.warning.assess import Assessor, Change
from tongluo.warning.question import CHAIN, Member


class Evidence(msgspec.Struct):
    """What a verdict was last told from."""

    time: int
    value: float
    """As received, in the quantity's inner unit."""
    flag: int
    why: dict[str, float]


class Named(Protocol):
    """What of a plan is needed here."""

    tables: Mapping[str, Any]
    tasks: Mapping[str, Any]
    sensors: Any
    digest: str
    config: Any


class Reasons:
    """Keeps the latest evidence of every verdict and words it."""

    def __init__(self, plan: Any) -> None:
        self.plan: Named = plan
        self.evidence: dict[tuple[str, int], Evidence] = {}
        self._worded: dict[Member, tuple[Evidence, dict[str, Any]]] = {}
        """What was last said of a member, and of which evidence: renewals say it again. What is
        nested in it is shared: nobody may change it."""

    def note(self, detector: str, task: int, evidence: Evidence) -> None:
        """Keep what a verdict was told from; silence adds nothing to it."""
        if evidence.why:
            self.evidence[detector, task] = evidence

    def sensor(self, detector: str, task: int) -> str:
        """Key of the sensor a task judges."""
        spec = self.plan.sensors[self.plan.tasks[detector][task].sensor]
        return str(spec.key)

    def tell(self, assessor: Assessor, change: Change) -> dict[str, Any]:
        """The reason of a change, as it stands in the decision log and in the warning."""
        question = assessor.questions[change.question]
        said = self._decisive(assessor, change.question, change.after, change.time, change.by)
        said["cause"] = change.cause
        if change.cause == "hold":
            said["hold"] = say_duration(question.hold)
        if change.after < Level.BLUE:
            said.update(self._below(change.after))
        return said

    def standing(self, assessor: Assessor, n: int, now: int) -> dict[str, Any]:
        """Why a warning that is renewed still stands."""
        return {**self._decisive(assessor, n, assessor.answers[n].level, now), "cause": "renewal"}

    def acted(self, act: Act) -> dict[str, Any]:
        """The reason of a person's act."""
        return {
            "cause": "act",
            "who": act.who,
            "en": act.why,
            "zh": act.why,
            "config": self.plan.digest,
        }

    def _below(self, level: int) -> dict[str, str]:
        if level == Level.UNKNOWN:
            return {
                "en": "too few of the area's sensors can be judged",
                "zh": "可用测站数据不足，无法判定",
            }
        return {"en": "all judged sensors are below every threshold", "zh": "各测站均低于各级阈值"}

    def _decisive(
        self, assessor: Assessor, n: int, level: int, time: int, by: int = -1
    ) -> dict[str, Any]:
        """What decides: the member that is at the level, or that was last in the hold (`by`)."""
        question, counted = assessor.questions[n], assessor.counted[n]
        levels = assessor.standing(n, time)
        known = sum(levels[k] >= 0 for k in counted)
        out: dict[str, Any] = {"config": self.plan.digest, "known": f"{known}/{len(counted)}"}
        member = self._deciding(question.members, levels, level)
        if member is None and by >= 0 and level >= 1:
            member = question.members[by]
        if member is not None:
            out.update(self._words(assessor, member, time))
        return out

    def _deciding(
        self, members: tuple[Member, ...], levels: Sequence[int], level: int
    ) -> Member | None:
        """The member that reached the level; of several, the one told last."""
        best, latest = None, -1
        for member, its in zip(members, levels, strict=True):
            if its != level or (level < Level.BLUE and not member.plain):
                continue
            evidence = self.evidence.get((member.detector, member.row))
            told = evidence.time if evidence is not None else 0
            if (evidence is not None or member.detector == CHAIN) and told > latest:
                best, latest = member, told
        return best

    def _words(self, assessor: Assessor, member: Member, time: int) -> dict[str, Any]:
        if member.detector == CHAIN:
            return self._chained(assessor, member, time)
        said = self._judged(member)
        if member.armed >= 0:
            chain = assessor.chains[member.armed]
            said.update(lowered_by=chain.id, because=self._asked(assessor, member.armed))
            said["en"] = f"{said.get('en', '')}; {chain.why_en}"
            said["zh"] = f"{said.get('zh', '')}；{chain.why}"
        if member.doubt < Level.RED and "en" in said:
            word = Level(member.doubt)
            said["en"] += f"; suspect readings count, above {word.word} only beside another station"
            said["zh"] += f"；含可疑读数，须有另一测站佐证方可高于{word.zh}"
        return said

    def _chained(self, assessor: Assessor, member: Member, time: int) -> dict[str, Any]:
        """A chain's words, the assessments it rests on, and when what it warns of arrives."""
        chain, zone = assessor.chains[member.row], self.plan.config.site.timezone
        time = max((assessor.answers[n].since for n, _ in chain.when if n >= 0), default=time)
        said = {"rule": chain.id, "en": chain.why_en, "zh": chain.why, "time": iso(time, zone)}
        because = self._asked(assessor, member.row)
        out: dict[str, Any] = {**said, "because": because, "lower_if": {"all_but_one": because}}
        if chain.travel:
            out["expected"] = iso(time + chain.travel, zone)
        return out

    def _asked(self, assessor: Assessor, c: int) -> list[dict[str, str]]:
        """The assessments that a chain rests on."""
        found = [(assessor.questions[n], level) for n, level in assessor.chains[c].when if n >= 0]
        return [
            {"area": q.area, "hazard": q.hazard.value, "at_least": Level(level).word}
            for q, level in found
        ]

    def _judged(self, member: Member) -> dict[str, Any]:
        evidence = self.evidence[member.detector, member.row]
        kept = self._worded.get(member)
        if kept is None or kept[0] is not evidence:
            kept = self._worded[member] = (evidence, self._word(member, evidence))
        return dict(kept[1])

    def _word(self, member: Member, evidence: Evidence) -> dict[str, Any]:
        """What is said of a member's evidence."""
        task = self.plan.tasks[member.detector][member.row]
        row = self.plan.tables[member.detector].params[member.row]
        said = DETECTORS[member.detector].explain(row, evidence.why, member.cap)
        zone = self.plan.config.site.timezone
        values = {k: v for k, v in evidence.why.items() if math.isfinite(v)}
        return {
            "sensor": self.sensor(member.detector, member.row),
            "rule": member.rule,
            "time": iso(evidence.time, zone),
            "flag": evidence.flag,
            "values": values,
            "source": task.source,
            **said,
        }
