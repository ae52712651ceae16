"""The residents' page in a real Chromium, on a site whose every process runs.

A reading goes in at the broker; the person sees, hears and answers the warning on the page, and
what was proven comes back as states of deliveries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.chromium import Browser, Page, browser
from tests.page_site import PageSite, page_site
from tests.push_service import PushService, UserAgent, claims

__all__ = ["browser", "page_site"]

LATEST = 5000
"""ms from issue to page. It takes some tenths of a second, and 2 s are asked for; this is for a
machine that runs other tests at the same time."""


@pytest.fixture
def pages(browser: Browser) -> Iterator[list[Page]]:
    """Pages opened by the test; none may have failed in a script or asked another address."""
    opened: list[Page] = []
    yield opened
    for page in opened:
        errors = [e for e in page.errors if "net::ERR" not in e and "status of 5" not in e]
        page.close()
        assert errors == []


@pytest.fixture
def push_service() -> Iterator[PushService]:
    made = PushService()
    yield made
    made.close()


def subscribe(
    page_site: PageSite, browser: Browser, pages: list[Page], area: int, language: str = "zh-CN",
    exercises: bool = False,
) -> Page:  # fmt: skip
    """A page that follows one area."""
    page = browser.page(language=language)
    pages.append(page)
    page.open(page_site.url)
    page.click(f"input[value=A{area}]")
    if exercises:
        page.click("#exercises")
    page.click("#start")
    page.until("document.querySelector('.calm')")
    name = f"SELECT 1 FROM places WHERE area = 'A{area}'"
    page.wait(lambda: bool(page_site.site.query(name, file="console.db")))
    return page


def warned(page: Page, page_site: PageSite, area: int, version: int = 1) -> str:
    """Wait for a version on the page; its identifier."""
    page.wait(lambda: len(page_site.identifiers(area)) >= version)
    identifier = page_site.identifiers(area)[version - 1]
    selector = f'[data-warning="{identifier}"]'
    page.until(f"document.querySelector({selector!r})")
    return identifier


def proven(page: Page, page_site: PageSite, identifier: str, state: str) -> None:
    page.wait(lambda: page_site.states(identifier) == [state])


def test_an_operator_exercises_issues_and_ends_over_http(
    page_site: PageSite, browser: Browser, pages: list[Page]
) -> None:
    # the first test: no exercise may begin while an actual warning is in force
    taking_part = subscribe(page_site, browser, pages, 4, exercises=True)
    other = subscribe(page_site, browser, pages, 4)
    where = {"area": "A4", "hazard": "river_flood", "why": "trial of the page"}
    drill = {"areas": ["A4"], "hazard": "river_flood", "level": "orange", "kind": "drill"}
    begun = page_site.ask("POST", "exercise", **drill, minutes=5, why="yearly drill")
    assert begun.status_code == 200, begun.text
    taking_part.until("document.querySelector('.card.drill')")
    lines = taking_part.text(".card").split("\n")
    assert lines[0] == lines[-1] == "演练 · 不是真实预警"

    issued = page_site.ask("POST", "issue", level="red", **where)
    assert issued.status_code == 200, issued.text
    for page in (taking_part, other):
        page.until("document.querySelector('.card.level-red')")
        assert page.run("document.querySelectorAll('.card.drill').length") == 0
    assert not any("演练" in text for text in (other.text("main"), taking_part.text(".warnings")))
    event = other.run("document.querySelector('.card').dataset.event")
    assert page_site.ask("POST", "cancel", event=event, why="trial over").status_code == 200
    for page in (taking_part, other):
        page.until("document.querySelector('.card.over')")
        assert "解除" in page.text(".card.over")
    wrong = page_site.ask("POST", "cancel", event=event, why="again")
    assert wrong.status_code == 404 and wrong.json()["error"]["code"] == "no_event"


def test_a_warning_comes_is_heard_and_acknowledged(
    page_site: PageSite, browser: Browser, pages: list[Page]
) -> None:
    page = subscribe(page_site, browser, pages, 0)
    page_site.stage(0, 4.5)
    identifier = warned(page, page_site, 0)
    mark = f"performance.getEntriesByName({identifier!r})[0].startTime + performance.timeOrigin"
    took = page.run(mark) - page_site.sent(identifier)
    print(f"issue to page: {took:.0f} ms")
    assert 0 <= took < LATEST
    said = page.text(".card")
    for words in ("红色预警", "0号村 · 洪水", "立即转移", "到小学操场集合", "立即", "试点"):
        assert words in said
    assert "0号村" in page.text("#spoken")
    assert page.text("#sounding").startswith("警报响起")
    assert page.run("document.querySelector('#enable') === null")  # it may ring: it was touched
    proven(page, page_site, identifier, "delivered")

    page.click("[data-act=read]")
    page.until("document.querySelector('#sounding').hidden")
    proven(page, page_site, identifier, "acknowledged")
    page.until("document.querySelector('.told-read').innerText.includes('值班系统已收到')")
    page.click("[data-act=safe]")
    page.click("[data-act=help]")
    page.type("溪边第三户，两位老人")
    page.click("#send")
    page.until("document.querySelector('.told-help')?.innerText.includes('值班系统已收到')")
    answers = page_site.ask("GET", "answers").json()["answers"]
    found = [(a["kind"], a["text"]) for a in answers if a["identifier"] == identifier]
    assert found == [("safe", ""), ("help", "溪边第三户，两位老人")]
    assert {url.split("/")[2] for url in page.asked} == {f"127.0.0.1:{page_site.port}"}


def test_offline_and_back(page_site: PageSite, browser: Browser, pages: list[Page]) -> None:
    page = subscribe(page_site, browser, pages, 1)
    page.until("navigator.serviceWorker.controller")
    page_site.stage(1, 3.5)
    orange = warned(page, page_site, 1)
    proven(page, page_site, orange, "delivered")

    page.offline(True)
    page_site.stop_console()  # too: the browser's own cut may lapse while it loads a page anew
    page.until("document.querySelector('#link').className === 'down'")
    assert "已断网" in page.text("#link") and "橙色预警" in page.text(".card")
    page.click("[data-act=read]")
    page.until("document.querySelector('.told-read').innerText.includes('待联网后发出')")
    page_site.stage(1, 4.5)
    page.wait(lambda: len(page_site.identifiers(1)) == 2)
    page.call("Page.reload")
    page.until("document.querySelector('.card .told-read')")  # the page opens without a network
    assert "橙色预警" in page.text(".card") and "已断网" in page.text("#link")
    assert page_site.states(orange) == ["delivered"]

    page_site.start_console()
    page.offline(False)
    red = warned(page, page_site, 1, version=2)
    assert "红色预警" in page.text(".card")
    proven(page, page_site, red, "delivered")
    proven(page, page_site, orange, "acknowledged")
    page.until("document.querySelector('[data-act=read]')")  # a higher level is to be read anew
    page.until("document.querySelector('#link').className === 'up'")


def test_by_keyboard_alone_and_in_english(
    page_site: PageSite, browser: Browser, pages: list[Page]
) -> None:
    page = browser.page(language="en-US")
    pages.append(page)
    page.open(page_site.url)
    page.until("document.querySelector('.chooser')")
    assert page.text("h2") == "Choose your places"
    page.tab_to("input[value=A3]")
    page.press(" ")
    page.tab_to("#start")
    page.press("Enter")
    page.until("document.querySelector('.calm')")
    page_site.stage(3, 4.5)
    identifier = warned(page, page_site, 3)
    said = page.text(".card")
    for words in ("Red warning", "Village 3", "LEAVE NOW", "school yard", "At once", "Trial"):
        assert words.lower() in said.lower()
    page.tab_to("[data-act=read]")
    page.press("Enter")
    page.until("document.querySelector('.told-read')")
    assert page.run("document.activeElement.closest('.card') !== null")
    proven(page, page_site, identifier, "acknowledged")
    page.tab_to("[data-act=help]")
    page.press("Enter")
    page.until("document.querySelector('dialog[open]')")
    page.press("Escape")
    page.until("!document.querySelector('dialog')")
    page.tab_to("#language")
    page.press("Enter")
    page.until("document.querySelector('.card').innerText.includes('红色预警')")
    assert page.run("document.documentElement.lang") == "zh-CN"


def test_the_page_is_for_small_screens_and_all_eyes(
    page_site: PageSite, browser: Browser, pages: list[Page]
) -> None:
    page = subscribe(page_site, browser, pages, 5)
    page_site.stage(5, 1.5)
    warned(page, page_site, 5)
    for scheme in ("light", "dark"):
        page.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])  # fmt: skip
        assert page.run("document.documentElement.scrollWidth") == 360
        assert page.run(UNNAMED) == []
        assert page.run(SMALL) == []
        assert page.run(FAINT) == []


def test_a_console_that_starts_again_finds_its_pages(
    page_site: PageSite, browser: Browser, pages: list[Page]
) -> None:
    page = subscribe(page_site, browser, pages, 2)
    page_site.stop_console()
    page.until("document.querySelector('#link').className === 'down'")
    page_site.stage(2, 2.5)
    refused = "SELECT 1 FROM history WHERE detail LIKE 'the console has not%'"
    page.wait(lambda: bool(page_site.site.query(refused, file="deliveries.db")))
    identifier = page_site.identifiers(2)[0]
    assert set(page_site.states(identifier)) <= {"queued", "attempted"}  # not called handed over
    page_site.start_console()
    identifier = warned(page, page_site, 2)
    proven(page, page_site, identifier, "delivered")


def test_a_push_reaches_a_page_that_is_closed(
    page_site: PageSite, browser: Browser, pages: list[Page], push_service: PushService
) -> None:
    page, agent = browser.page(), UserAgent()
    pages.append(page)
    page.before(SUBSCRIBED % json.dumps({"endpoint": f"{push_service.origin}/one",
                                         "keys": agent.keys()}))  # fmt: skip
    page.allow(page_site.url, "notifications")
    page.open(page_site.url)
    page.click("input[value=A6]")
    page.click("#push")
    page.click("#start")
    page.until("document.querySelector('#pushed')")
    kept = "SELECT 1 FROM subscriptions"
    page.wait(lambda: bool(page_site.site.query(kept, file="console.db")))

    page_site.stage(6, 3.5)
    orange = warned(page, page_site, 6)
    page.wait(lambda: page_site.states(orange, "push") == ["accepted"])  # and no more than that
    said = agent.open(push_service.got[0].body).decode()
    assert json.loads(said)["id"] == orange
    assert claims(push_service.got[0].head["Authorization"])[0]["aud"] == push_service.origin
    page.push(page_site.url, said)
    page.wait(lambda: page_site.states(orange, "push") == ["delivered"])

    drill = {**json.loads(said), "id": "drill.v1", "event": "drill", "exercise": True}
    page.push(page_site.url, json.dumps(drill))
    page.wait(lambda: len(page.run(SHOWN)) == 2)
    page.open("about:blank")  # closed: its worker alone is there
    page_site.stage(6, 4.5)
    page.wait(lambda: len(push_service.got) == 2)
    red = page_site.identifiers(6)[1]
    page.push(page_site.url, agent.open(push_service.got[1].body).decode())
    page.wait(lambda: page_site.states(red, "push") == ["delivered"])
    assert page_site.states(red) == ["handed_over"]  # no page has said anything

    page.open(page_site.url)
    # alone: in place of the one before; and an exercise stops where an actual begins (law 6)
    page.wait(lambda: page.run(SHOWN) == [[red, True]])
    proven(page, page_site, red, "delivered")
    page.click("#change")
    page.click("#push")
    page.click("#start")
    page.wait(lambda: not page_site.site.query(kept, file="console.db"))


def test_a_page_that_comes_when_a_warning_is_out_counts_too(
    page_site: PageSite, browser: Browser, pages: list[Page]
) -> None:
    first = subscribe(page_site, browser, pages, 7)
    page_site.stage(7, 4.5)
    identifier = warned(first, page_site, 7)
    proven(first, page_site, identifier, "delivered")
    late = browser.page()
    pages.append(late)
    late.open(page_site.url)
    late.click("input[value=A7]")
    late.click("#start")
    late.until(f"document.querySelector('[data-warning=\"{identifier}\"]')")
    late.wait(lambda: page_site.states(identifier) == ["delivered"] * 2)
    late.click("[data-act=read]")
    late.wait(lambda: page_site.states(identifier) == ["acknowledged", "delivered"])


SUBSCRIBED = """(() => {
  const said = %s, kept = () => JSON.parse(localStorage.getItem("test.subscribed"));
  const made = (key) => ({ toJSON: () => said,
    options: { applicationServerKey: new Uint8Array(key) },
    unsubscribe: async () => localStorage.removeItem("test.subscribed") });
  PushManager.prototype.getSubscription = async () => kept() && made(kept());
  PushManager.prototype.subscribe = async (asked) => {
    if (!asked.userVisibleOnly || asked.applicationServerKey.length !== 65) throw new TypeError();
    localStorage.setItem("test.subscribed", JSON.stringify([...asked.applicationServerKey]));
    return made(kept());
  };
})()"""
"""In place of the browser's own subscribing, which asks its maker's push service."""
SHOWN = """navigator.serviceWorker.ready.then((r) => r.getNotifications())
  .then((all) => all.map((n) => [n.data.id, n.title.includes("6号村")]))"""
UNNAMED = """[...document.querySelectorAll("button, a[href], input, summary, textarea, [role=img]")]
  .filter((e) => e.getClientRects().length)
  .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
  .map((e) => e.outerHTML)"""
SMALL = """[...document.querySelectorAll("button")].filter((e) => e.getClientRects().length)
  .filter((e) => e.getBoundingClientRect().height < 40).map((e) => e.outerHTML)"""
FAINT = """(() => {
  const lit = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const bright = ([r, g, b]) => 0.2126 * lit(r) + 0.7152 * lit(g) + 0.0722 * lit(b);
  const own = (e) => parse(getComputedStyle(e).backgroundColor);
  const opaque = (c) => c.length === 3 || c[3] > 0.99;
  const behind = (e) => (!e ? [255, 255, 255] : opaque(own(e)) ? own(e) : behind(e.parentElement));
  const says = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const ratio = (e) => {
    const pair = [parse(getComputedStyle(e).color), behind(e)].map(bright).sort((x, y) => y - x);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  };
  return [...document.querySelectorAll("body *")]
    .filter((e) => !e.closest("svg, .exercise") && e.getClientRects().length && says(e))
    .filter((e) => ratio(e) < 4.5).map((e) => [ratio(e), e.outerHTML.slice(0, 80)]);
})()"""
"""Texts whose contrast with what is behind them is too small (WCAG 2.2, 1.4.3: 4.5 to 1)."""
