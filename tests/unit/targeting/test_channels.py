"""Channels that send to whom the register knows."""

from dataclasses import replace
from pathlib import Path

import pytest

from dissemination.channels import CHANNELS, Surroundings, loudspeaker, people
from dissemination.channels.registered import learner
from dissemination.receipts import Receipt, smpp
from dissemination.targeting import AUDIENCES, Contact, Entry, Register
from tests.unit.targeting.people import NOW, number, person, register, warning
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery
from tongluo.core.words import Act, DeliveryState, Level, Status

KANNEL = {"username": "u", "password": {"file": "p"}, "recipients": "register"}


def options(**more: object) -> people.Recipients:
    found = CHANNELS["kannel"].options.model_validate(KANNEL | more)
    assert isinstance(found, people.Recipients)
    return found


def delivery(to: str | tuple[str, str], **about: object) -> Delivery:
    told = warning(**about)
    target, audience = (to, "residents") if isinstance(to, str) else to
    return Delivery(f"{told.identifier}:sms:{target}", told, "sms", target, audience)


def test_the_targets_of_a_channel_and_their_numbers(tmp_path: Path) -> None:
    register(tmp_path, person(1), person(2, audience="responders"), person(3, "away")).close()
    given = options()
    targets = people.targets(given, Surroundings(tmp_path), warning())
    numbers = people.Numbers(given, tmp_path)
    assert [numbers.of(delivery(t)) for t in targets] == [number(2), number(1)]
    assert [who for _, who in targets] == ["responders", "residents"]
    assert [numbers.spoken(delivery(t)).audience for t in targets] == ["responders", "residents"]
    assert numbers.spoken(delivery((targets[1][0], "contacts"))).audience == "contacts"
    numbers.close()


def test_who_heard_of_a_level_hears_how_it_ends(tmp_path: Path) -> None:
    register(tmp_path, person(1), person(2, audience="staff"), person(3, audience="schools"))
    given = options(audiences={"staff": "blue", "residents": "orange"})

    def told(**about: object) -> int:
        return len(people.targets(given, Surroundings(tmp_path), warning(**about)))

    assert told(level=Level.BLUE, event="a") == 1
    assert told(level=Level.ORANGE, event="a") == 2
    assert told(level=Level.YELLOW, previous=Level.ORANGE, event="a") == 2
    assert told(level=Level.BLUE, previous=Level.YELLOW, event="a") == 2
    assert told(level=Level.NONE, previous=Level.BLUE, act=Act.CANCEL, event="a") == 2
    assert told(level=Level.NONE, previous=Level.BLUE, act=Act.CANCEL, event="b") == 1


def test_an_exercise_is_checked_again_as_it_goes_out(tmp_path: Path) -> None:
    made = register(tmp_path, person(1), person(2, enrolled=True))
    numbers = people.Numbers(options(), tmp_path)
    exercise = {"status": Status.EXERCISE}
    targets = {number(n): made.vault.target(number(n)) for n in (1, 2)}
    assert numbers.of(delivery(targets[number(2)], **exercise)) == number(2)
    with pytest.raises(PermanentFailure, match="not enrolled"):
        numbers.of(delivery(targets[number(1)], **exercise))


def test_without_a_register_it_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no register"):
        people.targets(options(), Surroundings(tmp_path), warning())
    with pytest.raises(TemporaryFailure, match="no register"):
        people.Numbers(options(), tmp_path).of(delivery("0" * 24))
    Register.open(tmp_path)
    with pytest.raises(PermanentFailure, match="not in the register"):
        people.Numbers(options(), tmp_path).of(delivery("0" * 24))


@pytest.mark.parametrize("wrong", ["registers", {"register": True, "env": "A"}, {}, 3])
def test_wrong_sources_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        options(recipients=wrong)
    with pytest.raises(ValueError):
        options(audiences={"neighbours": "blue"})


@pytest.mark.parametrize("text", ["stat:UNDELIV err:001 text:", "stat:REJECTD err:mk:0001"])
def test_receipts_that_say_no_such_number(tmp_path: Path, text: str) -> None:
    made = register(tmp_path, person(1))
    target = made.vault.target(number(1))
    learn = learner(tmp_path, options().no_such_number, 2)

    def hear(said: str, version: int) -> str:
        learn(replace(smpp(said), id=f"e.v{version}:sms:{target}"), NOW)
        return made.db.execute("SELECT state FROM addresses").fetchone()[0]

    assert hear("stat:UNDELIV err:0011", 1) == hear("stat:EXPIRED err:001", 1) == ""
    assert hear(text, 1) == hear(text, 1) == "doubtful"
    assert hear("stat:DELIVRD err:000", 2) == ""
    assert hear(text, 3) == "doubtful" and hear(text, 4) == "dead"
    assert made.recipients(warning(), "sms") == []
    states = [b for (b,) in made.db.execute("SELECT body FROM audit WHERE what = 'address'")]
    assert len(states) == 4 and not any(number(1).encode() in body for body in states)


def test_a_receipt_of_somebody_unknown_changes_nothing(tmp_path: Path) -> None:
    made = register(tmp_path, person(1))
    failed = Receipt("e.v1:sms:" + "0" * 24, DeliveryState.FAILED, None, "err:001")
    learner(tmp_path, ("err:001",), 1)(failed, NOW)
    learner(tmp_path, (), 1)(replace(failed, id=made.vault.target(number(1))), NOW)
    assert made.db.execute("SELECT count(*) FROM misses").fetchone() == (0,)


def test_every_audience_may_be_named() -> None:
    assert set(options(audiences=dict.fromkeys(AUDIENCES, "red")).audiences) == set(AUDIENCES)


def test_speakers_of_the_register(tmp_path: Path) -> None:
    horns = [
        Entry("喇叭 1", "upper", sort="device", size=0, contacts=(Contact("speaker", "horn-1"),)),
        Entry("喇叭 2", "group", sort="device", size=0, contacts=(Contact("speaker", "horn-2"),),
              enrolled=True),
        Entry("喇叭 3", "away", sort="device", size=0, contacts=(Contact("speaker", "horn-3"),)),
    ]  # fmt: skip
    made, around = register(tmp_path, *horns), Surroundings(tmp_path)
    given = loudspeaker.Options.model_validate({"recipients": "register"})
    found = loudspeaker.targets(given, around, warning())
    assert sorted(made.address(t) for t, _ in found) == ["horn-1", "horn-2"]
    drill = loudspeaker.targets(given, around, warning(status=Status.EXERCISE))
    assert [made.address(t) for t, _ in drill] == ["horn-2"]
    assert len(made.people()) == 0 and made.counts() == []
    for wrong in ({}, {"recipients": "register", "speakers": {"upper": ["horn-1"]}}):
        with pytest.raises(ValueError, match="name its speakers"):
            loudspeaker.Options.model_validate(wrong)
