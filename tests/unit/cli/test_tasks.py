"""`tongluo tasks`: the paper lists, and that names are only on them when somebody asked."""

import csv
from pathlib import Path

import pytest

from dissemination.targeting import Register
from tests.unit.cli.conftest import Call
from tests.unit.cli.site import write
from tongluo.cli.site import folder_of
from tongluo.config.load import load

LIST = "\n".join([
    "id,area,sort,size,name,audience,role,rank,deputy_of,needs_help,blind,sms",
    "W-1,{area},,,组长甲,contacts,组长,group,,,,8619900000001",
    "W-2,{area},,,组长乙,contacts,,group,W-1,,,8619900000002",
    "H-1,{area},household,4,<b>住户一</b>,,,,,,,8619900000003",
    "=H2,{area},,,住户二,,,,,yes,yes,",
    ",{area},count,120,,,,,,,,",
])  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, call: Call) -> Path:
    config = write(tmp_path)
    path = tmp_path / "people.csv"
    path.write_text(LIST.format(area=load(config).config.areas[0].id), encoding="utf-8")
    done = call("register", "import", path, "--apply", "--who", "duty", "--config", config)
    assert "4 new" in done.out or "5 new" in done.out
    return config


def test_on_the_screen_by_number(call: Call, site: Path) -> None:
    area = load(site).config.areas[0].id
    said = call("tasks", area, "--config", site)
    assert said.code == 0 and "住户" not in said.out and "甲" not in said.out
    assert "#1, 组长 group, deputies: #2, 2 doors, 5 people" in said.out
    rows = [[c.strip() for c in line.split("│")[1:-1]] for line in said.out.splitlines()
            if line.startswith("│")]  # fmt: skip
    assert rows == [["1", "#4", "1", "needs help, no phone, blind", "☐", "☐", "☐"],
                    ["2", "#3", "4", "", "☐", "☐", "☐"]]  # fmt: skip
    assert "120 people of whom no list is kept" in said.out
    assert "责任" not in said.out
    assert "代理：#2" in call("tasks", area, "--config", site, "--language", "zh-CN").out
    assert call("tasks", "nowhere", "--config", site).code == 1


def test_names_need_a_name_and_are_audited(call: Call, site: Path, tmp_path: Path) -> None:
    area, page, rows = load(site).config.areas[0].id, tmp_path / "t.html", tmp_path / "t.csv"
    asked = ("tasks", area, "--html", page, "--csv", rows, "--config", site)
    assert call(*asked, "--names").code == 1 and not page.exists()
    assert call(*asked).code == 0
    assert "住户" not in page.read_text(encoding="utf-8") + rows.read_text(encoding="utf-8")
    audited = "SELECT count(*) FROM audit WHERE what = 'names'"
    folder = folder_of(load(site))
    assert Register.open(folder).db.execute(audited).fetchone() == (0,)
    assert call(*asked, "--names", "--who", "duty").code == 0
    assert Register.open(folder).db.execute(audited).fetchone() == (1,)
    text = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;住户一" in text and "<b>" not in text and "86199" not in text
    assert text.count("☐") == 6 and text.count("<section>") == 1
    with rows.open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [row["no."] for row in listed] == ["1", "2"] and "<td>2</td><td>" in text
    assert [row["door"] for row in listed] == ["'=H2 住户二", "H-1 <b>住户一</b>"]
    assert listed[0]["responsible"] == "W-1 组长甲" and listed[1]["people"] == "4"
    assert {oct(p.stat().st_mode & 0o777) for p in (page, rows)} == {"0o600"}


def test_the_page_in_chinese(call: Call, site: Path, tmp_path: Path) -> None:
    area, page = load(site).config.areas[0].id, tmp_path / "t.html"
    said = call("tasks", area, "--html", page, "--config", site, "--language", "zh-CN")
    text = page.read_text(encoding="utf-8")
    assert said.code == 0 and 'lang="zh-CN"' in text and "需协助，无手机，失明" in text
    assert "已转移" in text and "敲" not in text and "另有 120 人" in text
    assert call("tasks", area, "--html", tmp_path / "no" / "t", "--config", site).code == 1
