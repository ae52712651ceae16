"""A real browser for tests: headless Chromium, spoken to over its DevTools protocol.

`from tests.chromium import browser` gives the fixture; `browser.page()` a page with storage of its
own. websockets (PyPI) carries the protocol; chromium-driver would be one package and process more.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

PATIENCE = 20.0
PHONE = (360, 740)
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--mute-audio", "--hide-scrollbars",
    "--autoplay-policy=user-gesture-required", "--remote-debugging-port=0",
)  # fmt: skip
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "Escape": 27, "Shift": 16}


def find_chromium() -> str | None:
    """Path of the browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One process of Chromium."""

    def __init__(self, folder: Path) -> None:
        program = find_chromium()
        assert program is not None, "install it: apt-get install chromium"
        self._folder = folder
        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "HOME": str(folder)},
        )
        self._line = connect(self._address(), max_size=None)
        self._number = 0
        self._pages: dict[str, Page] = {}
        self.said: list[dict[str, Any]] = []

    def _address(self) -> str:
        told, deadline = self._folder / "DevToolsActivePort", time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "chromium ended at once"
            lines = told.read_text().split("\n") if told.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.02)
        raise AssertionError("chromium does not listen")

    def page(self, size: tuple[int, int] = PHONE, language: str = "zh-CN") -> Page:
        """A page with cookies, storage and workers of its own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)
        session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        made = Page(self, session["sessionId"], target["targetId"], context)
        self._pages[made.session] = made
        made.prepare(size, language)
        return made

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """One command and its answer; events that come meanwhile go to their pages."""
        self._number += 1
        asked: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            asked["sessionId"] = session
        self._line.send(json.dumps(asked))
        while True:
            said = json.loads(self._line.recv(timeout=PATIENCE))
            if said.get("id") == self._number:
                assert "error" not in said, f"{method}: {said['error']}"
                return dict(said["result"])
            self._event(said)

    def _event(self, said: dict[str, Any]) -> None:
        page = self._pages.get(said.get("sessionId", ""))
        if page is not None and "method" in said:
            page.event(said["method"], said["params"])

    def close(self) -> None:
        """End it, with all its processes."""
        line: ClientConnection = self._line
        line.close()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)


class Page:
    """One page; what it says on its console as an error fails the test at its end."""

    def __init__(self, browser: Browser, session: str, target: str, context: str) -> None:
        self._browser, self.session = browser, session
        self._target, self._context = target, context
        self.errors: list[str] = []
        self.asked: list[str] = []
        """Addresses that the page asked for."""
        self._workers: dict[str, str] = {}
        """Scope of a service worker -> the name of its registration."""

    def prepare(self, size: tuple[int, int], language: str) -> None:
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.resize(*size)
        self.call("Emulation.setLocaleOverride", locale=language)
        self.call("Network.setUserAgentOverride", userAgent="test", acceptLanguage=language)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.call(method, self.session, **params)

    def event(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif method == "ServiceWorker.workerRegistrationUpdated":
            self._workers |= {r["scopeURL"]: r["registrationId"] for r in params["registrations"]}

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=2, mobile=width < 500,
        )  # fmt: skip

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression; promises are waited for."""
        said = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in said:
            raise AssertionError(said["exceptionDetails"]["exception"].get("description", script))
        return said["result"].get("value")

    def until(self, script: str, patience: float = PATIENCE) -> None:
        """Until an expression is true."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.run(f"Boolean({script})"):
                return
            time.sleep(0.02)
        text = self.run("document.body.innerText")
        raise AssertionError(f"it did not become so: {script}\n{self.errors}\n{text}")

    def wait(self, done: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Until something outside is so, with the page going on."""
        deadline = time.monotonic() + patience
        while not done():
            assert time.monotonic() < deadline, f"it did not become so {self.errors}"
            self.run("1")
            time.sleep(0.02)

    def click(self, selector: str) -> None:
        """A real click in the middle of an element: a person's gesture."""
        self.until(f"document.querySelector({selector!r})?.getClientRects().length")
        self.run(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
        box = self.run(
            f"(() => {{ const r = document.querySelector({selector!r}).getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left",
                      clickCount=1)  # fmt: skip

    def press(self, key: str, shift: bool = False) -> None:
        """A key, as a keyboard sends it."""
        text = {"Enter": "\r", " ": " "}.get(key)
        common: dict[str, Any] = {
            "key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key],
            "modifiers": 8 if shift else 0,
        }  # fmt: skip
        down = "keyDown" if text else "rawKeyDown"
        self.call("Input.dispatchKeyEvent", type=down, **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def tab_to(self, selector: str, most: int = 80) -> None:
        """Press Tab until an element has the focus."""
        for _ in range(most):
            if self.run(f"Boolean(document.activeElement?.matches({selector!r}))"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}")

    def text(self, selector: str = "body") -> str:
        return str(self.run(f"document.querySelector({selector!r})?.innerText ?? ''"))

    def offline(self, yes: bool) -> None:
        """Cut the page and its workers from the network, or let them back."""
        self.call(
            "Network.emulateNetworkConditions",
            offline=yes, latency=0, downloadThroughput=-1, uploadThroughput=-1,
        )  # fmt: skip

    def allow(self, url: str, *permissions: str) -> None:
        """As if its person had allowed it."""
        context = {"origin": url, "browserContextId": self._context}
        self._browser.call("Browser.grantPermissions", permissions=permissions, **context)

    def before(self, script: str) -> None:
        """Run a script before any of the page's own, on every page opened here."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        self.call("ServiceWorker.enable")

    def push(self, url: str, data: str) -> None:
        """What a push service would have brought to the page's worker."""
        self.wait(lambda: f"{url}/" in self._workers)
        name = self._workers[f"{url}/"]
        self.call("ServiceWorker.deliverPushMessage", origin=url, registrationId=name, data=data)

    def picture(self, path: Path, whole: bool = False) -> None:
        """A screenshot; whole: all of the page, not only what the window shows."""
        said = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole,
                         **({"clip": self._extent()} if whole else {}))  # fmt: skip
        path.write_bytes(base64.b64decode(said["data"]))

    def _extent(self) -> dict[str, Any]:
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}

    def close(self) -> None:
        self._browser.call("Target.disposeBrowserContext", browserContextId=self._context)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for the tests of a module."""
    if find_chromium() is None:
        pytest.skip("needs the browser: apt-get install chromium")
    made = Browser(tmp_path_factory.mktemp("chromium"))
    try:
        yield made
    finally:
        made.close()
