"""A store as the daemon writes it, for the console to read: a configuration, then warnings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.warned import BASE
from tongluo.config.load import load
from tongluo.core.clock import now_ms
from tongluo.core.effects import Effects
from tongluo.core.warning import Area, Reference, WarningVersion
from tongluo.core.words import Act, Level
from tongluo.store.journal import Journal

CONFIG = """
site: {{name: 试点县, name_en: Trial County, timezone: Asia/Shanghai,
        sender: {{id: trial@example.org, name: 试点指挥部, name_en: Trial Headquarters}}}}
areas:
  - {{id: county, name: 试点县, name_en: Trial County, people: 900,
     polygon: [[23.0, 113.0], [23.0, 113.4], [23.3, 113.4], [23.3, 113.0]]}}
  - {{id: town, name: 青溪镇, name_en: Qingxi Town, people: 300, parent: county,
     polygon: [[23.1, 113.0], [23.1, 113.2], [23.3, 113.2], [23.3, 113.0]]}}
  - {{id: village, name: 上坑村, name_en: Shangkeng, people: 100, parent: town,
     circle: {{centre: [23.2, 113.1], radius_km: 3}}, plan: 到小学操场集合。}}
  - {{id: port, name: 沙澳, name_en: Sha'ao, people: 100, parent: county,
     polygon: [[23.0, 113.25], [23.0, 113.4], [23.12, 113.4], [23.12, 113.25]]}}
channels:
  page: {{kind: app}}
  record: {{kind: recording}}{channels}
console: {{{console}}}
"""
HOUR = 3_600_000


class Written:
    """The journal of a site, and a hand to write on."""

    def __init__(self, folder: Path, console: str = "", channels: str = "") -> None:
        self.config = folder / "stations.yaml"
        self.config.write_text(CONFIG.format(console=console, channels=channels), encoding="utf-8")
        self.loaded = load(self.config)
        self.var = folder / "var"
        self.journal = Journal(self.var / "journal.db")
        self.configure()

    def configure(self) -> None:
        with self.journal.transaction():
            self.journal.configuration(self.loaded.text, [], Effects(), now_ms())

    def put(self, *versions: WarningVersion, channels: tuple[str, ...] = ("page",)) -> None:
        """Versions as one row of the engine causes them."""
        effects = Effects(warnings=[(w, channels) for w in versions])
        with self.journal.transaction():
            self.journal.effects(effects, now_ms())

    def area(self, name: str) -> Area:
        found = next(a for a in self.loaded.config.areas if a.id == name)
        return Area(
            found.id, found.name, found.name_en, found.people, found.polygon or (),
            (*found.circle.centre, found.circle.radius_km) if found.circle else None,
            parent=found.parent or "", plan=found.plan,
        )  # fmt: skip

    def warning(self, area: str = "village", event: str = "e", **changes: Any) -> WarningVersion:
        """A warning that is in force now."""
        now = now_ms()
        made = replace(
            BASE, area=self.area(area), event=event, identifier=f"{event}.v1", sent=now,
            onset=now - 1000, expires=now + 6 * HOUR,
        )  # fmt: skip
        return replace(made, **changes)


def after(before: WarningVersion, **changes: Any) -> WarningVersion:
    """The next version of a warning."""
    version = before.version + 1
    return replace(
        before, identifier=f"{before.event}.v{version}", version=version, act=Act.UPDATE,
        previous=before.level, sent=max(now_ms(), before.sent),
        references=(Reference(before.sender.id, before.identifier, before.sent),),
        **changes,
    )  # fmt: skip


def over(before: WarningVersion) -> WarningVersion:
    """The all-clear of a warning."""
    return replace(after(before), act=Act.CANCEL, level=Level.NONE)
