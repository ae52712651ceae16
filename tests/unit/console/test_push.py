"""What the page may say of Web Push: where pushes go, that it wants none, and that one came."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels import webpush_wire
from dissemination.installations import name_of
from dissemination.subscriptions import Subscription, Subscriptions
from tests.push_service import UserAgent, b64
from tests.unit.console.conftest import Asked, Start
from tests.unit.console.site import Written
from tests.unit.console.test_residents import NUMBER, code, register, rows

ENDPOINT = "https://fcm.googleapis.com/fcm/send/a:b"
PUSH = '\n  push: {{kind: webpush, options: {{contact: "mailto:duty@example.org"{more}}}}}'
AGENT = UserAgent()


@pytest.fixture
def pushing(tmp_path: Path, start: Start) -> Asked:
    """A console of a site that sends pushes, and one page."""
    made = start(Written(tmp_path, channels=PUSH.format(more="")))
    register(made)
    return made


def subscribed(asked: Asked, **changes: Any) -> Any:
    said = {"installation": NUMBER, "endpoint": ENDPOINT, "keys": AGENT.keys(), **changes}
    return asked.post("/push", said)


def kept(asked: Asked) -> Subscription | None:
    with closing(Subscriptions(asked.site.var)) as found:
        return found.of(name_of(NUMBER))


def test_a_subscription_is_kept_in_place_of_the_last_and_ended_by_its_page(pushing: Asked) -> None:
    assert subscribed(pushing, endpoint=f"{ENDPOINT}-old").status_code == 204
    assert subscribed(pushing).status_code == 204
    assert kept(pushing) == Subscription(ENDPOINT, AGENT.public, AGENT.auth)
    assert pushing.post("/push", {"installation": NUMBER}).status_code == 204
    assert kept(pushing) is None
    subscribed(pushing)
    pushing.post("/forget", {"installation": NUMBER})
    assert rows(pushing.site, "SELECT count(*) FROM subscriptions") == [(0,)]


def test_the_page_is_told_the_sites_key_and_only_where_pushes_are_sent(
    pushing: Asked, tmp_path: Path, start: Start
) -> None:
    told = pushing.get("/site.json").json()["push"]
    assert told == b64(webpush_wire.public(webpush_wire.key(pushing.site.var)))
    (tmp_path / "other").mkdir()
    other = start(Written(tmp_path / "other"))
    assert other.get("/site.json").json()["push"] == ""
    register(other)
    assert code(subscribed(other)) == (404, "no_push")
    assert not list(other.site.var.glob("*.key"))


def test_pushes_lead_to_push_services_alone(pushing: Asked) -> None:
    for endpoint in ("https://example.org/x", "http://127.0.0.1:9/x", "https://10.0.0.1/x"):
        assert code(subscribed(pushing, endpoint=endpoint)) == (422, "wrong")
    for keys in ({"p256dh": "x", "auth": "y"}, {**AGENT.keys(), "auth": b64(b"short")},
                 {**AGENT.keys(), "p256dh": b64(b"\x04" + b"\x01" * 64)}):  # fmt: skip
        assert code(subscribed(pushing, keys=keys)) == (422, "wrong")
    assert code(subscribed(pushing, endpoint=ENDPOINT + "x" * 2000)) == (422, "wrong")
    assert kept(pushing) is None


def test_who_has_not_registered_is_told_to(pushing: Asked) -> None:
    assert code(subscribed(pushing, installation="0f" * 16)) == (409, "unknown_installation")


def test_what_came_by_push_is_kept_apart(pushing: Asked) -> None:
    pushing.site.put(pushing.site.warning())
    pushing.look()
    said = {"installation": NUMBER, "warnings": ["e.v1"], "state": "delivered"}
    assert pushing.post("/receipts", {**said, "by": "push"}).json() == {"kept": 1, "unknown": []}
    assert rows(pushing.site, "SELECT * FROM receipts") == []
    found = "SELECT installation, identifier, state FROM pushed"
    assert rows(pushing.site, found) == [(name_of(NUMBER), "e.v1", "delivered")]
