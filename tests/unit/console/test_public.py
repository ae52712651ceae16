"""Atom and CAP of what is in force; the files of the page; headers on everything."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import etree

from dissemination import cap
from dissemination.cap_names import National
from tests.unit.console.conftest import Asked, Start
from tests.unit.console.site import Written, after, over
from tests.warned import valid
from tongluo.console import assets
from tongluo.core.times import iso
from tongluo.core.words import Level, Status

ATOM = "{http://www.w3.org/2005/Atom}"
PAGE = sorted(path for path in assets.FOLDER.iterdir() if path.suffix != ".png")


def feed(asked: Asked, query: str = "") -> etree._Element:
    response = asked.get(f"/atom.xml{query}")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/atom+xml")
    return etree.fromstring(response.content)


def texts(element: etree._Element, path: str) -> list[str]:
    return [e.text or "" for e in element.findall(path.replace("/", f"/{ATOM}"))]


def test_atom_has_what_rfc_4287_wants(asked: Asked) -> None:
    warning = asked.site.warning(level=Level.RED)
    asked.site.put(warning)
    asked.look()
    root = feed(asked)
    assert root.tag == f"{ATOM}feed"
    for one in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(texts(one, f"./{name}")) == 1 and texts(one, f"./{name}")[0]
        assert len(texts(one, "./author/name")) == 1
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", texts(one, "./id")[0])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
                            texts(one, "./updated")[0])  # fmt: skip
    assert [x.get("rel") for x in root.findall(f"{ATOM}link")] == ["self", "alternate"]
    (entry,) = root.findall(f"{ATOM}entry")
    title = texts(entry, "./title")[0]
    assert "上坑村" in title and "Shangkeng" in title and "立即转移" in title
    assert texts(entry, "./updated") == [iso(warning.sent, "Asia/Shanghai")]
    (link,) = entry.findall(f"{ATOM}link")
    assert (link.get("href"), link.get("type")) == ("/cap/e.v1.xml", "application/cap+xml")


def test_an_entry_keeps_its_id_from_version_to_version(asked: Asked) -> None:
    first = asked.site.warning()
    asked.site.put(first)
    asked.look()
    before = texts(feed(asked), "./entry/id")
    asked.site.put(after(first, level=Level.RED))
    asked.look()
    assert texts(feed(asked), "./entry/id") == before


def test_atom_has_what_is_in_force_and_no_exercise_unasked(asked: Asked) -> None:
    old = asked.site.warning("port", event="over")
    asked.site.put(old, asked.site.warning("town", event="drill", status=Status.EXERCISE))
    asked.site.put(over(old))
    asked.look()
    assert feed(asked).findall(f"{ATOM}entry") == []
    (entry,) = feed(asked, "?exercises=1").findall(f"{ATOM}entry")
    title = texts(entry, "./title")[0]
    assert title.startswith("【") and title.endswith("EXERCISE")


def test_links_are_whole_where_the_public_address_is_known(tmp_path: Any, start: Start) -> None:
    site = Written(tmp_path, 'public_url: "https://warn.example.org/"')
    site.put(site.warning())
    root = feed(start(site))
    links = [x.get("href") for x in root.iter(f"{ATOM}link")]
    assert links == [
        "https://warn.example.org/atom.xml",
        "https://warn.example.org/",
        "https://warn.example.org/cap/e.v1.xml",
    ]
    site.journal.close()


def test_cap_is_what_the_dispatcher_writes(asked: Asked) -> None:
    warning = asked.site.warning()
    asked.site.put(warning)
    asked.look()
    response = asked.get("/cap/e.v1.xml")
    assert response.headers["content-type"].startswith("application/cap+xml")
    assert response.content == cap.render(warning)
    assert valid(response.content)
    written = cap.render(warning, cap.Manner(names=National("416", "441900")))
    file = asked.site.var / "warnings" / "e.v1.xml"
    file.parent.mkdir()
    file.write_bytes(written)
    assert asked.get("/cap/e.v1.xml").content == written
    assert asked.get("/cap/nothing.xml").status_code == 404


def test_cap_of_what_goes_to_other_channels_is_not_shown(asked: Asked) -> None:
    asked.site.put(asked.site.warning(event="staff"), channels=("record",))
    asked.look()
    assert asked.get("/cap/staff.v1.xml").status_code == 404


def test_every_answer_is_armoured(asked: Asked) -> None:
    for path in ("/", "/app.js", "/site.json", "/atom.xml", "/nothing", "/api/v1/openapi.json"):
        headers = asked.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_page_is_kept_by_its_bytes(asked: Asked) -> None:
    first = asked.get("/")
    assert first.status_code == 200 and "text/html" in first.headers["content-type"]
    again = asked.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_worker_knows_every_file_of_the_page(asked: Asked) -> None:
    worker = asked.get("/sw.js").text
    served = {f"/{p.name}" for p in assets.FOLDER.iterdir()} - {"/index.html", "/sw.js"} | {"/"}
    (shell,) = re.findall(r"const SHELL = (\[.*?\]);", worker)
    assert set(re.findall(r'"([^"]+)"', shell)) == served
    for path in served:
        assert asked.get(path).status_code == 200


def test_another_file_is_another_version(tmp_path: Any) -> None:
    for path in assets.FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = assets.read(tmp_path)["/sw.js"].body
    assert assets.read(tmp_path)["/sw.js"].body == before
    (tmp_path / "style.css").write_text("body {}")
    assert assets.read(tmp_path)["/sw.js"].body != before


@pytest.mark.parametrize("path", PAGE, ids=lambda path: path.name)
def test_nothing_comes_from_another_address(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"')]*", text))
    assert found - {"http://www.w3.org/2000/svg"} == set()


@pytest.mark.parametrize("path", PAGE, ids=lambda path: path.name)
def test_no_text_becomes_markup(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    words = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=")
    assert [word for word in words if word in text] == []


def test_the_page_says_everything_in_both_languages() -> None:
    text = (assets.FOLDER / "words.js").read_text(encoding="utf-8")
    tables = re.findall(r"const (?:ZH|EN) = \{(.*?)\n\};", text, re.DOTALL)
    keys = [re.findall(r"[,{\n]\s*(\w+): [\"{]", f"{{{table}") for table in tables]
    assert len(keys) == 2 and keys[0] == keys[1] and len(keys[0]) > 70
    blanks = [re.findall(r"\{(\w+)\}", table) for table in tables]
    assert sorted(blanks[0]) == sorted(blanks[1])


def test_the_page_has_no_word_that_it_never_says() -> None:
    text = (assets.FOLDER / "words.js").read_text(encoding="utf-8")
    table = re.findall(r"const EN = \{(.*?)\n\};", text, re.DOTALL)[0]
    words = dict(re.findall(r"[,{\n]\s*(\w+): \"([^\"]*)\"", table.split("\n  level:")[0]))
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in PAGE if path.suffix == ".js"
        and path.name != "words.js"
    )  # fmt: skip
    made = re.findall(r"`(\w*)\$\{[\w.]+\}(\w*)`", code)
    of_cap = {"Immediate", "Expected", "Future", "Past", "Unknown"}

    def said(key: str) -> bool:
        composed = any(key.startswith(a) and key.endswith(b) for a, b in made if a + b)
        return f'"{key}"' in code or composed or key in of_cap

    assert {key for key in words if not said(key)} == set()
    same = [key for key, word in words.items() if list(words.values()).count(word) > 1]
    assert same == ["exercise_first", "exercise_last"]
