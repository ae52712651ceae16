"""Loudspeakers on a real broker: what they prove, and what is made of their faults."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination.channels import speaker_words
from dissemination.channels.kind import Surroundings
from dissemination.channels.loudspeaker import Loudspeaker, Options, targets
from dissemination.channels.speaker_sound import said
from dissemination.messages import RESIDENT, Spoken, Template, Wording
from dissemination.receipts import Receipt
from dissemination.targeting import Contact, Entry, Register, changes
from tests.mosquitto import Mosquitto, broker  # noqa: F401 - a fixture
from tests.speaker import PROVEN, UNPROVEN, Answer, Speaker
from tests.speech import needs_espeak, warning
from tests.unit.test_relay import desk, hear
from tongluo.core.errors import PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery
from tongluo.core.words import DeliveryState, Level, Status

LONG = {"answer_within": 30.0, "proof_within": 30.0}
SHORT = {"answer_within": 0.3, "proof_within": 0.3}


class Stage:
    """A broker, and what has been opened on it."""

    def __init__(self, mosquitto: Mosquitto, folder: Path, stack: ExitStack) -> None:
        self.port, self.stack = mosquitto.port, stack
        self.told, self.fails = list[Receipt](), 0
        self.around = Surroundings(folder, mosquitto.url, tell=self.tell)

    def tell(self, receipt: Receipt) -> bool:
        if self.fails:
            self.fails -= 1
            raise sqlite3.OperationalError("database is locked")
        self.told.append(receipt)
        return True

    def speaker(self, *answers: Answer, form: str = "json") -> Speaker:
        found = Speaker(self.port, "s1", lambda _: list(answers), form)
        self.stack.callback(found.close)
        return found

    def channel(self, **options: Any) -> Loudspeaker:
        given = {"speakers": {"a-1": ["s1", "s2"]}, **LONG, **options}
        found = Loudspeaker(Options.model_validate(given), self.around)
        self.stack.callback(found.close)
        return found


@pytest.fixture
def stage(broker: Mosquitto, tmp_path: Path) -> Iterator[Stage]:  # noqa: F811 - the fixture
    with ExitStack() as stack:
        yield Stage(broker, tmp_path, stack)


def delivery(device: str = "s1", **changes: Any) -> Delivery:
    return Delivery(f"1:{device}", warning(**changes), "horn", device)


def test_the_plain_command_as_devices_know_it(stage: Stage) -> None:
    speaker = stage.speaker({"result": "sucd", "played_s": 12}, form="cmd")
    handed = stage.channel(form="cmd").send(delivery())
    told = speaker.commands.get(timeout=10)
    assert handed.state == DeliveryState.PLAYED
    assert told["$cmd"] == "broadcast" and told["b_num"] == "2" and told["volume"] == "80"
    assert int(told["b_size"]) == len(told["b_content"]) <= 200
    assert told["b_content"].startswith("青溪镇三号点暴雨橙色预警")


@pytest.mark.parametrize("form", ["cmd", "json"])
def test_success_without_proof_is_unknown_and_not_asked_again(stage: Stage, form: str) -> None:
    answer = {"result": "sucd"} if form == "cmd" else UNPROVEN
    stage.speaker(answer, form=form)
    handed = stage.channel(form=form).send(delivery())
    assert handed.state == DeliveryState.UNKNOWN
    assert handed.receipt["why"] == "success without proof of play"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"state": "played", "played_s": 5.0}, DeliveryState.PLAYED),
        ({"state": "played", "played_s": 4.9}, DeliveryState.UNKNOWN),
        ({"state": "played", "level": 6.0}, DeliveryState.PLAYED),
        ({"state": "played", "level": 5.9}, DeliveryState.UNKNOWN),
        ({"state": "played", "level": "loud", "played_s": -1}, DeliveryState.UNKNOWN),
        ({"state": "played", "played_s": 1e9}, DeliveryState.UNKNOWN),
    ],
)
def test_proof(stage: Stage, answer: Answer, state: DeliveryState) -> None:
    stage.speaker(answer)
    assert stage.channel().send(delivery()).state == state


def test_proof_after_it_said_that_it_plays(stage: Stage) -> None:
    stage.speaker({"state": "accepted"}, {"state": "playing"}, PROVEN)
    assert stage.channel().send(delivery()).state == DeliveryState.PLAYED


def test_a_late_proof_is_a_receipt_and_is_told_once(stage: Stage) -> None:
    speaker = stage.speaker({"state": "playing"})
    channel = stage.channel(proof_within=0.3)
    assert channel.send(delivery()).state == DeliveryState.ACCEPTED
    found = wait_for(lambda: stage.told, lambda: speaker.answer(PROVEN))
    assert (found[0].id, found[0].state) == ("1:s1", DeliveryState.PLAYED)
    assert len(found) == 1


def test_a_proof_that_comes_after_a_restart_finds_its_delivery(stage: Stage) -> None:
    """Also one that was said while nobody listened: the broker has kept it."""
    speaker = stage.speaker({"state": "playing"})
    stage.around = replace(stage.around, name="horn")
    first = stage.channel(proof_within=0.3)
    first.send(delivery())
    first.close()
    speaker.answer(PROVEN)
    found = wait_for(lambda: stage.told, lambda: stage.channel() and None)
    assert (found[0].id, found[0].state) == ("1:s1", DeliveryState.PLAYED)


def test_what_cannot_be_written_now_is_told_later(stage: Stage) -> None:
    speaker = stage.speaker({"state": "playing"})
    channel = stage.channel(proof_within=0.3)
    channel.send(delivery())
    stage.fails = 1
    wait_for(lambda: [] if stage.fails else [1], lambda: speaker.answer(PROVEN))
    assert stage.told == []
    channel.send(delivery())
    assert [receipt.state for receipt in stage.told] == [DeliveryState.PLAYED]


def wait_for(ask: Callable[[], list[Any]], begin: Callable[[], None]) -> list[Any]:
    begin()
    for _ in range(1000):
        if found := ask():
            return found
        threading.Event().wait(0.01)
    raise AssertionError("nothing came")


def test_answers_twice(stage: Stage) -> None:
    stage.speaker(PROVEN, PROVEN)
    channel = stage.channel()
    assert channel.send(delivery()).state == DeliveryState.PLAYED
    assert all(receipt.state is DeliveryState.PLAYED for receipt in stage.told)


def test_never_answers_or_is_offline(stage: Stage) -> None:
    stage.speaker()
    with pytest.raises(UnknownOutcome, match="no answer in"):
        stage.channel(**SHORT).send(delivery())
    with pytest.raises(UnknownOutcome):
        stage.channel(**SHORT).send(delivery("s2"))  # no such speaker is connected


def test_the_same_delivery_again_has_the_same_msgid(stage: Stage) -> None:
    speaker = stage.speaker()
    channel = stage.channel(**SHORT)
    for _ in range(2):
        with pytest.raises(UnknownOutcome):
            channel.send(delivery())
    first, again = (speaker.commands.get(timeout=10)["msgid"] for _ in range(2))
    assert first == again


def test_many_are_waited_for_at_once_and_each_gets_one_after_the_other(stage: Stage) -> None:
    """None answers before all have been commanded; one that plays is not commanded again."""
    all_of_them = threading.Barrier(8)

    def together(_: Answer) -> list[Answer]:
        all_of_them.wait(30)
        return [PROVEN]

    names = [f"s{n}" for n in range(9)]
    horns = [Speaker(stage.port, names[0], lambda _: [])]
    horns += [Speaker(stage.port, name, together) for name in names[1:]]
    for horn in horns:
        stage.stack.callback(horn.close)
    channel = stage.channel(speakers={"a-1": names})
    twice = [Delivery(f"{n}:s0", warning(), "horn", "s0") for n in range(2)]
    with ThreadPoolExecutor(10) as threads:
        handed = [threads.submit(channel.send, one) for one in twice]
        horns[0].commands.get(timeout=30)
        others = [delivery(name) for name in names[1:]]
        assert {h.state for h in threads.map(channel.send, others)} == {DeliveryState.PLAYED}
        assert horns[0].commands.empty()
        horns[0].answer(PROVEN)
        horns[0].commands.get(timeout=30)
        horns[0].answer(PROVEN)
        assert {h.result().state for h in handed} == {DeliveryState.PLAYED}


def test_an_answer_to_another_message_counts_for_nothing(stage: Stage) -> None:
    stage.speaker({**PROVEN, "msgid": "another"})
    with pytest.raises(UnknownOutcome):
        stage.channel(**SHORT).send(delivery())


def test_a_speaker_that_fails_is_tried_again(stage: Stage) -> None:
    stage.speaker({"state": "failed", "message": "amplifier"})
    with pytest.raises(TemporaryFailure, match="amplifier"):
        stage.channel().send(delivery())


def test_no_broker(tmp_path: Path) -> None:
    options = Options.model_validate({"speakers": {}, "url": "mqtt://127.0.0.1:1"})
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        Loudspeaker(options, Surroundings(tmp_path)).send(delivery())


def test_an_exercise_goes_only_to_enrolled_speakers_and_is_said_first_and_last(
    stage: Stage,
) -> None:
    speaker = stage.speaker(PROVEN)
    exercise = warning(status=Status.EXERCISE)
    channel = stage.channel(exercise=["s1"])
    options = Options.model_validate({"speakers": {"a-1": ["s1", "s2"]}, "exercise": ["s1"]})
    assert list(targets(options, stage.around, exercise)) == ["s1"]
    assert list(targets(options, stage.around, warning())) == ["s1", "s2"]
    with pytest.raises(PermanentFailure, match="not enrolled"):
        channel.send(delivery("s2", status=Status.EXERCISE))
    channel.send(delivery(status=Status.EXERCISE))
    text = speaker.commands.get(timeout=10)["text"]
    mark = "演练，演练。这是演练，不是真实预警。"
    assert text.startswith(mark) and text.endswith(mark)


@needs_espeak
def test_audio_in_chunks_with_some_lost(stage: Stage) -> None:
    speaker = stage.speaker({"state": "played", "played_s": 1000.0})
    speaker.lose = {0, 2}
    channel = stage.channel(send="audio", chunk=4096, times=1, siren=1.0)
    assert channel.send(delivery()).state == DeliveryState.PLAYED
    form = speaker.told["audio"]["format"]
    whole = b"".join(speaker.audio[n] for n in sorted(speaker.audio))
    assert len(whole) == speaker.told["audio"]["size"]
    assert whole[:4] == b"RIFF" if form == "wav" else whole[:2] in (b"\xff\xfb", b"\xff\xf3")


@needs_espeak
def test_audio_that_played_too_short_is_unknown(stage: Stage) -> None:
    stage.speaker({"state": "played", "played_s": 6.0})
    channel = stage.channel(send="audio", times=1, siren=1.0)
    assert channel.send(delivery()).state == DeliveryState.UNKNOWN


def test_the_plain_form_carries_no_audio(tmp_path: Path) -> None:
    options = Options.model_validate({"speakers": {}, "form": "cmd", "send": "audio"})
    with pytest.raises(ValueError, match="carries no audio"):
        Loudspeaker(options, Surroundings(tmp_path))


def test_a_long_text_is_cut_after_a_sentence() -> None:
    for longest in (40, 80, 120):
        for status in Status:
            text = said(warning(status=status), "zh-CN", longest + 40)
            assert len(text) <= longest + 40 and text.endswith("。")


# the site's own words, and whom a speaker speaks to

RAIN = Template(zh="{place}：{hazard}{level}。|原因：{why}|{action}|到 {until} 有效。",
                channels=frozenset({"loudspeaker"}))  # fmt: skip


def told(template: Template, to: Spoken = RESIDENT, longest: int = 400, **changes: Any) -> str:
    wording = Wording((template,), "loudspeaker", to)
    return said(warning(**changes), "zh-CN", longest, wording)


def test_it_says_the_sites_own_words_for_it() -> None:
    text = told(RAIN)
    assert text.startswith("青溪镇三号点。暴雨橙色。原因。")
    assert "发布单位" not in text and text.endswith("有效。")
    assert told(replace(RAIN, channels=frozenset({"kannel"}))) == told(Template(zh=""))
    drill = told(RAIN, status=Status.EXERCISE)
    assert drill.startswith("演练") and drill.rstrip("。").endswith("不是真实预警")


def test_a_template_gives_up_what_matters_least_where_there_is_no_room() -> None:
    full = told(RAIN)
    short = told(RAIN, longest=len(full) - 1)
    assert len(short) < len(full) and "有效" not in short
    assert "青溪镇三号点" in short and "做好转移准备" in short
    assert "原因" not in told(RAIN, longest=70)


def test_what_to_do_is_that_of_whom_it_speaks_to() -> None:
    school = Spoken("schools", "school", "到操场东侧集合。")
    ready = warning(level=Level.RED)
    for wording in (Wording((), "loudspeaker", school), Wording((RAIN,), "loudspeaker", school)):
        text = said(ready, "zh-CN", 500, wording)
        assert "立即停课" in text and "操场东侧" in text
    assert "立即停课" not in said(ready, "zh-CN", 500)


def test_another_agencys_words_stay_its_own() -> None:
    duty = desk()
    hear(duty, 3, "n-1")
    version = duty.warnings[0][1]
    wording = Wording((replace(RAIN, channels=frozenset()),), "loudspeaker")
    assert said(version, "zh-CN", 400, wording) == said(version, "zh-CN", 400)


def test_a_schools_speaker_of_the_register_speaks_to_its_school(
    stage: Stage, tmp_path: Path
) -> None:
    place = warning().area.id
    entries = [
        Entry("S", place, audience="schools", contacts=(Contact("speaker", "s1"),)),
        Entry("V", place, contacts=(Contact("speaker", "s2"),)),
    ]
    register = Register.open(tmp_path)
    changes.put(register, "list", entries, "duty", 1)
    register.close()
    speakers = {name: Speaker(stage.port, name, lambda _: [PROVEN]) for name in ("s1", "s2")}
    for one in speakers.values():
        stage.stack.callback(one.close)
    options = Options.model_validate({"recipients": "register", "longest": 400, **LONG})
    stage.around = replace(stage.around, templates=[RAIN])
    channel = Loudspeaker(options, stage.around)
    stage.stack.callback(channel.close)
    red = warning(level=Level.RED)
    for target, audience in targets(options, stage.around, red):
        channel.send(Delivery(f"1:{target}", red, "horn", target, audience))
    heard = {name: one.commands.get(timeout=10)["text"] for name, one in speakers.items()}
    assert "立即停课" in heard["s1"] and "立即停课" not in heard["s2"]
    assert all("有效" in text for text in heard.values())


@given(st.binary() | st.text().map(str.encode))
def test_no_answer_raises(payload: bytes) -> None:
    speaker_words.read(payload)
    speaker_words.read(b'{"msgid": "1", "state": "played", "played_s": ' + payload + b"}")
    speaker_words.read(b"msgid=1&result=sucd&" + payload)
