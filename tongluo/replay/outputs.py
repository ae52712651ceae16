"""The files of a replay, written as it goes.

decisions.jsonl    one change of an assessment a line
proposals.jsonl    what a person would have been asked, and who called; only where there is any
conditions.jsonl   what a duty officer would have been told of sensors
warnings/ID.xml    each warning version as CAP 1.2
deliveries.jsonl   would-be deliveries: each version on each channel, recorded, sent to nobody
coverage.csv       who would have been handed what; reached by proof: nobody, it is a replay; and
                   what the configuration's `coverage` foretells, where it says anything
scores.json        hits, misses, lead time (`scores`)
report.html        all of it for people (`report`)
"""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

from dissemination import cap
from dissemination.channels import CHANNELS, Surroundings
from tongluo.config.models import Config
from tongluo.core.effects import Effects
from tongluo.core.errors import CaseError
from tongluo.core.ports import Delivery
from tongluo.core.times import iso
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState
from tongluo.replay.approving import step_line, steps
from tongluo.replay.log import condition_line, decision_line
from tongluo.replay.result import Result
from tongluo.replay.scores import scores

COVERAGE = (
    "time",
    "identifier",
    "area",
    "hazard",
    "level",
    "act",
    "people",
    "handed_over_to",
    "reached_confirmed",
    "reached_unknown",
    "state",
    "estimated_low",
    "estimated_likely",
    "estimated_high",
    "minutes_to_90",
)
HOUR = 3_600_000
_OURS = ("decisions.jsonl", "conditions.jsonl", "deliveries.jsonl", "coverage.csv", "scores.json",
         "proposals.jsonl", "report.html")  # fmt: skip


UNKNOWN = ("", "", "", "")


class Foresight:
    """What a version would reach by its channels, as the plan estimates it: nothing is sent."""

    def __init__(self, config: Config, folder: Path) -> None:
        self._config, self._folder = config, folder  # with no register in it: people by count
        self._known: dict[tuple[str, tuple[str, ...], int], tuple[str, ...]] = {}

    def of(self, version: WarningVersion, channels: tuple[str, ...]) -> tuple[str, ...]:
        """Low, likely and high share, minutes to 90 %; empty where nothing is believed."""
        at = version.sent - version.sent % HOUR
        key = version.area.id, channels, at % (24 * HOUR)
        if key not in self._known:
            self._known[key] = self._plan(version, channels, at)
        return self._known[key]

    def _plan(self, version: WarningVersion, channels: tuple[str, ...], at: int) -> tuple[str, ...]:
        from tongluo.coverage.plan import plan  # noqa: PLC0415 - loads scipy: for who asks only

        if not set(channels) & set(self._config.coverage.channels):
            return UNKNOWN
        made = plan(self._config, self._folder, version.area, at, channels)
        if not made.channels:
            return UNKNOWN
        found = made.every
        when = found.times[0.9].likely
        ends = (found.end.low, found.end.likely, found.end.high)
        return (*(f"{x:.3f}" for x in ends), f"{when:.0f}" if math.isfinite(when) else "")


class Folder:
    """The folder a replay writes to. Files of an earlier replay in it are replaced."""

    def __init__(self, path: Path, zone: str, config: Config | None = None) -> None:
        self.path, self._zone = path, zone
        self._foresee = Foresight(config, path) if config and config.coverage.channels else None
        try:
            (path / "warnings").mkdir(parents=True, exist_ok=True)
            for old in (*(path / name for name in _OURS), *path.glob("warnings/tongluo.*.xml")):
                old.unlink(missing_ok=True)
            self._decisions = (path / "decisions.jsonl").open("wb")
            self._conditions = (path / "conditions.jsonl").open("wb")
            self._table = (path / "coverage.csv").open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise CaseError(f"{path}: cannot be written to: {error.strerror}") from None
        self._coverage = csv.writer(self._table, lineterminator="\n")
        self._coverage.writerow(COVERAGE)
        kind = CHANNELS["recording"]
        self._channel = kind.open(kind.options(), Surroundings(path))

    def add(self, effects: Effects) -> None:
        """Write what one row caused."""
        self._decisions.writelines(decision_line(d, self._zone) for d in effects.decisions)
        self._conditions.writelines(condition_line(c, self._zone) for c in effects.conditions)
        for version, channels in effects.warnings:
            (self.path / "warnings" / f"{version.identifier}.xml").write_bytes(cap.render(version))
            for channel in channels:
                self._channel.send(delivery(version, channel))
            ahead = self._foresee.of(version, channels) if self._foresee else UNKNOWN
            self._coverage.writerow((*coverage(version, channels, self._zone), *ahead))

    def finish(self, result: Result) -> None:
        """Write the scores and the report, once all is judged."""
        from tongluo.replay.report import report  # noqa: PLC0415 - loads matplotlib: 0.5 s

        asked = b"".join(step_line(r, self._zone) for r in steps(result.records))
        if asked:
            (self.path / "proposals.jsonl").write_bytes(asked)
        told = scores(result)
        text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
        (self.path / "scores.json").write_text(text, encoding="utf-8")
        (self.path / "report.html").write_text(report(result, told), encoding="utf-8")

    def close(self) -> None:
        """Close the files."""
        for file in (self._decisions, self._conditions, self._table):
            file.close()
        self._channel.close()


def delivery(version: WarningVersion, channel: str) -> Delivery:
    """One version on one channel, to the area as one group."""
    return Delivery(f"{version.identifier}:{channel}", version, channel, version.area.id)


def coverage(
    version: WarningVersion, channels: tuple[str, ...], zone: str
) -> tuple[str | int, ...]:
    """One row: nothing comes back in a replay, so all people are `unknown`, none is reached."""
    return (
        iso(version.sent, zone),
        version.identifier,
        version.area.id,
        version.hazard.value,
        version.level.word,
        version.act.value,
        version.area.people,
        " ".join(channels),
        0,
        version.area.people,
        DeliveryState.UNKNOWN.value,
    )
