"""`tongluo register`: what it says, what it changes, and that it never shows a number."""

from pathlib import Path

import pytest

from dissemination.targeting import Register
from dissemination.targeting.forget import label
from dissemination.targeting.refused import CODES
from tests.unit.cli.conftest import Call
from tests.unit.cli.site import write
from tongluo.cli.site import folder_of
from tongluo.cli.texts import TEXTS
from tongluo.config.load import load

NUMBERS = [f"861990000{n:04d}" for n in range(5)]
LIST = "\n".join([
    "id,area,sort,size,name,audience,age,needs_help,sms,confirmed,note",
    f"户 00001,{{area}},household,4,住户一,,old,yes,{NUMBERS[1]};{NUMBERS[2]},2020-01-01,x",
    f"户 00002,{{area}},,,住户二,contacts,,,{NUMBERS[2]},,",
    f"户 00003,nowhere,,,住户三,,,,{NUMBERS[3]},,",
    f"户 00004,{{area}},,,住户四,,,,{NUMBERS[4]}x,,",
    ",{area},count,120,,,,,,,",
])  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.fixture
def people(site: Path) -> Path:
    area = load(site).config.areas[0].id
    path = site.parent / "people.csv"
    path.write_text(LIST.format(area=area), encoding="utf-8")
    return path


def opened(site: Path) -> Register:
    return Register.open(folder_of(load(site)))


def quiet(text: str) -> bool:
    return not any(number in text for number in NUMBERS) and "住户" not in text


def test_a_dry_run_then_the_change(call: Call, site: Path, people: Path) -> None:
    said = call("register", "import", people, "--config", site)
    assert said.code == 0 and quiet(said.out)
    assert "5 rows read (utf-8-sig), 2 of them cannot be taken" in said.out
    assert "3 new" in said.out and "nothing has changed" in said.out
    assert "line 4: there is no area 'nowhere'" in said.out
    assert "line 5: `sms`: '861*********4x' is no number" in said.out
    assert len(opened(site).people()) == 0 and not people.with_suffix(".bad.csv").exists()
    assert call("register", "import", people, "--apply", "--config", site).code == 1
    said = call("register", "import", people, "--apply", "--who", "duty", "--config", site)
    assert said.code == 0 and "the register has changed" in said.out
    kept = people.with_suffix(".bad.csv").read_text(encoding="utf-8-sig")
    assert "户 00003" in kept and NUMBERS[4] in kept and "no area" in kept
    assert opened(site).people().size.tolist() == [4, 1]
    again = call("register", "import", people, "--config", site)
    assert "3 as before" in again.out and "0 new" in again.out


def test_figures_and_masked_numbers(call: Call, site: Path, people: Path) -> None:
    call("register", "import", people, "--apply", "--who", "duty", "--config", site)
    made = opened(site)
    made.heard(made.vault.target(NUMBERS[1]), "k", reached=False, at=1, dead_after=1)
    area = load(site).config.areas[0].id
    shown = call("register", "show", area, "--config", site)
    assert shown.code == 0 and quiet(shown.out) and "120" in shown.out
    rows = {line.split("│")[1].strip(): [c.strip() for c in line.split("│")[2:-1]]
            for line in shown.out.splitlines() if line.startswith("│")}  # fmt: skip
    assert rows[area] == ["5", "120", "4", "5", "1"]
    assert rows["sms"] == ["2", "0", "0", "2", "0", "0", "1", "1"]
    assert rows["old, needs help"] == ["4"]
    assert "老人，需协助" in call("register", "show", "--config", site, "--language", "zh-CN").out
    assert call("register", "show", "elsewhere", "--config", site).code == 1
    export = call("register", "export", "--config", site)
    assert quiet(export.out) and "861********01" in export.out and ",dead" in export.out


def test_marking_and_forgetting(call: Call, site: Path, people: Path) -> None:
    call("register", "import", people, "--apply", "--who", "duty", "--config", site)
    marked = call("register", "mark", "户 00001", "sms", "dead", "--who", "duty", "--config", site)
    assert "2 contact(s) marked" in marked.out
    alive = call("register", "mark", "户 00001", "sms", "alive", "--who", "duty", "--config", site)
    assert "2 contact(s) marked" in alive.out
    made = opened(site)
    assert label(made, int(made.people().person[0])) == ("户 00001", "住户一")
    assert call("register", "forget", "户 00001", "--who", "duty", "--config", site).code == 0
    again = call("register", "forget", "户 00001", "--who", "duty", "--config", site)
    assert again.code == 1 and "nobody with this id" in again.err
    made = opened(site)
    left = made.db.execute("SELECT count(*) FROM addresses").fetchone()
    assert left == (1,) and made.broken_link() is None  # the one that somebody else has, too
    with pytest.raises(LookupError):
        made.address(made.vault.target(NUMBERS[1]))
    whose = made.db.execute("SELECT body FROM audit WHERE what = 'forgotten'").fetchone()[0]
    assert b"duty" in whose and "户".encode() not in whose


def test_a_list_with_a_row_that_cannot_be_read_removes_nobody(
    call: Call, site: Path, people: Path
) -> None:
    area = load(site).config.areas[0].id
    rows = [f"户 {n:05d},{area},,,,,,,{n + 8619900000000},," for n in range(40)]
    head = LIST.split("\n")[0]
    people.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    take = ("register", "import", people, "--apply", "--remove", "--who", "duty", "--config", site)
    assert call(*take).code == 0 and len(opened(site).people()) == 40
    rows[11] = rows[11].replace(f"{area},,,,", f'{area},,,"')
    people.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    said = call(*take)
    assert said.code == 1 and "nobody is removed" in said.err and quiet(said.err)
    assert len(opened(site).people()) == 40


def test_every_reason_has_its_words() -> None:
    assert {key for key in TEXTS if key.startswith("register_bad_")} == {
        f"register_bad_{code}" for code in CODES
    }


def test_check_tells_the_length_of_messages(call: Call, site: Path) -> None:
    text = site.read_text(encoding="utf-8")
    sms = ("channels:\n  sms: {kind: kannel, options: {username: u, password: {env: P},"
           " recipients: register}}\n")  # fmt: skip
    site.write_text(text.replace("channels:\n", sms, 1), encoding="utf-8")
    said = call("check", site)
    assert "sms: short messages take up to 2 parts (" in said.out and "UCS-2" in said.out
