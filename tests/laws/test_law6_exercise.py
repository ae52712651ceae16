"""Law 6: exercise is not actual. For every channel that is registered, through the real lane.

The spy stands in an adapter's place: whatever it is handed would have gone out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels import CHANNELS, ChannelKind, Surroundings
from dissemination.channels.kind import Endpoint
from tests.build import SITE
from tests.conformance.test_channels import (
    EXAMPLES,
    NUMBER,
    PASSWORD,
    with_a_warden,
    with_an_installation,
)
from tests.scenarios.duty import Duty
from tests.warned import BASE
from tongluo.config.models import Config
from tongluo.core.effects import Effects, Tick
from tongluo.core.errors import PermanentFailure
from tongluo.core.log import Log
from tongluo.core.ports import Delivery, Handed
from tongluo.core.warning import Reference, WarningVersion
from tongluo.core.words import Act, DeliveryState, Exercise, Level, Status
from tongluo.daemon.deliveries import Deliveries, Planned
from tongluo.daemon.lane import Lane
from tongluo.store.journal import Journal

LIVE = sorted(name for name, kind in CHANNELS.items() if kind.live)
ENROL: dict[str, dict[str, Any]] = {  # how somebody is enrolled, where it is no plain option
    "app": {},
    "email": {"enrolled": {"file": "mails"}},
    "kannel": {"enrolled": {"file": "people"}},
    "loudspeaker": {"exercise": ["horn-1"]},
    "wardens": {},
    "webpush": {},
}
DRILL = replace(
    BASE, identifier="exercise.e.v1", event="exercise.e", status=Status.EXERCISE,
    exercise=Exercise.DRILL,
)  # fmt: skip


class Spy:
    """An adapter: what it is handed would have gone out."""

    def __init__(self) -> None:
        self.handed = list[Delivery]()

    def send(self, delivery: Delivery) -> Handed:
        self.handed.append(delivery)
        return Handed(DeliveryState.ACCEPTED)

    def close(self) -> None:
        pass


class House:
    """What a lane needs of the dispatcher, and a journal to write to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, Log("test")
        self.journal = Journal(folder / "journal.db")
        self.deliveries = Deliveries(folder / "deliveries.db")
        self.channels = dict[str, dict[str, Any]]()
        self.config = Config.model_validate({"site": SITE})

    def surroundings(self, name: str) -> Surroundings:
        return Surroundings(self.folder, name=name)

    def channel(self, kind: str, *, enrolled: bool) -> None:
        """Configure one, as its example is."""
        given = dict(EXAMPLES[kind].options)
        if "url" in given:
            scheme = "http" if given["url"].startswith("{") else ""
            given["url"] = given["url"].format(url=f"{scheme}://127.0.0.1:9")
        if enrolled:
            flag = issubclass(CHANNELS[kind].options, Endpoint)
            given |= (
                {"exercise": True} if flag else ENROL.get(kind, {"enrolled": {"file": "people"}})
            )
        self.channels[kind] = {"kind": kind, "options": given}
        time = {"clock": "stream"}  # BASE is of another year
        self.config = Config.model_validate({"site": SITE, "time": time, "channels": self.channels})
        people(self.folder, enrolled=enrolled)

    def say(self, version: WarningVersion, *channels: str) -> None:
        """One version in the journal, and in the outbox of channels."""
        with self.journal.transaction():
            self.journal.tick(Tick(version.sent), Effects(warnings=[(version, channels)]))

    def sent(self, version: WarningVersion, name: str, target: str = "") -> list[Delivery]:
        """What the adapter was handed of a version that is planned for a target, come what may."""
        spy, lane = Spy(), Lane(self, name)
        target = target or self.target(name)
        row = Planned(f"{version.identifier}:{name}:{target}", version.identifier, version.event,
                      name, target, 0)  # fmt: skip
        self.deliveries.plan([row], 1, 0)
        while lane._some(spy):
            continue
        return spy.handed

    def target(self, name: str) -> str:
        """Somebody who would hear an Actual."""
        kind = CHANNELS[self.channels[name]["kind"]]
        if kind.targets is None:
            return BASE.area.id
        options = kind.options.model_validate(self.channels[name]["options"])
        return kind.targets(options, self.surroundings(name), BASE)[0]

    def states(self) -> list[tuple[str, str]]:
        with sqlite3.connect(self.folder / "deliveries.db") as db:
            found = db.execute("SELECT state, detail FROM deliveries ORDER BY id").fetchall()
        db.close()
        return found


def people(folder: Path, *, enrolled: bool) -> None:
    """A list of one number; one page; one warden."""
    (folder / "people").write_text(NUMBER)
    (folder / "mails").write_text("a@example.org")
    (folder / "password").write_text(PASSWORD)
    with_an_installation(folder, exercises=enrolled)
    with_a_warden(folder, enrolled=enrolled)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.deliveries.close()


def test_only_a_written_record_is_not_live() -> None:
    assert set(CHANNELS) - set(LIVE) == {"recording"}


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize("kind", [None, *Exercise])
def test_an_exercise_reaches_no_adapter_that_is_not_enrolled(
    house: House, name: str, kind: Exercise | None
) -> None:
    house.channel(name, enrolled=False)
    drill = replace(DRILL, exercise=kind)
    house.say(drill, name)
    assert house.sent(drill, name) == []
    ((state, why),) = house.states()
    assert state == "failed" and ("not enrolled" in why or "tabletop" in why)


@pytest.mark.parametrize("name", LIVE)
def test_an_actual_passes(house: House, name: str) -> None:
    house.channel(name, enrolled=False)
    house.say(BASE, name)
    assert [d.warning for d in house.sent(BASE, name)] == [BASE]


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize("kind", [None, Exercise.DRILL, Exercise.TEST])
def test_it_reaches_those_who_are_enrolled(house: House, name: str, kind: Exercise | None) -> None:
    house.channel(name, enrolled=True)
    drill = replace(DRILL, exercise=kind)
    house.say(drill, name)
    (handed,) = house.sent(drill, name)
    assert handed.warning.status is Status.EXERCISE


@pytest.mark.parametrize("name", [n for n in LIVE if CHANNELS[n].targets])
def test_of_the_enrolled_no_other_is_reached(house: House, name: str) -> None:
    house.channel(name, enrolled=True)
    house.say(DRILL, name)
    assert house.sent(DRILL, name, target="somebody-else") == []


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_a_tabletop_exercise_goes_nowhere_but_the_log(house: House, name: str) -> None:
    enrolled = CHANNELS[name].live
    house.channel(name, enrolled=enrolled)
    table = replace(DRILL, exercise=Exercise.TABLETOP)
    house.say(table, name)
    assert len(house.sent(table, name)) == (0 if enrolled else 1)


def test_a_channel_test_is_of_one_channel(house: House) -> None:
    for name in ("mqtt", "ebm", "recording"):
        house.channel(name, enrolled=CHANNELS[name].live)
    test = replace(DRILL, exercise=Exercise.TEST)
    house.say(test, "mqtt", "ebm", "recording")
    assert house.sent(test, "mqtt") == house.sent(test, "ebm") == []
    assert len(house.sent(test, "recording")) == 1
    assert "a channel test is of one channel, not of this and ebm" in house.states()[0][1]
    one = replace(test, identifier="exercise.f.v1", event="exercise.f")
    house.say(one, "mqtt", "recording")
    assert len(house.sent(one, "mqtt")) == 1


def test_what_an_operator_tests_passes_to_its_channels_one_by_one(house: House) -> None:
    for name in ("mqtt", "ebm", "webhook"):
        house.channel(name, enrolled=True)
    duty = Duty()
    duty.engine.plan.config.channels.update(house.config.channels)
    names = duty.act("li", "exercise", areas=["A"], hazard="river_flood", level="red", kind="test",
                     channels=["mqtt", "ebm"], minutes=30, why="w")  # fmt: skip
    begun = [(version, channels) for _, version, channels in duty.warnings]
    for version, channels in begun:
        house.say(version, *channels)
    assert [len(house.sent(v, c)) for v, (c,) in begun] == [1, 1]
    rows = house.journal.db.execute("SELECT DISTINCT channel FROM outbox").fetchall()
    assert ({v.event for v, _ in begun}, sorted(rows)) == ({*names}, [("ebm",), ("mqtt",)])


ACTUAL = replace(BASE, sent=BASE.sent + 60_000)
CANCEL = replace(
    BASE, identifier="id-2", version=2, act=Act.CANCEL, level=Level.NONE, previous=Level.ORANGE,
    references=(Reference("demo@example.org", "id-1", BASE.sent),),
)  # fmt: skip
END = replace(CANCEL, identifier="exercise.e.v2", event="exercise.e", status=Status.EXERCISE,
              exercise=Exercise.DRILL)  # fmt: skip


@pytest.mark.parametrize("name", LIVE)
def test_an_exercise_stops_when_an_actual_begins_and_its_end_is_told(
    house: House, name: str
) -> None:
    house.channel(name, enrolled=True)
    house.say(DRILL, name)
    house.say(ACTUAL, name)
    assert house.sent(DRILL, name) == []
    assert house.states() == [("expired", "the exercise stopped: an actual warning began")]
    house.say(END, name)
    assert [d.warning.act for d in house.sent(END, name)] == [Act.CANCEL]


def test_none_begins_while_an_actual_is_in_force_and_one_may_after(house: House) -> None:
    house.channel("mqtt", enrolled=True)
    house.say(BASE, "mqtt")
    house.say(DRILL, "mqtt")
    assert house.sent(DRILL, "mqtt") == []
    house.say(CANCEL, "mqtt")
    later = replace(DRILL, identifier="exercise.f.v1", event="exercise.f")
    house.say(later, "mqtt")
    assert len(house.sent(later, "mqtt")) == 1
    expired = replace(later, identifier="exercise.g.v1", event="exercise.g", sent=BASE.expires + 1)
    house.say(replace(BASE, identifier="id-9", event="e-9"), "mqtt")
    house.say(expired, "mqtt")
    assert len(house.sent(expired, "mqtt")) == 1


@pytest.mark.parametrize("name", [n for n in LIVE if issubclass(CHANNELS[n].options, Endpoint)])
def test_each_adapter_looks_for_itself(house: House, name: str) -> None:
    """Were the gate ever left open, the adapter still sends nothing."""
    house.channel(name, enrolled=False)
    kind: ChannelKind = CHANNELS[name]
    options = kind.options.model_validate(house.channels[name]["options"])
    channel = kind.open(options, house.surroundings(name))
    with pytest.raises(PermanentFailure, match="not enrolled"):
        channel.send(Delivery("k", DRILL, name, BASE.area.id))
    channel.close()


def test_its_receipts_never_count_for_an_actual(house: House) -> None:
    house.channel("mqtt", enrolled=True)
    house.say(BASE, "mqtt")
    rows = [
        Planned(f"{v.identifier}:mqtt:a-1", v.identifier, v.event, "mqtt", "a-1", 3)
        for v in (BASE, DRILL)
    ]
    house.deliveries.plan(rows, 1, 0)
    house.deliveries.receive(rows[1].key, DeliveryState.ACKNOWLEDGED, 5, "read", 6)
    assert [state for state, _ in house.states()] == ["queued", "acknowledged"]


def test_a_version_is_actual_or_an_exercise_and_never_both() -> None:
    with pytest.raises(ValueError, match="both Actual and drill"):
        replace(DRILL, status=Status.ACTUAL)
