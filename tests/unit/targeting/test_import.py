"""Lists of people: what is read, what is refused and kept, what would change."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dissemination.targeting import Entry, Place, Register, changes, fields
from dissemination.targeting.changes import Change
from dissemination.targeting.load import Kept, load
from dissemination.targeting.refused import Refused
from tests.unit.targeting.lists import lines, take
from tests.unit.targeting.people import NOW, PLACES, found, number, person, register, warning
from tongluo.core.errors import RegisterError

AREAS = {p.id: p.id for p in PLACES}


def test_a_row_in_english_and_in_chinese() -> None:
    english = {"id": "h1", "area": "upper", "sort": "household", "size": "4", "age": "71",
               "where": "rural", "needs_help": "yes", "confirmed": "2026-05-01",
               "sms": "+86 199-0000-0001;8619900000002", "lat": "22.5", "lon": "113",
               "enrolled": "no"}  # fmt: skip
    told = fields.entry(english, AREAS)
    assert told.stratum.word == "old.rural.needs_help" and told.size == 4
    assert [c.address for c in told.contacts] == ["8619900000001", "8619900000002"]
    chinese = {"编号": "h1", "区域": "upper", "类别": "户", "人数": "4", "年龄": "老人",
               "城乡": "农村",
               "需协助": "是", "短信": "8619900000001；8619900000002", "确认日期": "2026-05-01",
               "纬度": "22.5", "经度": "113", "演练": "否"}  # fmt: skip
    assert fields.entry({fields.column(k): v for k, v in chinese.items()}, AREAS) == told


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"id": ""}, "missing"),
        ({"area": ""}, "missing"),
        ({"area": "nowhere"}, "no_area"),
        ({"sort": "family"}, "one_of"),
        ({"audience": "neighbours"}, "one_of"),
        ({"age": "abc"}, "one_of"),
        ({"deaf": "perhaps"}, "not_yes"),
        ({"sort": "household", "size": "0"}, "not_size"),
        ({"sort": "household", "size": "-3"}, "not_size"),
        ({"size": "2"}, "one_person"),
        ({"sort": "count", "size": "9"}, "counted"),
        ({"sms": "1990000"}, None),
        ({"sms": "nobody"}, "not_number"),
        ({"sms": "1234"}, "not_number"),
        ({"email": "a@b@c"}, "not_email"),
        ({"email": "duty@example。org"}, "not_email"),
        ({"speaker": "horn/1"}, "not_speaker"),
        ({"confirmed": "01/05/2026"}, "not_date"),
        ({"lat": "22"}, "half_point"),
        ({"lat": "nan", "lon": "1"}, "not_degrees"),
        ({"lat": "91", "lon": "1"}, "not_degrees"),
        ({"name": "x" * 201}, "too_long"),
        ({"name": "a\x00b"}, "not_text"),
    ],
)
def test_what_is_wrong_is_told_without_the_number(wrong: dict[str, str], code: str | None) -> None:
    row = {"id": "h1", "area": "upper", "sms": number(1)} | wrong
    if code is None:
        fields.entry(row, AREAS)
        return
    with pytest.raises(Refused) as refused:
        fields.entry(row, AREAS)
    assert refused.value.code == code
    assert number(1) not in str(refused.value)


def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path) -> None:
    made = register(tmp_path, person(1), person(2), person(3))
    before = "\n".join(made.db.iterdump())
    path = lines(
        tmp_path / "list.csv",
        "id,area,sms",
        f"户 00001,upper,{number(1)}",
        f"户 00002,upper,{number(22)}",
        f"户 00004,group,{number(1)}",
        "户 00005,upper,no phone",
        f"户 00001,upper,{number(9)}",
        "户 00006,upper,1,2",
    )
    read, told, bad = take(made, path, apply=False)
    assert (told.added, told.changed, told.same, told.absent) == (1, 1, 1, 1)
    assert told.shared == 1
    assert read.rows == 6 and [(b.line, b.code) for b in bad] == [
        (5, "not_number"), (6, "id_twice"), (7, "fields")]  # fmt: skip
    assert [b.raw for b in read.first] == [()] * 3
    assert "\n".join(made.db.iterdump()) == before
    _, same, _ = take(made, path)
    assert same == told
    assert set(found(made)) == {number(n) for n in (1, 22, 3)}
    _, again, _ = take(made, path)
    assert (again.added, again.changed, again.same, again.absent) == (0, 0, 3, 1)


def test_who_is_missing_goes_only_when_asked(tmp_path: Path) -> None:
    made = register(tmp_path, person(1), person(2))
    changes.put(made, "other", [person(7)], "duty", NOW)
    path = lines(tmp_path / "list.csv", "id,area,sms", f"户 00001,upper,{number(1)}",
                 "户 00003,nowhere,")  # fmt: skip
    take(made, path)
    assert len(found(made)) == 3
    take(made, path, remove=True)
    assert set(found(made)) == {number(1), number(7)}
    assert made.broken_link() is None
    assert made.person_of(made.vault.target(number(2))) is None
    assert made.db.execute("SELECT count(*) FROM addresses").fetchone() == (2,)


def test_a_row_that_cannot_be_read_takes_nobody_away(tmp_path: Path) -> None:
    made = register(tmp_path, person(1), person(2))
    path = lines(tmp_path / "list.csv", "id,area,sms", f"户 00001,upper,{number(1)}",
                 "户 00002,upper,spoilt")  # fmt: skip
    take(made, path, remove=True)
    assert set(found(made)) == {number(1), number(2)}


def test_an_id_of_another_source_is_refused(tmp_path: Path) -> None:
    made = register(tmp_path, person(1))
    path = lines(tmp_path / "new.csv", "id,area,sms", f"户 00001,upper,{number(5)}")
    _, _, bad = take(made, path, source="new")
    assert [b.code for b in bad] == ["id_elsewhere"] and found(made) == [number(1)]


def test_a_change_keeps_the_persons_number_and_a_newer_date_revives_the_phone(
    tmp_path: Path,
) -> None:
    made = register(tmp_path, person(1))
    target = made.vault.target(number(1))
    before = made.person_of(target)
    made.heard(target, "a", reached=False, at=NOW, dead_after=1)
    path = lines(tmp_path / "list.csv", "id,area,sms,confirmed",
                 f"户 00001,group,{number(1)},2026-06-30")  # fmt: skip
    take(made, path)
    assert made.person_of(target) == before and found(made) == []
    lines(path, "id,area,sms,confirmed", f"户 00001,group,{number(1)},2026-07-03")
    take(made, path)
    assert found(made) == [number(1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    made = register(tmp_path)
    path = lines(tmp_path / "x.csv", "编号,区域,短信,对象",
                 f"户 00001,upper,{number(1)},转移联络员",
                 encoding=encoding)  # fmt: skip
    read, told, _ = take(made, path)
    assert told.added == 1 and read.encoding == encoding.replace("utf-8", "utf-8-sig")[:9]
    assert [who for _, who in made.recipients(warning(), "sms")] == ["contacts"]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("id,area,need_help", "unknown columns: need_help"),
        ("id,area,sms,SMS", "twice: sms"),
        ("id,sms", "no column `area`"),
        ("", "no column `area`"),
    ],
)
def test_files_that_cannot_be_lists(tmp_path: Path, head: str, words: str) -> None:
    made = register(tmp_path)
    with pytest.raises(RegisterError, match=words):
        take(made, lines(tmp_path / "x.csv", head))
    (tmp_path / "y.csv").write_bytes(b"\xff\xff\xff")
    with pytest.raises(RegisterError, match="neither UTF-8 nor"):
        take(made, tmp_path / "y.csv")
    with pytest.raises(RegisterError, match="ends in"):
        take(made, tmp_path / "y.xls")


def test_what_was_not_taken_is_kept_whole(tmp_path: Path) -> None:
    made = register(tmp_path)
    path = lines(
        tmp_path / "x.csv", "id,area,name,sms", 'h1,nowhere,"a, ""b""",1', "h2,upper,c,2;x"
    )
    kept = Kept(tmp_path / "x.bad.csv", ["id", "area", "name", "sms"], lambda bad: bad.code)
    load(path, Change(made, "x", PLACES), kept)
    kept.close()
    with (tmp_path / "x.bad.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["line"], r["reason"], r["name"]) for r in rows] == [
        ("2", "no_area", 'a, "b"'), ("3", "not_number", "c")]  # fmt: skip
    assert (tmp_path / "x.bad.csv").stat().st_mode & 0o077 == 0
    take(made, tmp_path / "x.bad.csv")  # its own columns are no hindrance


def test_areas_of_the_configuration_replace_those_before(tmp_path: Path) -> None:
    made = Register.open(tmp_path)
    with made.transaction():
        assert changes.settle(made, PLACES, NOW)
        assert not changes.settle(made, PLACES, NOW)
        assert changes.settle(made, [Place("only")], NOW)
    assert set(made.places()) == {"only"}


GROWTH = """
import resource, sys
from pathlib import Path
from dissemination.targeting import Register
from dissemination.targeting.changes import Change
from dissemination.targeting.load import load
from tests.unit.targeting.people import NOW, PLACES
change = Change(Register.open(Path(sys.argv[1])), "x", PLACES)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert load(Path(sys.argv[2]), change, print).bad == 0
assert change.apply("duty", NOW).added == int(sys.argv[3])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_a_hundred_thousand_people_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "county.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,area,age,sms\n")
        for n in range(100_000):
            file.write(f"户 {n:06d},{('upper', 'lower')[n % 2]},{n % 90},86199{n:08d}\n")
    command = [sys.executable, "-c", GROWTH, str(tmp_path), str(path), "100000"]
    grown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert int(grown) < 40  # MB: as objects the list would take ten times as much
    made = Register.open(tmp_path)
    assert len(made.people()) == 100_000 and made.broken_link() is None
    made.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not re.search(rb"86199000\d{5}", (tmp_path / "register.db").read_bytes())


def test_an_entry_equal_in_all_but_its_source_is_the_same(tmp_path: Path) -> None:
    made = register(tmp_path, Entry("a", "upper"))
    assert changes.put(made, "list", [Entry("a", "upper")], "duty", NOW).same == 1


def test_the_page_names_every_column_and_word() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "register.md").read_text("utf-8")
    wanted = [*fields.CHINESE, *fields.COLUMNS, *(w for w in fields.WORDS.values() if w)]
    assert [w for w in wanted if w not in text] == []
