"""Wardens: who gets a task, what it says, and what becomes of their answers."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination.channels import CHANNELS, Surroundings, wardens
from dissemination.channels.answers import count, read
from dissemination.channels.sms import Messages, Texts
from dissemination.messages import Spoken
from dissemination.sms_text import size
from dissemination.targeting import Register, Stratum
from dissemination.targeting.doors import Door, Task
from tests.unit.targeting.people import TOWN, number, person, register, warning
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery, Handed
from tongluo.core.words import Act, DeliveryState, Status

TOKEN = "a-word-nobody-may-see"
OPTIONS: dict[str, Any] = {"by": "sms", "answers": "http://127.0.0.1:13016/answers",
                           "token": {"file": "token"}}  # fmt: skip


class Spy:
    """The channel that is borrowed."""

    def __init__(self) -> None:
        self.handed, self.closed = list[Delivery](), False

    def send(self, delivery: Delivery) -> Handed:
        self.handed.append(delivery)
        return Handed(DeliveryState.HANDED_OVER, {"parts": 1})

    def close(self) -> None:
        self.closed = True


def options(**more: object) -> wardens.Options:
    return wardens.Options.model_validate(OPTIONS | more)


@pytest.fixture
def made(tmp_path: Path) -> Register:
    (tmp_path / "token").write_text(TOKEN)
    return register(
        tmp_path,
        person(1, "town", audience="responders", rank="town"),
        person(2, "upper", audience="contacts", rank="village", enrolled=True),
        person(3, "upper", audience="contacts", rank="village", deputy_of="户 00002"),
        person(4, "upper", sort="household", size=4),
        person(5, "upper", stratum=Stratum(needs_help=True)),
        person(6, "lower"),
        person(7, "away", audience="contacts", rank="village"),
        person(8, "group", audience="contacts", rank="group", contacts=()),
    )


def targets(made: Register, **about: Any) -> list[str]:
    found = wardens.targets(options(), Surroundings(made.folder), warning(**about))
    return [made.address(str(target)) for target in found]


def test_wardens_and_their_deputies_are_told(made: Register) -> None:
    assert targets(made) == [number(2), number(3)]
    assert targets(made, place=TOWN) == [number(2), number(3), number(1)]
    assert targets(made, status=Status.EXERCISE) == [number(2)]
    with pytest.raises(LookupError, match="no register"):
        wardens.targets(options(), Surroundings(made.folder / "no"), warning())


def channel(made: Register, spy: Spy, **more: object) -> wardens.Wardens:
    around = Surroundings(made.folder, name="wardens", borrow=lambda _: spy)
    return wardens.Wardens(options(**more), around)


def delivery(made: Register, n: int = 2, **about: Any) -> Delivery:
    told, target = warning(**about), made.vault.target(number(n))
    return Delivery(f"{told.identifier}:wardens:{target}", told, "wardens", target)


def test_a_task_says_how_many_doors_and_how_to_answer(made: Register) -> None:
    spy = Spy()
    by = channel(made, spy)
    assert by.send(delivery(made)).state == DeliveryState.HANDED_OVER
    by.send(delivery(made, 3))
    zh, en = spy.handed[0].extra
    assert zh.splitlines() == [
        "您负责2户5人，1户需协助。回复1收到，2加累计已通知人数，3加累计拒绝人数。",
        "您负责2户5人，1户需协助。",
    ]
    assert en.splitlines()[0] == (
        "Doors: 2, people: 5, need help: 1. Reply 1 received, 2 N told so far, 3 N refused so far."
    )
    assert spy.handed[1].extra == spy.handed[0].extra
    by.send(delivery(made, act=Act.CANCEL, identifier="upper.flash_flood.1.v2"))
    assert spy.handed[2].extra == ("", "")
    quiet = channel(made, spy, answers="", token=None)
    quiet.send(delivery(made))
    assert spy.handed[3].extra[0] == "您负责2户5人，1户需协助。"
    further = delivery(made)
    further = replace(further, target=f"{further.target}~2", key=f"{further.key}~2")
    by.send(further)
    assert spy.handed[4].target == delivery(made).target and spy.handed[4].key == further.key
    by.close()
    assert spy.closed


def test_without_the_other_channel_it_is_tried_again(made: Register) -> None:
    alone = wardens.Wardens(options(), Surroundings(made.folder))
    with pytest.raises(TemporaryFailure, match="no channel 'sms'"):
        alone.send(delivery(made))
    alone.close()


ZH, EN = wardens.ANSWER


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("count", [0, 1, 7, 11, 12, 13, 40])
def test_doors_are_named_by_number_as_many_as_there_is_room_for(count: int, first: bool) -> None:
    task = Task(None, tuple(Door(n, "upper", "any", 3, n < 2) for n in range(100, 150)))
    due = list(range(1, count + 1))
    zh, en = (text.splitlines() for text in wardens.words(task, due, (ZH, EN), first=first))
    assert len(zh) == len(set(zh)) and len(en) == len(set(en))
    listed = "、".join(map(str, due[:12]))
    rest = f"等{count}户" if count > 12 else ""
    more = f" and {count - 12} more" if count > 12 else ""
    doors = ("doors " if count > 1 else "door ") + ", ".join(map(str, due[:12])) + more
    if first:
        own = f"先去第{listed}户{rest}。" if count else ""
        assert zh[0] == f"您负责50户150人。{own}{ZH}" and zh[-1] == "您负责50户150人。"
        assert en[0] == " ".join(filter(None, (
            "Doors: 50, people: 150.", f"Go first to {doors}." if count else "", EN)))  # fmt: skip
    elif count:
        assert zh[0] == f"仍未确认：第{listed}户{rest}。{ZH}"
        assert en[0] == f"Not yet told: {doors}. {EN}"
        assert zh[-2].startswith("仍未确认：第1户") and "回复" not in zh[-2] and zh[-1] == ZH
    else:
        assert zh == [ZH] and en == [EN]


@pytest.mark.parametrize(("language", "signature"), [("zh-CN", "县应急"), ("en-US", ""),
                                                     ("en-US", "County")])  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_a_long_list_of_doors_fits_into_two_parts(
    language: str, signature: str, first: bool
) -> None:
    task = Task(None, tuple(Door(n, "upper", "needs_help", 3, False) for n in range(300)))
    due = list(range(101, 141 if first else 106))
    given = {"recipients": "register", "language": language, "signature": signature}
    texts = Texts(Messages.model_validate(given))
    said = wardens.words(task, due, (ZH, EN), first=first)
    whole = texts.of(warning(), Spoken("contacts"), said)
    assert size(whole).parts <= 2
    if first:
        assert "101" in whole and ("40户" in whole or "more" in whole)
    else:
        assert all(str(n) in whole for n in due) and "more" not in whole
    asked = "回复1收到" in whole or "Reply 1 received" in whole
    assert asked == (signature != "County"), "its brackets leave 134 characters"


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "1户需协助"), ("en-US", "need help: 1")])
def test_the_words_go_into_the_message_and_give_way_to_it(language: str, said: str) -> None:
    extra = ("您负责2户5人，1户需协助。", "Doors: 2, people: 5, need help: 1.")
    given = {"recipients": "register", "language": language, "signature": "县应急"}
    texts = Texts(Messages.model_validate(given), "ucs2")
    contact = Spoken("contacts")
    whole = texts.of(warning(), contact, extra)
    assert said in whole and size(whole, "ucs2").parts <= 2
    assert said not in texts.of(warning(), contact)
    assert said not in texts.of(warning(), contact, ("字" * 200, "word " * 80))
    braces = texts.of(warning(), contact, ("{户}|", "{doors}|"))
    assert "{户}/" in braces or "{doors}/" in braces
    with pytest.raises(PermanentFailure):
        Texts(Messages.model_validate(given | {"signature": "县" * 130}), "ucs2").of(warning())


def heard(made: Register, **query: str) -> object:
    around = Surroundings(made.folder, name="wardens")
    given = {"k": TOKEN, "from": f"+{number(2)}", "text": "1"} | query
    found = wardens.answer(urlencode(given), options(), around)
    return None if found is None else (found.id, found.state.value, found.raw)


def test_an_answer_is_of_the_newest_task(made: Register) -> None:
    by = channel(made, Spy())
    first, second = delivery(made), delivery(made, identifier="upper.flash_flood.1.v2")
    assert heard(made) is None
    by.send(first)
    assert heard(made) == (first.key, "acknowledged", "answer: received")
    by.send(second)
    by.send(delivery(made, act=Act.CANCEL, identifier="upper.flash_flood.1.v3"))
    done = (second.key, "acknowledged", "answer: done 37, refused 3")
    assert heard(made, text="完成37人，拒绝3人") == done
    further = replace(second, key=f"{second.key}~2", target=f"{second.target}~2")
    by.send(further)
    assert heard(made, text="2 40") == (further.key, "acknowledged", "answer: done 40")
    by.send(second)
    assert heard(made, text="裂缝变宽") == (second.key, "unknown", "answer: 裂缝变宽")
    assert heard(made, **{"from": number(3)}) is None
    assert heard(made, **{"from": number(2)[2:]}) is not None
    for wrong in ("", "a-word", "a-word-nobody-may-seé"):
        assert heard(made, k=wrong) is None
    (made.folder / "token").unlink()
    assert heard(made) is None


def test_texts_come_as_gateways_write_them(made: Register) -> None:
    channel(made, Spy()).send(delivery(made))
    around = Surroundings(made.folder, name="wardens")
    for coding in ("utf-8", "utf-16-be"):
        raw = urlencode({"k": TOKEN, "from": number(2), "text": "完成 12".encode(coding)})
        found = wardens.answer(raw, options(), around)
        assert found is not None and found.raw == "answer: done 12"


@pytest.mark.parametrize(
    ("said", "words"),
    [("1", "received"), ("１", "received"), ("收到！", "received"), ("OK", "received"),
     ("2", "done"), ("2 37", "done 37"), ("2，37", "done 37"), ("Done: 37", "done 37"),
     ("3 2", "refused 2"), ("2 37 3 2", "done 37, refused 2"), ("拒绝2户", "refused 2"),
     ("收到，马上去", "received, and says: 收到,马上去")],
)  # fmt: skip
def test_answers_that_are_understood(said: str, words: str) -> None:
    assert read(said).known and read(said).words == words


@pytest.mark.parametrize("said", ["", " ", "237", "23", "2 9999999", "3间房倒了", "2楼进水", "11",
                                  "help", "1 2 37", "请拨打 13800138000", "2人", "2:30", "2.5",
                                  "2 people", "done 3 done 40", "not done 37"])  # fmt: skip
def test_other_words_prove_nothing(said: str) -> None:
    assert not read(said).known and "13800138000" not in read(said).words


WORDS = ["done", "refused", "37", "3", "2", ",", "received", "完成", "拒绝", "told", "people"]
OTHERS = ["not", "we are", "village", "nobody", "yet", "of", "没有", "未", "了吗", "?", "-"]


@given(st.lists(st.sampled_from(WORDS), max_size=6), st.sampled_from(OTHERS), st.integers(0, 6),
       st.sampled_from(["", " "]))  # fmt: skip
def test_with_one_word_that_is_not_asked_for_an_answer_counts_nobody(
    words: list[str], other: str, at: int, between: str
) -> None:
    said = between.join([*words[:at], other, *words[at:]])
    assert count(read(said).words) is None and count(said) is None
    assert not read(said).known or said.startswith("received")


@given(st.text() | st.text("done2 37,refused"))
def test_what_counts_is_wholly_an_answer(words: str) -> None:
    asked = r"done( [0-9]+)?(, refused( [0-9]+)?)?|refused [0-9]+"
    if not re.fullmatch(asked, words.strip().casefold()):
        assert count(words) is None


def test_answers_need_a_token(made: Register) -> None:
    with pytest.raises(ValueError, match="token"):
        options(token=None)
    with pytest.raises(ValueError, match="no address"):
        options(answers="https://127.0.0.1/answers")
    ear = wardens.ear(options(), Surroundings(made.folder))
    assert ear is not None and ear.port == 13016
    assert wardens.ear(options(answers=""), Surroundings(made.folder)) is None
    assert CHANNELS["wardens"].acting
