"""The dispatcher writes CAP messages in the site's manner, also when it cannot sign them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from dissemination.cap_read import read
from tests.build import SITE
from tests.unit.dissemination.test_cap_manner import COAST, certificate, private, replace
from tests.warned import BASE
from tongluo.core.effects import Effects, Tick
from tongluo.daemon.dispatcher import AT_ONCE, Dispatcher
from tongluo.store.journal import Journal

WARNING = replace(BASE, area=replace(BASE.area, polygon=COAST))
CHINA = {"identifier": "china", "china": {"area": "441900", "agency": "416"}}


def written(folder: Path, cap: dict[str, Any]) -> tuple[str, bytes]:
    """(file name, message) of one warning."""
    journal = Journal(folder / "journal.db")
    config = {"site": SITE, "cap": cap, "channels": {"record": {"kind": "recording"}}}
    with journal.transaction():
        journal.configuration(json.dumps(config), [], Effects(), 1)
        journal.tick(Tick(BASE.sent), Effects(warnings=[(WARNING, ("record",))]))
    journal.db.close()
    dispatcher = Dispatcher(folder)
    dispatcher.plan()
    dispatcher.finish()
    dispatcher.deliveries.close()
    (path,) = (folder / "warnings").glob("*.xml")
    return path.name, path.read_bytes()


def test_simplified_named_and_signed(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    (tmp_path / "key.pem").write_bytes(private(key))
    (tmp_path / "cert.pem").write_bytes(certificate(key))
    sign = {"key": {"file": str(tmp_path / "key.pem")}, "certificate": str(tmp_path / "cert.pem")}
    name, xml = written(tmp_path, {**CHINA, "tolerance": "25 m", "sign": sign})
    notice = read(xml)
    assert name == "id-1.xml" and notice.identifier == "44199941600000_20260701080000_0"
    assert len(notice.infos[0].areas[0].polygons[0]) < 10
    assert b"SignatureValue" in xml


def test_a_key_that_cannot_be_read_holds_no_warning_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign = {"key": {"file": str(tmp_path / "gone")}, "certificate": str(tmp_path / "gone")}
    _, xml = written(tmp_path, {"sign": sign})
    assert read(xml).identifier == "id-1" and b"Signature" not in xml
    assert "cannot be signed" in capsys.readouterr().err


def test_what_goes_to_people_waits_for_no_file(tmp_path: Path) -> None:
    """All is planned, and goes out, before the first CAP message is written; then all are."""
    many = [replace(WARNING, identifier=f"e{n}.v1", event=f"e{n}") for n in range(50)]
    journal = Journal(tmp_path / "journal.db")
    config = {"site": SITE, "time": {"clock": "stream"}, "channels": {"r": {"kind": "recording"}}}
    with journal.transaction():
        journal.configuration(json.dumps(config), [], Effects(), 1)
        journal.tick(Tick(BASE.sent), Effects(warnings=[(w, ("r",)) for w in many]))
    journal.db.close()
    files = [tmp_path / "warnings" / f"{w.identifier}.xml" for w in many]
    dispatcher = Dispatcher(tmp_path)
    dispatcher.plan()
    assert dispatcher.deliveries.cursor(50) == 50 and not any(f.exists() for f in files)
    dispatcher.write_some()
    assert sum(f.exists() for f in files) == AT_ONCE
    dispatcher.unwritten.clear()  # a crash
    dispatcher.find_missing()
    dispatcher.finish()
    dispatcher.deliveries.close()
    assert all(f.exists() for f in files)
    assert len((tmp_path / "deliveries.jsonl").read_bytes().splitlines()) == 50
