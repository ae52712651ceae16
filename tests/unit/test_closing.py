"""Files that threads share: closed while another thread uses them, they end no process.

SQLite closed beside a statement that runs takes the process with it (a fault of memory), so each
runs in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 200
PLAY = """
import random, sqlite3, sys, threading, time
from pathlib import Path
from tongluo.core.errors import TongluoError
folder = Path(sys.argv[1])

def use(work, ended):
    try:
        while not ended.is_set():
            work()
    except (sqlite3.Error, TongluoError):
        pass  # it is closed: said, and no more

def play(make, work):
    for _ in range(ROUNDS):
        one, ended = make(), threading.Event()
        threads = [threading.Thread(target=use, args=(lambda: work(one), ended)) for _ in "ab"]
        for thread in threads:
            thread.start()
        time.sleep(random.random() * 0.005)
        one.close()
        ended.set()
        for thread in threads:
            thread.join()
""".replace("ROUNDS", str(ROUNDS))
MADE = {
    "installations": """
from dissemination.installations import Installations
play(lambda: Installations(folder), lambda one: one.known("a"))
""",
    "subscriptions": """
from dissemination.installations import Installations
from dissemination.subscriptions import Subscriptions
Installations(folder).close()
play(lambda: Subscriptions(folder), lambda one: one.of("a"))
""",
    "journal": """
from tests.unit.console.site import Written
from tongluo.console.journal import Reader
site = Written(folder)
site.put(site.warning())
def look(one):
    one.again()
    one.look()
play(lambda: Reader(folder / "var"), look)
""",
    "purse": """
from dissemination.channels.purse import Limits, Purse
limits = Limits()
play(lambda: Purse(folder / "purse.db", limits), lambda one: one.spent(0))
""",
    "deliveries": """
from tongluo.daemon.deliveries import Deliveries
play(lambda: Deliveries(folder / "deliveries.db"), lambda one: one.fans("a"))
""",
    "registered": """
from dissemination.channels.registered import Registered
from dissemination.targeting import Register
from tests.warned import BASE
Register.open(folder).close()
play(lambda: Registered(folder, "sms", {}), lambda one: one.targets(BASE))
""",
}


@pytest.mark.parametrize("name", MADE)
def test_closing_waits_for_who_uses_it(name: str, tmp_path: Path) -> None:
    code = [sys.executable, "-X", "faulthandler", "-c", PLAY + MADE[name], str(tmp_path)]
    ended = subprocess.run(code, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
