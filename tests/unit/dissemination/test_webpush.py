"""Web Push against a real HTTP receiver that opens what comes as a browser does."""

from __future__ import annotations

import json
import socket
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from dissemination.channels import pages, webpush, webpush_wire
from dissemination.channels.kind import Surroundings
from dissemination.channels.webpush import Options, Services, WebPush, inside, payload, targets
from dissemination.installations import FILE, Installations, name_of
from dissemination.receipts import Receipt
from dissemination.subscriptions import SERVICES, Subscription, Subscriptions, refusal, subscription
from tests.push_service import PushService, UserAgent, claims, unb64
from tests.warned import BASE
from tongluo.core.clock import now_ms
from tongluo.core.errors import ChannelError, PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery
from tongluo.core.times import DAY, HOUR
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState, Level, Status

ONE, TWO = name_of("0a" * 16), name_of("0b" * 16)
CONTACT = "mailto:duty@example.org"
NOW = now_ms()
RED = replace(BASE, level=Level.RED, sent=NOW, expires=NOW + 3 * HOUR)
DRILL = replace(RED, status=Status.EXERCISE)


@pytest.fixture
def service() -> Iterator[PushService]:
    made = PushService()
    yield made
    made.close()


@pytest.fixture
def browser() -> UserAgent:
    return UserAgent()


@pytest.fixture
def book(tmp_path: Path, service: PushService, browser: UserAgent) -> Iterator[Installations]:
    """Two pages that follow the area, one of them with a subscription."""
    made = Installations(tmp_path)
    made.nest({BASE.area.id: [BASE.area.id]})
    for name in (ONE, TWO):
        made.register(name, [BASE.area.id], "zh-CN", now_ms(), exercises=False)
    subscribe(tmp_path, service, browser)
    yield made
    made.close()


def subscribe(folder: Path, service: PushService, browser: UserAgent, name: str = ONE) -> None:
    with closing(Subscriptions(folder)) as kept:
        said = Subscription(f"{service.origin}/push/{name}", browser.public, browser.auth)
        kept.put(name, said, now_ms())


def kept(folder: Path, name: str = ONE) -> Subscription | None:
    with closing(Subscriptions(folder)) as found:
        return found.of(name)


@pytest.fixture
def channel(book: Installations, tmp_path: Path) -> Iterator[WebPush]:
    made = WebPush(Options(contact=CONTACT, local=True), Surroundings(tmp_path, name="push"))
    yield made
    made.close()


def delivery(warning: WarningVersion = RED, name: str = ONE) -> Delivery:
    return Delivery(f"{warning.identifier}:push:{name}", warning, "push", name)


def failure(channel: WebPush, one: Delivery | None = None) -> ChannelError:
    with pytest.raises(ChannelError) as found:
        channel.send(one or delivery())
    assert "/push/" not in str(found.value)  # who knows the address can push to that browser
    return found.value


# what goes out


def test_a_push_is_for_one_browser_alone_and_says_what_to_do(
    channel: WebPush, service: PushService, browser: UserAgent
) -> None:
    assert channel.send(delivery()).state == DeliveryState.ACCEPTED
    (push,) = service.got
    said = json.loads(browser.open(push.body))
    assert said["id"] == RED.identifier and said["level"] == "red" and not said["exercise"]
    assert BASE.area.name in said["title"] and "转移" in said["title"] + said["body"]
    assert BASE.area.name.encode() not in push.body
    with pytest.raises(InvalidTag):
        UserAgent(auth=browser.auth).open(push.body)
    with pytest.raises(InvalidTag):
        UserAgent(private=browser.private).open(push.body)


def test_the_sender_signs_with_its_own_key(
    channel: WebPush, service: PushService, tmp_path: Path
) -> None:
    channel.send(delivery())
    said, key = claims(service.got[0].head["Authorization"])
    assert key == webpush_wire.public(webpush_wire.key(tmp_path))
    assert said["aud"] == service.origin and said["sub"] == CONTACT
    assert 0 < said["exp"] - now_ms() / 1000 <= 24 * 3600


def test_it_waits_no_longer_than_the_warning_lasts_and_the_newest_replaces_it(
    channel: WebPush, service: PushService
) -> None:
    red = replace(RED, expires=now_ms() + 3 * HOUR)
    later = replace(red, identifier="id-2", version=2, expires=now_ms() + HOUR)
    over = replace(
        later, identifier="id-3", version=3, act=Act.CANCEL, level=Level.NONE, previous=Level.RED
    )
    blue = replace(RED, identifier="id-4", event="other", level=Level.BLUE)
    for one in (red, later, over, blue):
        channel.send(delivery(one))
    heads = [push.head for push in service.got]
    assert 3 * 3600 - 30 <= int(heads[0]["TTL"]) <= 3 * 3600
    assert 3600 - 30 <= int(heads[1]["TTL"]) <= 3600 < int(heads[2]["TTL"])
    assert [head["Urgency"] for head in heads] == ["high", "high", "high", "normal"]
    assert len({head["Topic"] for head in heads[:3]}) == 1 != len({h["Topic"] for h in heads})
    assert all(len(head["Topic"]) <= 32 for head in heads)


def test_the_example_of_the_specification_is_opened() -> None:
    """RFC 8291, 5 and appendix A: the receiver of these tests itself is right."""
    number = int.from_bytes(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big")
    browser = UserAgent(ec.derive_private_key(number, ec.SECP256R1()),
                        unb64("BTBZMqHH6r4Tts7J_aSIgg"))  # fmt: skip
    body = unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAm"
        "S6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Q"
        "ulcy4a-fN"
    )
    assert browser.open(body) == b"When I grow up, I want to be a watermelon"


def test_long_instructions_are_cut_not_refused() -> None:
    plan = "沿着山脊走到小学操场集合，" * 400
    long = replace(RED, area=replace(RED.area, plan=plan), status=Status.EXERCISE)
    body = payload(long, "zh-CN", webpush_wire.LARGEST)
    said = json.loads(body)
    assert 3900 < len(body) <= webpush_wire.LARGEST
    assert said["body"].startswith("【演练】") and said["body"].endswith("【演练】")


# what comes back


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_removed(
    channel: WebPush, service: PushService, tmp_path: Path, status: int
) -> None:
    service.status = status
    assert isinstance(failure(channel), PermanentFailure)
    assert kept(tmp_path) is None
    assert isinstance(failure(channel), PermanentFailure) and len(service.got) == 1


def test_a_new_subscription_is_not_removed_for_the_old_one(
    channel: WebPush, service: PushService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.status = 410
    fresh, asked = UserAgent(), channel._post

    def post(*given: Any) -> Any:
        answer = asked(*given)
        subscribe(tmp_path, service, fresh)  # the page was faster
        return answer

    monkeypatch.setattr(channel, "_post", post)
    failure(channel)
    found = kept(tmp_path)
    assert found is not None and found.auth == fresh.auth


@pytest.mark.parametrize(
    ("status", "said", "seconds"), [(429, "17", 17), (503, "", 5), (500, "", 5)]
)
def test_a_busy_service_is_asked_again_when_it_says_and_not_before(
    channel: WebPush, service: PushService, tmp_path: Path, status: int, said: str, seconds: float
) -> None:
    service.status, service.head = status, {"Retry-After": said} if said else {}
    found = failure(channel)
    assert isinstance(found, TemporaryFailure) and found.retry_after == seconds
    assert not found.everyone  # other services are not away
    service.status = 201
    again = failure(channel)
    assert isinstance(again, TemporaryFailure) and 0 < again.retry_after <= seconds
    assert len(service.got) == 1 and kept(tmp_path) is not None


def test_a_wrong_key_is_a_matter_of_the_site_and_passes(
    channel: WebPush, service: PushService, tmp_path: Path
) -> None:
    for status in (401, 403):
        service.status = status
        assert isinstance(failure(channel), TemporaryFailure)
    assert kept(tmp_path) is not None
    for status in (400, 413, 301):
        service.status = status
        assert isinstance(failure(channel), PermanentFailure)


def test_a_broken_connection_leaves_it_unknown(channel: WebPush, service: PushService) -> None:
    service.mute = True
    assert isinstance(failure(channel), UnknownOutcome)


def test_a_service_that_cannot_be_reached_holds_up_no_other(
    channel: WebPush, service: PushService, tmp_path: Path, browser: UserAgent
) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"http://localhost:{nobody.getsockname()[1]}/push/x"
        with closing(Subscriptions(tmp_path)) as held:
            held.put(TWO, Subscription(away, browser.public, browser.auth), now_ms())
        for _ in range(2):
            found = failure(channel, delivery(name=TWO))
            assert isinstance(found, TemporaryFailure) and not found.everyone
    assert channel.send(delivery()).state == DeliveryState.ACCEPTED


def test_a_service_that_stays_away_is_left_alone_for_longer_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(webpush, "monotonic", lambda: now[0])
    services, waits = Services(local=True), []
    for _ in range(8):
        services.hold("away", 5.0)
        services.hold("away", 5.0)  # one that was under way
        waits.append(services.wait("away"))
        now[0] += waits[-1] + 0.1
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300]
    services.over("away")
    services.hold("away", 5.0)
    assert services.wait("away") == 5 and services.wait("other") == 0 and services.some_away()
    services.hold("busy", 2000.0)
    assert services.wait("busy") == 2000
    now[0] += 2001
    assert not services.some_away()


def test_hosts_that_anyone_may_name_are_not_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(0, 0, 0, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    services = Services(local=False)
    for n in range(3 * webpush.HOSTS):
        services.ready(f"h{n}.push.apple.com")
        services.hold(f"h{n}.push.apple.com", 5.0)
    kept = (services._until, services._times, services._known)
    assert [len(one) for one in kept] == [webpush.HOSTS] * 3


def test_a_page_whose_service_is_away_is_known_before_it_is_tried(
    channel: WebPush, service: PushService
) -> None:
    assert channel.held(ONE) == channel.held(TWO) == 0
    service.status = 503
    failure(channel)
    assert 0 < channel.held(ONE) <= 5 and channel.held(TWO) == 0


def test_without_its_libraries_the_channel_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush_wire, "LIBRARIES", ("http_ece", "not_there_at_all"))
    assert webpush_wire.lacking() == ["not_there_at_all"]
    with pytest.raises(LookupError, match=r"tongluo\[webpush\]"):
        WebPush(Options(contact=CONTACT), Surroundings(tmp_path))


# whom


def test_only_who_asked_for_pushes_has_deliveries(book: Installations, tmp_path: Path) -> None:
    options, around = Options(contact=CONTACT), Surroundings(tmp_path)
    assert targets(options, around, RED) == [ONE]
    assert targets(options, around, DRILL) == []
    book.register(ONE, [BASE.area.id], "zh-CN", now_ms(), exercises=True)
    assert targets(options, around, DRILL) == [ONE]
    book.register(ONE, [BASE.area.id], "zh-CN", now_ms() - 91 * DAY, exercises=True)
    assert targets(options, around, RED) == []


def test_an_exercise_goes_to_nobody_else(channel: WebPush, service: PushService) -> None:
    assert isinstance(failure(channel, delivery(DRILL)), PermanentFailure)
    assert service.got == []


def test_to_be_forgotten_ends_pushes(
    book: Installations, channel: WebPush, service: PushService
) -> None:
    book.forget(ONE)
    assert isinstance(failure(channel), PermanentFailure) and service.got == []


def test_what_is_kept_of_a_subscription_is_encrypted(
    book: Installations, tmp_path: Path, service: PushService
) -> None:
    files = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE}*"))
    found = kept(tmp_path)
    assert found is not None and found.endpoint.startswith(service.origin)
    for secret in (found.endpoint.encode(), found.auth, found.auth.hex().encode()):
        assert secret not in files
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:  # a box opens in its own row alone
        db.execute("UPDATE subscriptions SET installation = ?", (TWO,))
    with pytest.raises(Exception, match="cannot be decrypted"):
        kept(tmp_path, TWO)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = webpush_wire.public(webpush_wire.key(tmp_path))
    assert first == webpush_wire.public(webpush_wire.key(tmp_path))
    assert stat.S_IMODE((tmp_path / webpush_wire.KEY_FILE).stat().st_mode) == 0o600
    assert first != webpush_wire.public(webpush_wire.key(tmp_path / "other"))


# where to


@pytest.mark.parametrize(
    "endpoint",
    ["http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x",
     "https://192.168.0.1/x", "https://2130706433/x", "https://0x7f.1/x", "https://example.org/x",
     "https://fcm.googleapis.com:8443/x", "https://a@fcm.googleapis.com/x", "file:///etc/passwd",
     "https://fcm.googleapis.com@10.0.0.1/x", "https://fcm.googleapis.com\\@10.0.0.1/x",
     "https://xpush.apple.com/x", "https://fcm.googleapis.com/x y", "https://", "",
     "https://fcm.googleapis.com:x/", "https://fcm.googleapis.com/" + "x" * 1100],
)  # fmt: skip
def test_an_endpoint_leads_to_a_push_service_or_nowhere(endpoint: str) -> None:
    assert refusal(endpoint, SERVICES) != ""


def test_on_this_machine_only_where_a_trial_says_so(
    book: Installations, tmp_path: Path, service: PushService
) -> None:
    channel = WebPush(Options(contact=CONTACT), Surroundings(tmp_path, name="push"))
    assert "https" in str(failure(channel))
    channel.close()
    assert service.got == []


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "169.254.1.1", "::1", "fd00::1"])
def test_a_name_that_leads_into_a_private_network_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    answer = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(PermanentFailure, match="private"):
        Services(local=False).ready("fcm.googleapis.com")
    assert inside([address])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer[:1])
    Services(local=False).ready("fcm.googleapis.com")


def test_a_name_that_is_not_known_here_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TemporaryFailure):
        Services(local=False).ready("fcm.googleapis.com")


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [("", ""), ("AAAA", "AAAA"), ("B" + "A" * 86, "A" * 22), ("é", "A" * 22), ("BA==", "A" * 22)],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError, match=r"base64url|keys"):
        subscription("https://fcm.googleapis.com/x", p256dh, auth)


@pytest.mark.parametrize(
    "options",
    [{"contact": "duty@example.org"}, {"contact": "mailto:duty"}, {"contact": "http://e.org"},
     {"contact": CONTACT, "services": ["https://x.org"]}, {"contact": CONTACT, "services": []}],
)  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options(**options)


# what the page's worker proved


def test_what_came_by_push_is_proven_of_the_push_alone(book: Installations, tmp_path: Path) -> None:
    heard: list[Receipt] = []
    book.receive(ONE, {RED.identifier: DeliveryState.DELIVERED}, NOW, NOW, "push")
    book.receive(ONE, {RED.identifier: DeliveryState.ACKNOWLEDGED}, NOW, NOW)

    def tell(receipt: Receipt) -> bool:
        heard.append(receipt)
        return True

    pages.Proofs(Surroundings(tmp_path, name="push", tell=tell), "push").tell()
    assert [(r.id, r.state) for r in heard] == [(f"{RED.identifier}:push:{ONE}", "delivered")]
    pages.Proofs(Surroundings(tmp_path, name="page", tell=tell)).tell()
    assert [(r.id, r.state) for r in heard[1:]] == [
        (f"{RED.identifier}:page:{ONE}", "acknowledged")
    ]
