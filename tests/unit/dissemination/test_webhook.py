"""Webhooks against a real HTTP receiver: general JSON, and robots that answer as theirs do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination.cap_read import read
from dissemination.channels import robots
from dissemination.channels.kind import Surroundings
from dissemination.channels.webhook import FIELDS, Options, Webhook, words
from tests.warned import BASE
from tongluo.core.errors import ChannelError, PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery
from tongluo.core.words import DeliveryState, Status

KEY, SECRET = "key-nobody-may-see", "SECnobody-may-see"


class Receiver:
    """Keeps what is posted, answers as it is told to."""

    def __init__(self) -> None:
        self.got = list[tuple[str, dict[str, str], Any]]()
        self.status, self.answer = 200, b'{"errcode": 0, "errmsg": "ok"}'
        self.head = dict[str, str]()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers), json.loads(body)))
                self.send_response(outer.status)
                for name, value in outer.head.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(outer.answer)))
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def channel(receiver: Receiver, folder: Path, **options: Any) -> Webhook:
    (folder / "key").write_text(KEY)
    (folder / "secret").write_text(SECRET)
    given = {"url": receiver.url, "key": {"file": "key"}, **options}
    return Webhook(Options.model_validate(given), Surroundings(folder))


def delivery(**changes: Any) -> Delivery:
    one = replace(BASE, **changes)
    return Delivery(f"{one.identifier}:hook:a-1", one, "hook", "a-1")


def test_the_usual_object_and_its_key(receiver: Receiver, tmp_path: Path) -> None:
    handed = channel(receiver, tmp_path).send(delivery())
    assert handed.state == DeliveryState.ACCEPTED
    ((path, head, body),) = receiver.got
    assert path == "/hook" and head["Authorization"] == f"Bearer {KEY}"
    assert head["Idempotency-Key"] == "id-1:hook:a-1"
    assert set(body) == set(FIELDS) - {"cap"}
    assert (body["level"], body["place"], body["sent"]) == (
        "orange", "青溪镇", "2026-07-01T08:00:00+08:00",
    )  # fmt: skip


def test_a_template_of_ones_own_with_the_cap_message(receiver: Receiver, tmp_path: Path) -> None:
    template = {"text": "{headline}!", "more": [{"xml": "{cap}"}, 7, None], "who": "{sender}"}
    hook = channel(receiver, tmp_path, template=template, languages=["en-US"])
    hook.send(delivery())
    body = receiver.got[0][2]
    assert body["text"] == "Orange rainstorm warning for Qingxi: get ready!"
    assert body["more"][1:] == [7, None] and body["who"] == "Example County"
    assert read(body["more"][0]["xml"].encode()).identifier == "id-1"


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ({"a": "{nonsense}"}, "there is no {nonsense}"),
        ({"a": "{level}"}, "must hold {headline}"),
        ({"a": "{place}"}, "must hold {headline}"),
        ({"a": "{headline.__class__}"}, "there is no"),
        ({"a": "{"}, "cannot be read"),
    ],
)
def test_a_template_without_place_or_action_is_refused(template: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("{", r"\{")):
        Options.model_validate({"url": "http://x/hook", "template": template})


@pytest.mark.parametrize("url", ["ftp://x/", "http://", "http://x/?key=1", "http://u:p@x/", "x"])
def test_an_address_with_its_key_in_it_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        Options.model_validate({"url": url})


def test_a_robot_needs_its_key() -> None:
    with pytest.raises(ValueError, match="needs its key"):
        Options.model_validate({"url": "http://x/hook", "form": "wecom"})


def test_wecom(receiver: Receiver, tmp_path: Path) -> None:
    channel(receiver, tmp_path, form="wecom", everyone=True).send(delivery())
    ((path, _, body),) = receiver.got
    assert path == f"/hook?key={KEY}" and body["msgtype"] == "text"
    lines = body["text"]["content"].split("\n")
    assert lines[0] == "青溪镇暴雨橙色预警：请做好准备" and lines[-1] == "发布单位：示例县"
    assert body["text"]["mentioned_list"] == ["@all"]


def test_dingtalk_signs(receiver: Receiver, tmp_path: Path) -> None:
    hook = channel(receiver, tmp_path, form="dingtalk", secret={"file": "secret"})
    hook.send(delivery())
    ((path, _, body),) = receiver.got
    query = {name: value[0] for name, value in parse_qs(urlsplit(path).query).items()}
    said = f"{query['timestamp']}\n{SECRET}".encode()
    made = hmac.new(SECRET.encode(), said, hashlib.sha256).digest()
    assert query["sign"] == base64.b64encode(made).decode() and query["access_token"] == KEY
    assert len(query["timestamp"]) == 13
    assert body["msgtype"] == "text" and body["at"] == {"isAtAll": False}


def test_both_languages_one_below_the_other(receiver: Receiver, tmp_path: Path) -> None:
    channel(receiver, tmp_path, form="wecom", languages=["zh-CN", "en-US"]).send(delivery())
    text = receiver.got[0][2]["text"]["content"]
    assert text.startswith("青溪镇") and text.endswith("Issued by Example County")


@pytest.mark.parametrize(
    ("form", "answer", "error"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, TemporaryFailure),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, TemporaryFailure),
        ("wecom", {"errcode": 40008, "errmsg": "invalid message type"}, PermanentFailure),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, TemporaryFailure),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, TemporaryFailure),
        ("dingtalk", {"errcode": 400, "errmsg": "x"}, PermanentFailure),
        ("dingtalk", {"ok": True}, UnknownOutcome),
        ("wecom", [], UnknownOutcome),
        ("wecom", {"errcode": "0"}, UnknownOutcome),
    ],
)
def test_what_a_robot_answers(
    receiver: Receiver, tmp_path: Path, form: str, answer: Any, error: type[ChannelError]
) -> None:
    receiver.answer = json.dumps(answer).encode()
    with pytest.raises(error) as refused:
        channel(receiver, tmp_path, form=form).send(delivery())
    assert KEY not in str(refused.value)
    if isinstance(refused.value, TemporaryFailure):
        assert refused.value.everyone and refused.value.retry_after == 60


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, PermanentFailure), (401, TemporaryFailure), (429, TemporaryFailure),
     (500, UnknownOutcome), (503, TemporaryFailure)],
)  # fmt: skip
def test_statuses(
    receiver: Receiver, tmp_path: Path, status: int, error: type[ChannelError]
) -> None:
    receiver.status, receiver.head = status, {"Retry-After": "17"}
    with pytest.raises(error) as refused:
        channel(receiver, tmp_path).send(delivery())
    if status in (429, 503):
        assert isinstance(refused.value, TemporaryFailure) and refused.value.retry_after == 17


def test_an_answer_that_is_no_json_is_unknown(receiver: Receiver, tmp_path: Path) -> None:
    receiver.answer = b"<html>"
    with pytest.raises(UnknownOutcome):
        channel(receiver, tmp_path, form="wecom").send(delivery())


def test_no_more_than_twenty_a_minute(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("dissemination.channels.webhook.monotonic", lambda: now[0])
    hook = channel(receiver, tmp_path, form="wecom")
    for _ in range(20):
        hook.send(delivery())
        now[0] += 1
    with pytest.raises(TemporaryFailure) as full:
        hook.send(delivery())
    assert len(receiver.got) == 20 and full.value.everyone
    assert full.value.retry_after == 40
    now[0] += full.value.retry_after
    hook.send(delivery())
    assert len(receiver.got) == 21


@given(st.text(), st.sampled_from(list(Status)))
def test_a_cut_text_keeps_its_last_line(why: str, status: Status) -> None:
    reason = {"zh": why * 50, "en": why}
    text = words(replace(BASE, reason=reason, status=status), "zh-CN")
    short = robots.cut(text, 600)
    assert len(short.encode()) <= 600 and short.endswith(text.rpartition("\n")[2])
    if status is Status.EXERCISE:
        assert short.startswith("【演练】") and short.endswith("【演练】")
