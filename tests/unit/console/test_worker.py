"""The page's worker says that a push was shown only where it showed it."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from tongluo.console import assets

NODE = shutil.which("node")
STAGE = """
const VERSION = "1", SHELL = [], ears = {}, posts = [];
const own = { match: async () => ({ json: async () => ({ installation: "i" }) }) };
globalThis.addEventListener = (name, hear) => { ears[name] = hear; };
globalThis.caches = { open: async () => own };
globalThis.clients = { matchAll: async () => [] };
globalThis.shown = [];
globalThis.registration = {
  getNotifications: async () => shown,
  showNotification: async (title, said) => { shown.push(said); },
};
globalThis.fetch = async (path, asked) => {
  posts.push(JSON.parse(asked.body).warnings[0]);
  return { status: 200, json: async () => ({ unknown: [] }) };
};
"""
PLAY = """
for (const said of PUSHES) {
  let until;
  ears.push({ data: { json: () => said }, waitUntil: (promise) => { until = promise; } });
  await until;
}
console.log(JSON.stringify([shown.map((one) => one.data.id), posts]));
"""


def push(version: int) -> dict[str, Any]:
    return {"id": f"e.v{version}", "event": "e", "version": version, "title": "", "exercise": False}


@pytest.mark.skipif(NODE is None, reason="needs node: apt-get install nodejs")
def test_a_push_that_a_newer_one_has_replaced_is_neither_shown_nor_proven() -> None:
    worker = (assets.FOLDER / "sw.js").read_text(encoding="utf-8")
    pushes = json.dumps([push(2), push(1)])
    play = f"(async () => {{{PLAY.replace('PUSHES', pushes)}}})();"
    run = [str(NODE), "-e", STAGE + worker + play]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == [["e.v2"], ["e.v2"]]
