"""The vendor's form against an HTTP server: fields, codes, limits, registered texts, reports."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from dissemination.channels import Surroundings
from dissemination.channels.purse import Limits, Purse
from dissemination.channels.sms_http import Options, SmsHttp, ear, spent
from dissemination.phones import digest, key_of
from tests.warned import BASE
from tongluo.core.errors import PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery
from tongluo.core.rate import Rate
from tongluo.core.warning import Reference
from tongluo.core.words import Act, DeliveryState, Level, Status

NUMBER, SECRET = "8613800138000", "a-word-nobody-may-see"
FIELDS = {"mobile": "{to}", "content": "{text}", "uid": "{id}", "ext": 7}
OK = '{"code": 0, "msg": "ok", "data": {"id": "v-77"}}'
URL = "http://127.0.0.1:1/send"


class Vendor:
    """What the vendor was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer = OK
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.take(urlsplit(self.path).query, "query")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.take(body, self.headers["Content-Type"])

            def take(self, given: str, kind: str) -> None:
                fields = json.loads(given) if "json" in kind else parse_qs(given)
                vendor.asked.append({"fields": fields, "key": self.headers.get("X-Key")})
                data = vendor.answer.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/send"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    found = Vendor()
    yield found
    found.server.shutdown()
    found.server.server_close()


def options(url: str = URL, **given: Any) -> Options:
    return Options.model_validate(
        {"url": url, "fields": FIELDS, "signature": "铜锣", "recipients": {"file": "people"},
         "answer": {"id": "data.id", "busy": ["9"], "later": ["5"]}, **given}
    )  # fmt: skip


class Site:
    def __init__(self, folder: Path, vendor: Vendor) -> None:
        self.folder, self.vendor = folder, vendor
        (folder / "people").write_text(NUMBER)
        (folder / "secret").write_text(SECRET)
        self.around = Surroundings(folder, name="sms")
        self.channels: list[SmsHttp] = []

    def open(self, **given: Any) -> SmsHttp:
        self.channels.append(SmsHttp(options(self.vendor.url, **given), self.around))
        return self.channels[-1]

    def delivery(self, n: int = 1, level: Level = Level.YELLOW, **given: Any) -> Delivery:
        warning = replace(BASE, identifier=f"e{n}.v1", level=level, **given)
        target = digest(NUMBER, key_of(self.folder))
        return Delivery(f"e{n}.v1:sms:{target}", warning, "sms", target)


@pytest.fixture
def site(tmp_path: Path, vendor: Vendor) -> Iterator[Site]:
    found = Site(tmp_path, vendor)
    yield found
    for channel in found.channels:
        channel.close()


@pytest.mark.parametrize("form", ["json", "form", "query"])
def test_fields_as_the_vendor_wants_them(site: Site, form: str) -> None:
    channel = site.open(form=form, headers={"X-Key": "k {secret}"}, secret={"file": "secret"})
    handed = channel.send(site.delivery())
    assert handed.state == DeliveryState.ACCEPTED
    (asked,) = site.vendor.asked
    one = {k: v[0] if isinstance(v, list) else v for k, v in asked["fields"].items()}
    assert (one["mobile"], str(one["ext"]), asked["key"]) == (NUMBER, "7", f"k {SECRET}")
    assert one["content"].startswith("【铜锣】") and NUMBER not in one["uid"]


def test_a_signature_that_the_vendor_adds_is_counted_and_not_sent(site: Site) -> None:
    channel = site.open(signed="vendor", parts=1, template="{news}：{action}" + "雨" * 20)
    channel.send(site.delivery())
    text = site.vendor.asked[0]["fields"]["content"]
    assert "【" not in text and len(text) + len("【铜锣】") <= 70


@pytest.mark.parametrize(("answer", "fault"), [
    ('{"code": 9, "msg": "slow"}', TemporaryFailure), ('{"code": 5}', TemporaryFailure),
    ('{"code": 77, "msg": "8613800138000 is on the black list"}', PermanentFailure),
    ("", UnknownOutcome), ('{"other": 1}', UnknownOutcome), ("ERR", PermanentFailure),
])  # fmt: skip
def test_codes(site: Site, answer: str, fault: type[Exception]) -> None:
    site.vendor.answer = answer
    channel = site.open(price=0.05)
    with pytest.raises(fault) as refused:
        channel.send(site.delivery())
    assert NUMBER not in str(refused.value)
    assert getattr(refused.value, "everyone", False) is ('"code": 9' in answer)
    counted = spent(options(price=0.05), site.around).day
    assert counted == (0 if fault is not UnknownOutcome else counted) and counted >= 0
    assert (counted > 0) is (fault is UnknownOutcome)  # what may have gone out counts


def test_what_the_vendor_has_is_not_sent_again(site: Site) -> None:
    channel = site.open()
    for _ in range(3):
        channel.send(site.delivery())
    assert len(site.vendor.asked) == 1


@pytest.mark.parametrize("limit", [
    {"price": 1.0, "budget": 1.5}, {"daily": 1}, {"repeat": ["1/d"]},
])  # fmt: skip
def test_limits_hold_back_yellow_and_never_orange_or_red(site: Site, limit: dict[str, Any]) -> None:
    channel = site.open(parts=1, **limit)
    assert channel.send(site.delivery(1)).receipt["note"] == ""
    with pytest.raises((TemporaryFailure, PermanentFailure)) as held:
        channel.send(site.delivery(2))
    assert type(held.value) is (PermanentFailure if "budget" in limit else TemporaryFailure)
    assert len(site.vendor.asked) == 1
    for n, level in enumerate((Level.ORANGE, Level.RED), 3):
        handed = channel.send(site.delivery(n, level))
        assert str(held.value).split(":")[0].split(" of ")[0] in handed.receipt["note"]
    assert len(site.vendor.asked) == 3
    found = spent(options(parts=1, **limit), site.around)
    assert (found.day, found.over) == (3, 2)


def test_no_limit_holds_back_the_end_of_a_red(site: Site) -> None:
    channel = site.open(parts=1, repeat=["1/d"])
    channel.send(site.delivery(1, Level.RED))
    ended = {"act": Act.CANCEL, "previous": Level.RED, "references": (Reference("a", "e1.v1", 1),)}
    assert channel.send(site.delivery(2, Level.NONE, **ended)).receipt["note"]
    with pytest.raises(TemporaryFailure):
        channel.send(site.delivery(3, Level.NONE, **{**ended, "previous": Level.YELLOW}))


def test_days_months_and_repeats_end(tmp_path: Path) -> None:
    purse = Purse(tmp_path / "p.db", Limits(1.0, 3.0, 2, (Rate(2, 60_000),), "Asia/Shanghai"))
    start = 1_782_835_140_000  # 2026-06-30 23:59 in that zone
    assert [purse.take("a", 1, start + n, False) for n in (0, 1)] == ["", ""]
    with pytest.raises(TemporaryFailure, match="2 a day"):
        purse.take("b", 1, start + 2, False)
    later = start + 60_000  # the next day and month; the first of two to `a` is a minute old
    assert purse.take("a", 1, later, False) == ""
    with pytest.raises(TemporaryFailure, match="the same number") as held:
        purse.take("a", 1, later, False)
    assert 0 < held.value.retry_after <= 60
    purse.give_back("a", 1, later, over=False)
    assert purse.spent(later).day == 0 and purse.spent(later).month == 0.0
    assert purse.spent(start).day == 2
    purse.close()


REGISTERED = {"template": "{news}，请立即{action}，转告家人{until}", "template_id": "T-1",
              "fields": {"to": "{to}", "tpl": "{template_id}",
                         "param": ["{news}", "{action}", "{until}"]}}  # fmt: skip


def test_a_registered_text_hands_over_what_stands_in_it(site: Site) -> None:
    channel = site.open(**REGISTERED)
    channel.send(site.delivery())
    fields = site.vendor.asked[0]["fields"]
    assert fields["tpl"] == "T-1"
    text = channel._texts.of(site.delivery().warning)
    news, action, until = fields["param"]
    assert text == f"【铜锣】{news}，请立即{action}，转告家人{until}"


def test_a_registered_text_says_exercise_first_and_last_or_does_not_go_out(site: Site) -> None:
    (site.folder / "people").write_text(NUMBER)
    given = {"enrolled": {"file": "people"}, **REGISTERED}
    site.open(**given).send(site.delivery(status=Status.EXERCISE))
    first, _, last = site.vendor.asked[0]["fields"]["param"]
    assert "演" in first[:6] and "演" in last[-8:]
    closed = {**given, "template": "警报：{news}，请立即{action}，转告家人{until}"}
    with pytest.raises(PermanentFailure, match="no place"):
        site.open(**closed).send(site.delivery(2, status=Status.EXERCISE))


@pytest.mark.parametrize(("given", "said"), [
    ({"signature": ""}, "at least 1"),
    ({"signature": "【铜锣】"}, "without brackets"),
    ({"fields": {"content": "{text}"}}, "{to}"),
    ({"fields": {"m": "{to}"}}, "{text}"),
    ({"fields": {"m": "{to}", "c": "{text}", "x": "{nonsense}"}}, "no {nonsense}"),
    ({"fields": {"m": "{to}", "c": "{text}", "x": "{secret}"}}, "name the secret"),
    ({"headers": {"X": "{to}"}}, "no {to}"),
    ({"template_id": "T"}, "registered text"),
    ({"template_id": "T", "template": "{news}|{action}"}, "no |"),
    ({"template_id": "T", "template": "{news}"}, "what to do"),
    ({"template_id": "T", "template": "{news}{action}", "fields": {"a": "{to}{template_id}{news}"}},
     "{action}"),
    ({"repeat": ["often"]}, "no rate"),
    ({"url": "http://u:p@h/x"}, "no address"),
    ({"answer": {"code": "a["}}, "no path"),
])  # fmt: skip
def test_wrong_options_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        options(**given)
    assert said in str(refused.value)


REPORTS = {"address": "http://127.0.0.1:1/report", "token": {"file": "secret"}, "items": "list",
           "id": "msgid", "state": "status", "number": "mobile",
           "states": {"到达": "delivered", "空号": "failed"}}  # fmt: skip


def test_reports_by_the_vendors_name_and_by_ours(site: Site) -> None:
    channel = site.open(reports=REPORTS)
    channel.send(site.delivery())
    ours = site.vendor.asked[0]["fields"]["uid"]
    heard = ear(options(reports=REPORTS), site.around)
    assert heard is not None and heard.posted is not None
    body = {"list": [
        {"msgid": "v-77", "status": "到达", "mobile": NUMBER},
        {"msgid": ours, "status": "UNDELIV", "mobile": NUMBER},
        {"msgid": "v-77", "status": "DELIVRD", "mobile": "8613999999999"},
        {"msgid": "other", "status": "DELIVRD", "mobile": NUMBER}, 5, None,
    ]}  # fmt: skip
    found = heard.posted(f"token={SECRET}", json.dumps(body).encode())
    assert found is not None
    key = site.delivery().key
    assert [(r.id, r.state.value) for r in found] == [(key, "delivered"), (key, "failed")]
    assert all(NUMBER not in r.raw for r in found)


@pytest.mark.parametrize(("query", "body"), [
    ("", b'{"list": []}'), ("token=wrong", b'{"list": []}'), (f"token={SECRET}", b"{"),
])  # fmt: skip
def test_what_is_not_the_vendors_is_refused(site: Site, query: str, body: bytes) -> None:
    heard = ear(options(reports=REPORTS), site.around)
    assert heard is not None and heard.posted is not None
    assert heard.posted(query, body) is None


def test_a_token_that_is_missing_keeps_reports_out_and_nothing_else(site: Site) -> None:
    heard = ear(options(reports=REPORTS), site.around)
    assert heard is not None and heard.posted is not None
    (site.folder / "secret").write_text("")
    assert heard.posted("token=", b'{"list": []}') is None
    (site.folder / "secret").unlink()
    assert heard.posted("token=", b'{"list": []}') is None


def test_a_report_before_the_answer_is_kept(site: Site) -> None:
    heard = ear(options(reports=REPORTS), site.around)
    assert heard is not None and heard.posted is not None
    body = json.dumps({"list": [{"msgid": "v-77", "status": "到达", "mobile": NUMBER}]})
    assert heard.posted(f"token={SECRET}", body.encode()) == []
    told: list[Any] = []
    site.around = replace(site.around, tell=lambda receipt: bool(told.append(receipt)) or True)
    site.open(reports=REPORTS).send(site.delivery())
    assert [(r.id, r.state.value) for r in told] == [(site.delivery().key, "delivered")]


def test_no_number_or_secret_lies_on_disk(site: Site) -> None:
    site.open(secret={"file": "secret"}, repeat=["5/d"]).send(site.delivery())
    files = list((site.folder / "ids").iterdir())
    assert files
    for path in files:
        if path.suffix == ".db":
            sqlite3.connect(path).close()
        assert NUMBER.encode() not in path.read_bytes() and SECRET.encode() not in path.read_bytes()
