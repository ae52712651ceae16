"""What every registered channel keeps: the contract of errors, keys, options, secrets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dissemination.channels import CHANNELS, Surroundings
from dissemination.installations import Installations, name_of
from dissemination.subscriptions import Subscription, Subscriptions
from dissemination.targeting import Contact, Entry, Register, changes
from tests.push_service import UserAgent
from tests.warned import BASE
from tongluo.core.clock import now_ms
from tongluo.core.errors import ChannelError, TemporaryFailure
from tongluo.core.ports import Delivery
from tongluo.core.words import DeliveryState, Hazard, Status

NUMBER, PASSWORD = "8613800138000", "a-word-nobody-may-see"


@dataclass(frozen=True)
class Example:
    """How a kind is built for these tests; {url} is an address where nobody listens."""

    options: dict[str, Any]
    local: bool = False
    """Whether it depends on nothing but this machine."""
    people: bool = False
    """Whether its targets are people of a list, here of the one NUMBER."""


KANNEL = {"url": "{url}/cgi-bin/sendsms", "username": "u", "password": {"file": "password"},
          "recipients": {"file": "people"}}  # fmt: skip
SPEAKERS = {"url": "mqtt{url}", "speakers": {BASE.area.id: ["horn-1"]}, "timeout": 0.5}
EBM = {"url": "{url}", "source": "010333112400000001", "destination": "010333112400000002",
       "areas": {BASE.area.id: ["331124000000"]}, "timeout": 0.5,
       "event_types": {h.value: "11A01" for h in Hazard}}  # fmt: skip
SMPP = {"url": "smpp{url}", "system_id": "u", "password": {"file": "password"},
        "recipients": {"file": "people"}, "timeout": 0.5}  # fmt: skip
EMAIL = {"host": "127.0.0.1", "port": 9, "security": "none", "sender": "w@example.org",
         "recipients": {"file": "mails"}, "timeout": 0.5}  # fmt: skip
CMPP = {"url": "cmpp{url}", "sp_id": "901234", "password": {"file": "password"},
        "source": "10690001", "recipients": {"file": "people"}, "timeout": 0.5}  # fmt: skip
VENDOR = {"url": "{url}/send", "fields": {"to": "{to}", "text": "{text}"}, "signature": "铜锣",
          "recipients": {"file": "people"}, "timeout": 0.5}  # fmt: skip
GAMMU = {"outbox": "/nowhere/outbox", "recipients": {"file": "people"}}
EXAMPLES = {
    "gammu": Example(GAMMU, people=True),
    "sms_http": Example(VENDOR, people=True),
    "cmpp": Example(CMPP, people=True),
    "smpp": Example(SMPP, people=True),
    "app": Example({}, people=True),
    "declared": Example({"medium": "screens"}, local=True),
    "ebm": Example(EBM),
    "email": Example(EMAIL, people=True),
    "wardens": Example({"by": "sms"}, people=True),
    "webhook": Example({"url": "{url}/hook", "timeout": 0.5}),
    "webpush": Example({"contact": "mailto:duty@example.org", "local": True}, people=True),
    "loudspeaker": Example(SPEAKERS),
    "kannel": Example(KANNEL, people=True),
    "mqtt": Example({"url": "mqtt{url}", "timeout": 0.5}),
    "recording": Example({}, local=True),
}


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address that refuses: bound, never listening."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    (tmp_path / "people").write_text(NUMBER)
    (tmp_path / "mails").write_text("a@example.org")
    (tmp_path / "password").write_text(PASSWORD)
    with_an_installation(tmp_path)
    with_a_warden(tmp_path)
    return Surroundings(tmp_path)


def with_a_warden(folder: Path, *, enrolled: bool = False) -> None:
    """One who answers for the warned area, of the one NUMBER."""
    register = Register.open(folder)
    number = (Contact("sms", NUMBER),)
    warden = Entry("W", BASE.area.id, audience="contacts", enrolled=enrolled, contacts=number)
    changes.put(register, "wardens", [warden], "duty", now_ms())
    register.close()


def with_an_installation(folder: Path, *, exercises: bool = False) -> None:
    """One page that chose the warned area and asked for pushes, and nothing on the feed yet."""
    console = Installations(folder)
    console.nest({BASE.area.id: [BASE.area.id]})
    console.register(name_of("0" * 32), [BASE.area.id], "zh-CN", now_ms(), exercises=exercises)
    console.close()
    with closing(Subscriptions(folder)) as kept:
        agent = UserAgent()
        nobody = Subscription("http://127.0.0.1:9/x", agent.public, agent.auth)
        kept.put(name_of("0" * 32), nobody, now_ms())


def options(name: str, nowhere: str) -> Any:
    given = dict(EXAMPLES[name].options)
    if "url" in given:
        scheme = "http" + nowhere if given["url"].startswith("{") else nowhere
        given["url"] = given["url"].format(url=scheme)
    return CHANNELS[name].options.model_validate(given)


def delivery(name: str, given: Any, around: Surroundings) -> Delivery:
    find = CHANNELS[name].targets
    target = find(given, around, BASE)[0] if find else BASE.area.id
    return Delivery(f"{BASE.identifier}:{name}:{target}", BASE, name, target)


def test_every_channel_has_an_example() -> None:
    assert EXAMPLES.keys() == CHANNELS.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_unknown_options_are_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        CHANNELS[name].options.model_validate({**EXAMPLES[name].options, "nonsense": 1})


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_says_no_more_than_it_knows_or_raises_by_the_contract(
    name: str, nowhere: str, around: Surroundings
) -> None:
    given = options(name, nowhere)
    channel = CHANNELS[name].open(given, around)
    wanted = delivery(name, given, around)
    try:
        if EXAMPLES[name].local:
            handed = [channel.send(wanted) for _ in range(2)]
            assert {h.state for h in handed} <= {DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED}
        else:
            with pytest.raises(ChannelError) as refused:
                channel.send(wanted)
            assert isinstance(refused.value, TemporaryFailure)  # nothing had been sent
            assert refused.value.retry_after > 0
            assert NUMBER not in str(refused.value) and PASSWORD not in str(refused.value)
    finally:
        channel.close()


@pytest.mark.parametrize("name", [n for n, e in EXAMPLES.items() if e.people])
def test_recipients_are_told_by_digests_that_stay_the_same(
    name: str, nowhere: str, around: Surroundings
) -> None:
    given, find = options(name, nowhere), CHANNELS[name].targets
    assert find is not None
    first = find(given, around, BASE)
    assert first == find(given, around, BASE) and len(set(first)) == len(first) == 1
    assert NUMBER not in "".join(first)


@pytest.mark.parametrize("name", [n for n, e in EXAMPLES.items() if e.people])
def test_an_exercise_reaches_nobody_who_is_not_enrolled(
    name: str, nowhere: str, around: Surroundings
) -> None:
    find = CHANNELS[name].targets
    assert find is not None
    assert find(options(name, nowhere), around, replace(BASE, status=Status.EXERCISE)) == []
