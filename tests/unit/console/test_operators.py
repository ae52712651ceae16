"""The operators' API: forwarded whole, refused without a token, described as it is."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.console.conftest import Asked, Start
from tests.unit.console.site import Written
from tongluo.config.load import load
from tongluo.console.operations import OPERATIONS
from tongluo.core.tokens import digest
from tongluo.warning.acts import ORDERS, read
from tongluo.warning.refusals import Refused

TOKEN = "a-token-nobody-may-see"
HEADERS = {"authorization": f"Bearer {TOKEN}", "tongluo-operator": "officer"}
ACTS = [o for o in OPERATIONS if o.method == "POST"]
SHOWN = [o for o in OPERATIONS if o.method == "GET"]


class StandIn:
    """Answers on the control socket as the contract says, and remembers what it was asked."""

    def __init__(self, path: Path) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.answer: tuple[int, Any] = (200, {"done": ["x"]})
        self.hangs_up = False
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body = msgspec.json.decode(self.rfile.read(size)) if size else None
                owner.asked.append((self.path, body))
                if owner.hangs_up:
                    return
                code, said = owner.answer
                data = msgspec.json.encode(said)
                self.send_response(code)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(socketserver.UnixStreamServer):
            def get_request(self) -> tuple[Any, Any]:
                return super().get_request()[0], ("local", 0)

        self._server = Server(str(path), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Written]:
    made = Written(tmp_path)
    block = f"operators:\n  officer: {{name: 值班员, roles: [duty], digest: '{digest(TOKEN)}'}}\n"
    text = made.config.read_text()
    made.config.write_text(text + block)
    made.loaded = load(made.config)
    made.configure()
    yield made
    made.journal.close()


@pytest.fixture
def daemon(site: Written) -> Iterator[StandIn]:
    made = StandIn(site.var / "control.sock")
    yield made
    made.close()


@pytest.fixture
def asked(site: Written, start: Start) -> Asked:
    return start(site)


@pytest.mark.parametrize("operation", ACTS, ids=lambda o: o.name)
def test_an_act_is_forwarded_whole(asked: Asked, daemon: StandIn, operation: Any) -> None:
    response = asked.post(operation.path, operation.example, headers=HEADERS)
    assert (response.status_code, response.json()) == (200, {"done": ["x"]})
    who = {"operator": "officer", "token": TOKEN, "command": operation.name}
    assert daemon.asked == [("/command", {**operation.example, **who})]


def test_who_is_sure_of_a_count_says_so_by_the_api_too(asked: Asked, daemon: StandIn) -> None:
    said = {"area": "shangkeng", "told": 60, "sure": True}
    assert asked.post("/api/v1/report", said, headers=HEADERS).status_code == 200
    ((_, body),) = daemon.asked
    assert {k: body[k] for k in said} == said


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_nothing_is_done_or_shown_without_a_token(
    asked: Asked, daemon: StandIn, operation: Any
) -> None:
    for headers in (
        {},
        {"tongluo-operator": "officer"},
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": TOKEN, "tongluo-operator": "officer"},
        {"authorization": "Bearer ", "tongluo-operator": "officer"},
    ):
        if operation.method == "POST":
            response = asked.post(operation.path, operation.example, headers=headers)
        else:
            response = asked.get(operation.path, headers=headers)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "no_token"
        assert response.headers["www-authenticate"] == "Bearer"
    assert daemon.asked == []


@pytest.mark.parametrize("operation", SHOWN, ids=lambda o: o.name)
def test_what_is_shown_needs_the_right_token(asked: Asked, daemon: StandIn, operation: Any) -> None:
    assert asked.get(operation.path, headers=HEADERS).status_code == 200
    for wrong in ({"authorization": "Bearer wrong"}, {"tongluo-operator": "another"}):
        response = asked.get(operation.path, headers={**HEADERS, **wrong})
        assert response.status_code == 403
        assert response.json()["error"]["code"] == "unknown_operator"
    shown = {"proposals": 1, "calls": 1}
    assert len(daemon.asked) == shown.get(operation.name, 0)


def test_residents_answers_are_listed_after_a_number(asked: Asked, daemon: StandIn) -> None:
    number = "0a" * 16
    asked.post("/installation", {"installation": number, "places": ["town"]})
    for n in range(3):
        said = {"installation": number, "key": f"{n:032x}", "kind": "report", "place": "town",
                "text": f"{n}"}  # fmt: skip
        asked.post("/answers", said)
    found = asked.get("/api/v1/answers?after=1&limit=1", headers=HEADERS).json()["answers"]
    assert [(a["id"], a["text"], a["area"]) for a in found] == [(2, "1", "town")]
    assert number not in str(found)
    assert asked.get("/api/v1/answers?after=-1", headers=HEADERS).status_code == 400


def test_what_the_daemon_refuses_is_told_in_its_words(asked: Asked, daemon: StandIn) -> None:
    refused = Refused("signed", operator="officer", id="p1")
    daemon.answer = (409, refused.answer())
    response = asked.post("/api/v1/approve", {"ids": ["p1"]}, headers=HEADERS)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (409, "signed")
    assert error["en"] == str(refused) and error["zh"] == refused.zh


def test_without_a_daemon_nothing_was_done(asked: Asked) -> None:
    response = asked.post("/api/v1/approve", {"ids": ["p1"]}, headers=HEADERS)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "daemon_absent")


def test_a_daemon_that_falls_silent_may_have_done_it(asked: Asked, daemon: StandIn) -> None:
    daemon.hangs_up = True
    response = asked.post("/api/v1/approve", {"ids": ["p1"]}, headers=HEADERS)
    assert (response.status_code, response.json()["error"]["code"]) == (504, "daemon_silent")
    assert len(daemon.asked) == 1  # and it is not asked again behind the operator's back


@pytest.mark.parametrize("name", ["operator", "token", "command"])
def test_a_body_cannot_speak_for_another(asked: Asked, daemon: StandIn, name: str) -> None:
    response = asked.post("/api/v1/approve", {"ids": ["p1"], name: "x"}, headers=HEADERS)
    assert response.status_code == 400
    assert daemon.asked == []


def test_bodies_are_json_objects_of_a_size(asked: Asked, daemon: StandIn) -> None:
    path = "/api/v1/reject"
    plain = {**HEADERS, "content-type": "text/plain"}
    json_ = {**HEADERS, "content-type": "application/json"}
    assert asked.send(path, content=b"{}", headers=plain).status_code == 415
    assert asked.send(path, content=b"[1]", headers=json_).status_code == 400
    assert asked.send(path, content=b"{", headers=json_).status_code == 400
    large = b'{"why": "' + b"x" * 70_000 + b'"}'
    assert asked.send(path, content=large, headers=json_).status_code == 413
    assert daemon.asked == []


def test_guessing_tokens_soon_ends(
    asked: Asked, daemon: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongluo.console.limits.monotonic", lambda: 0.0)
    daemon.answer = (403, Refused("unknown_operator").answer())
    codes = [
        asked.post("/api/v1/approve", {"ids": []}, headers=HEADERS).status_code for _ in range(40)
    ]
    assert codes[0] == 403 and codes[-1] == 429
    assert len(daemon.asked) == 27


def test_the_description_names_every_route_and_no_other(asked: Asked) -> None:
    document = asked.get("/api/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    described = {(p, m.upper()) for p, item in document["paths"].items() for m in item}
    routes = {
        (route.path, method)
        for route in asked.console.app.routes
        for method in route.methods - {"HEAD"}
        if route.path.startswith("/api/") and not route.path.endswith("openapi.json")
    }
    assert described == routes
    assert {o.name for o in ACTS} == ORDERS.keys()


def test_examples_are_orders_that_the_daemon_reads(asked: Asked) -> None:
    document = asked.get("/api/v1/openapi.json").json()
    for operation in ACTS:
        content = document["paths"][operation.path]["post"]["requestBody"]["content"]
        example = content["application/json"]["example"]
        read(operation.name, example)
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
        assert set(schema.get("required", [])) <= example.keys() <= schema["properties"].keys()
        assert schema["additionalProperties"] is False


def test_every_reference_of_the_description_leads_somewhere(asked: Asked) -> None:
    response = asked.get("/api/v1/openapi.json")
    schemas = response.json()["components"]["schemas"]
    found = set(re.findall(r"#/components/schemas/(\w+)", response.text))
    assert found and found <= schemas.keys()
