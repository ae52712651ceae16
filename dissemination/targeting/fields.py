"""One row of a list of people, as words, into an entry: in English or Chinese, columns and words.

| column | | what |
| --- | --- | --- |
| `id` | 编号 | must be given, but for counts; unlike any other in the register |
| `area` | 区域 | must be given: id of an area, or its administrative code |
| `sort` | 类别 | `person` 个人 (default), `household` 户, `count` 计数 (people nobody knows by name), `device` 设备 |
| `size` | 人数 | people; of a person always 1 |
| `name` | 姓名 | kept encrypted |
| `audience` | 对象 | `residents` 居民 (default), `contacts` 转移联络员, `responders` 责任人, `schools` 学校, `staff` 工作人员 |
| `role` | 职责 | of a responsible person, in any words |
| `rank` | 级别 | of a responsible person: `county` 县级, `town` 乡级, `village` 村级, `group` 组级, `point` 隐患点 |
| `deputy_of` | 代理 | id of the entry this one stands in for |
| `age` | 年龄 | `child` 儿童, `adult` 成人, `old` 老人; or a number of years, which is not kept |
| `where` | 城乡 | `urban` 城镇, `rural` 农村 |
| `visitor` | 外来 | `yes` 是 or `no` 否, as in the next five |
| `needs_help` | 需协助 | cannot leave without help |
| `deaf` | 失聪 | |
| `blind` | 失明 | |
| `no_phone` | 无手机 | |
| `enrolled` | 演练 | may be sent exercises; nobody else is |
| `sms` | 短信 | number for messages; several are parted by `;` |
| `voice` | 电话 | number to be called |
| `speaker` | 喇叭 | name of a loudspeaker, as it stands in its topics |
| `app` | 应用 | installation of the page |
| `email` | 邮箱 | |
| `confirmed` | 确认日期 | day when somebody last made sure of the contacts: 2026-05-01 |
| `lat`, `lon` | 纬度, 经度 | of the house, degrees |

Columns that begin with `_`, and `line`, `reason`, `note` (行号, 原因, 备注), are left alone.
"""  # noqa: E501 - a table is one line a row

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from dissemination.phones import mask
from dissemination.targeting.entries import (
    AGES,
    AUDIENCES,
    FLAGS,
    KINDS,
    RANKS,
    SORTS,
    WHERE,
    Contact,
    Entry,
    Kind,
    Stratum,
)
from dissemination.targeting.refused import Refused

CHINESE = {
    "编号": "id", "区域": "area", "类别": "sort", "人数": "size", "姓名": "name",
    "对象": "audience", "职责": "role", "级别": "rank", "代理": "deputy_of", "年龄": "age",
    "城乡": "where", "外来": "visitor", "需协助": "needs_help", "失聪": "deaf", "失明": "blind",
    "无手机": "no_phone", "演练": "enrolled", "短信": "sms", "电话": "voice", "喇叭": "speaker",
    "应用": "app",
    "邮箱": "email", "确认日期": "confirmed", "纬度": "lat", "经度": "lon",
    "行号": "line", "原因": "reason", "备注": "note",
}  # fmt: skip
COLUMNS = tuple(c for c in CHINESE.values() if c not in ("line", "reason", "note"))
LEFT_ALONE = ("line", "reason", "note")
WORDS = {
    "个人": "person", "户": "household", "计数": "count", "设备": "device",
    "居民": "residents", "转移联络员": "contacts", "责任人": "responders", "学校": "schools",
    "工作人员": "staff", "县级": "county", "乡级": "town", "村级": "village", "组级": "group",
    "隐患点": "point", "儿童": "child", "成人": "adult", "老人": "old", "城镇": "urban",
    "农村": "rural", "是": "yes", "否": "no",
}  # fmt: skip
YES = {"yes": True, "y": True, "true": True, "1": True}
NO = {"": False, "no": False, "n": False, "false": False, "0": False}
LONGEST = 200
"""Characters of one field."""
CHILD, OLD = 15, 60
"""Years: under 15, and 60 and over, as China's census parts ages (0-14, 15-59, 60 and over)."""
MOST = 10_000_000
_FILL = str.maketrans("", "", " -()+\u00a0")


def column(name: str) -> str:
    """A column's English name; what is not known stays as it is.

    >>> column(" 需协助"), column("SMS"), column("shoe size")
    ('needs_help', 'sms', 'shoe size')
    """
    plain = name.strip()
    return CHINESE.get(plain, plain.lower())


def unknown(names: list[str]) -> list[str]:
    """Columns that mean nothing here."""
    return [n for n in names if n not in (*COLUMNS, *LEFT_ALONE, "") and not n.startswith("_")]


def entry(row: Mapping[str, Any], areas: Mapping[str, str]) -> Entry:
    """The entry of a row; Refused when something in it is wrong.

    row: English name of a column -> text. areas: id or code -> id, of all that are known.
    """
    said = {name: _text(name, value) for name, value in row.items()}
    sort = _one_of(said, "sort", SORTS, "person")
    stratum = _stratum(said)
    area = areas.get(_needed(said, "area"))
    if area is None:
        raise Refused("no_area", value=said["area"])
    name = said.get("id", "") if sort == "count" else _needed(said, "id")
    contacts = _contacts(said)
    if sort == "count" and contacts:
        raise Refused("counted")
    return Entry(
        name or f"{area} {stratum.word}",
        area,
        sort=sort,
        size=_size(said, sort),
        name=said.get("name", ""),
        audience=_one_of(said, "audience", AUDIENCES, "residents"),
        role=said.get("role", ""),
        rank=_one_of(said, "rank", RANKS, ""),
        deputy_of=said.get("deputy_of", ""),
        stratum=stratum,
        at=_point(said),
        enrolled=_yes(said, "enrolled"),
        contacts=contacts,
    )


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(str(value).split())
    if len(text) > LONGEST:
        raise Refused("too_long", column=name)
    if not text.isprintable():
        raise Refused("not_text", column=name)
    return text


def _needed(said: Mapping[str, str], name: str) -> str:
    if not said.get(name):
        raise Refused("missing", column=name)
    return said[name]


def _one_of(said: Mapping[str, str], name: str, known: tuple[Any, ...], default: str) -> Any:
    text = said.get(name, "")
    word = WORDS.get(text, text.lower()) or default
    if word not in known:
        raise Refused("one_of", column=name, known=", ".join(k for k in known if k))
    return word


def _yes(said: Mapping[str, str], name: str) -> bool:
    text = said.get(name, "")
    word = WORDS.get(text, text.lower())
    if word in YES or word in NO:
        return word in YES
    raise Refused("not_yes", column=name)


def _stratum(said: Mapping[str, str]) -> Stratum:
    flags = {name: _yes(said, name) for name in FLAGS}
    return Stratum(_age(said), _one_of(said, "where", WHERE, ""), **flags)


def _age(said: Mapping[str, str]) -> Any:
    text = said.get("age", "")
    if re.fullmatch(r"[0-9]{1,3}", text):
        years = int(text)
        return "child" if years < CHILD else "old" if years >= OLD else "adult"
    return _one_of(said, "age", AGES, "")


def _size(said: Mapping[str, str], sort: str) -> int:
    text = said.get("size", "")
    if sort == "device":
        return 0
    if not text and sort != "count":
        return 1
    if not re.fullmatch(r"[0-9]{1,8}", text) or not 0 < int(text) <= MOST:
        raise Refused("not_size")
    if sort == "person" and int(text) != 1:
        raise Refused("one_person")
    return int(text)


def _point(said: Mapping[str, str]) -> tuple[float, float] | None:
    given = said.get("lat", ""), said.get("lon", "")
    if given == ("", ""):
        return None
    if "" in given:
        raise Refused("half_point")
    try:
        lat, lon = map(float, given)
    except ValueError:
        raise Refused("not_degrees") from None
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise Refused("not_degrees")
    return lat, lon


def _contacts(said: Mapping[str, str]) -> tuple[Contact, ...]:
    day = _day(said)
    return tuple(
        Contact(kind, address(kind, one), day)
        for kind in KINDS
        for one in re.split(r"[;；]", said.get(kind, ""))
        if one.strip()
    )


def _day(said: Mapping[str, str]) -> int | None:
    text = said.get("confirmed", "")
    if not text:
        return None
    try:
        return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        raise Refused("not_date", column="confirmed") from None


def address(kind: Kind, text: str) -> str:
    """An address as it is kept; Refused, with what it was masked, when it cannot be one.

    >>> address("sms", "+86 199-0000-0001"), address("email", "duty@example.org")
    ('8619900000001', 'duty@example.org')
    """
    plain = text.strip()
    if kind in ("sms", "voice"):
        digits = plain.translate(_FILL)
        if not re.fullmatch(r"[0-9]{5,15}", digits):
            raise Refused("not_number", column=kind, value=mask(digits))
        return digits
    mail = plain.isascii() and re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", plain)
    if kind == "email" and not mail:
        raise Refused("not_email", column=kind)
    if kind == "speaker" and re.search(r"[\s#+/]", plain):
        raise Refused("not_speaker", column=kind)
    return plain
