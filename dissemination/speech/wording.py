"""A written text as words to be spoken: numbers, units, times, dates and signs, zh and en.

What is left has nothing that a voice must guess at: in Chinese only characters and `，。`, in
English only words and `,.` (and names that have no English form).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from dissemination.speech.numerals import digits, number, ordinal

HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff〇"
_UNITS = {  # as written: (Chinese, English, its plural)
    "mm": ("毫米", "millimetre", "millimetres"),
    "cm": ("厘米", "centimetre", "centimetres"),
    "km": ("千米", "kilometre", "kilometres"),
    "m3": ("立方米", "cubic metre", "cubic metres"),
    "m2": ("平方米", "square metre", "square metres"),
    "m": ("米", "metre", "metres"),
    "ft": ("英尺", "foot", "feet"),
    "in": ("英寸", "inch", "inches"),
    "L": ("升", "litre", "litres"),
    "min": ("分钟", "minute", "minutes"),
    "h": ("小时", "hour", "hours"),
    "d": ("天", "day", "days"),
    "s2": ("二次方秒", "second squared", "seconds squared"),
    "s": ("秒", "second", "seconds"),
    "hPa": ("百帕", "hectopascal", "hectopascals"),
    "kPa": ("千帕", "kilopascal", "kilopascals"),
    "ppm": ("百万分之一", "part per million", "parts per million"),
    "ug": ("微克", "microgram", "micrograms"),
    "mg": ("毫克", "milligram", "milligrams"),
    "g": ("克", "gram", "grams"),
    "V": ("伏", "volt", "volts"),
    "°C": ("摄氏度", "degree Celsius", "degrees Celsius"),
    "Cel": ("摄氏度", "degree Celsius", "degrees Celsius"),
    "°": ("度", "degree", "degrees"),
    "deg": ("度", "degree", "degrees"),
}
_SIGNS = {
    ">=": ("不低于", " at least "), "≥": ("不低于", " at least "), "<=": ("不高于", " at most "),
    "≤": ("不高于", " at most "), ">": ("高于", " above "), "<": ("低于", " below "),
    "=": ("为", " is "), "±": ("正负", " plus or minus "), "×": ("乘", " times "),
    "&": ("和", " and "), "+": ("加", " plus "), "%": ("百分", " per cent "),
}  # fmt: skip
_LETTERS = (
    "A诶 B必 C西 D第 E衣 F艾弗 G吉 H艾尺 I爱 J杰 K开 L艾勒 M艾姆 N恩 O欧 P匹 Q丘 R阿 S艾斯 T踢 U优 "
    "V维 W大不留 X艾克斯 Y歪 Z泽"
)
_LETTER = {said[0]: said[1:] for said in _LETTERS.split()}
_MONTHS = (  # noqa: SIM905 - quotes around each would hide them
    "January February March April May June July August September October November December"
).split()

_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER = r"\d+(?:\.\d+)?"
_TOKEN = re.compile(
    rf"""(?P<date>(?<!\d)\d{{4}}-\d{{2}}-\d{{2}}(?!\d))
      (?:[T\ ](?P<at>\d{{2}}:\d{{2}})(?::\d{{2}}(?:\.\d+)?)?(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?)?
    | (?P<clock>(?<![\d:])\d{{1,2}}:\d{{2}}(?![\d:]))
    | (?P<tel>(?<!\d)0\d{{2,3}}-\d{{7,8}}(?!\d)
             |(?<![\d.])\d{{7,}}(?!\d|\.\d|\ ?(?:{_UNIT})\b|%|[人户米毫厘千万元]))
    | (?:(?P<call>电话|热线|拨打|call\ |dial\ |phone\ )(?P<short>\d{{3,6}})(?!\d|\.\d))
    | (?P<road>(?<=[A-Za-z])\d{{3,}}(?![\d.]))
    | (?P<year>(?<!\d)\d{{4}}(?=年))
    | (?P<nth>(?<!\d)\d{{1,2}})(?:st|nd|rd|th)\b
    | (?P<range>(?<=\d)\ ?[-–—~～至]\ ?(?=\d))
    | (?P<sign>(?<![\w)])-(?=\d))
    | (?P<value>{_NUMBER})(?:\ ?(?P<percent>%)|\ ?(?P<unit>{_UNIT})(?:/(?P<per>{_UNIT}))?(?![\w]))?
    | (?P<mark>>=|<=|[≥≤><=±×&+%])""",
    re.VERBOSE | re.ASCII,
)
_ROMAN = {"I": "one", "II": "two", "III": "three", "IV": "four", "V": "five"}
_COUNTED = re.compile("小时|分钟|毫米|[天个次项方处人户台条米层道]")


def words(text: str, tongue: str) -> str:
    """The text in words. tongue: "zh" or "en".

    >>> words("3 h累计降雨56.4 mm（阈值50毫米），2026-07-01 08:05", "zh")
    '三小时累计降雨五十六点四毫米，阈值五十毫米，二零二六年七月一日八点零五分'
    >>> words("56.4 mm in 3 h (threshold 50 mm), flow 1 m³/s", "en")
    'fifty-six point four millimetres in three hours, threshold fifty millimetres, flow one cubic \
metre per second'
    >>> words("G325国道K12旁2号点2处", "zh")
    '吉三二五国道开十二旁二号点两处'
    """
    text = re.sub("[Ⅰ-Ⅿ]", lambda m: str(int(unicodedata.numeric(m[0]))), text)
    text = re.sub(r"(?<=\d)[,，](?=\d{3}(?!\d))", "", unicodedata.normalize("NFKC", text))
    if tongue == "en":
        text = re.sub(r"\b[Nn]o\.\s?(?=\d)", "number ", text)
        text = re.sub(r"(?<=\blevel )(IV|V|I{1,3})\b", lambda m: _ROMAN[m[1]], text)
    text = re.sub(_TOKEN, lambda m: _said(m, tongue), text)
    return _only_zh(text) if tongue == "zh" else _only_en(text)


def _said(m: re.Match[str], tongue: str) -> str:
    """One token in words; in English set off by spaces where it needs them."""
    kind = next(name for name in _SAY if m[name] is not None)
    said = _SAY[kind](m, tongue)
    # "10x" of an English text would grow together with what stands beside it
    return f" {said} " if tongue == "en" and kind != "nth" else said


def _date(m: re.Match[str], tongue: str) -> str:
    year, month, day = (int(part) for part in m["date"].split("-"))
    hour = _clock(m["at"], tongue) if m["at"] else ""
    utc = m["zone"] in ("Z", "+00:00", "-00:00")
    if tongue == "zh":
        said = f"{digits(m['date'][:4], 'zh')}年{number(str(month), 'zh')}月"
        return f"{said}{number(str(day), 'zh')}日{'世界时' if utc else ''}{hour}"
    if not 1 <= month <= 12 or not day:
        return digits(m["date"].replace("-", ""), "en")
    first, last = f"{year:04}"[:2], f"{year:04}"[2:]
    years = number(str(year), "en") if last < "10" else f"{_en(first)} {_en(last)}"
    said = f"{_MONTHS[month - 1]} {ordinal(day)} {years}"
    return f"{said}{f' at {hour}' if hour else ''}{' universal time' if utc else ''}"


def _en(text: str) -> str:
    return number(str(int(text)), "en")


def _clock(text: str, tongue: str) -> str:
    hour, minute = (int(part) for part in text.split(":"))
    zero = 0 < minute < 10
    if tongue == "zh":
        said = f"{'两' if hour == 2 else number(str(hour), 'zh')}点"
        return said + (f"{'零' if zero else ''}{number(str(minute), 'zh')}分" if minute else "")
    said = number(str(hour % 12 or 12), "en")
    said += (" oh" if zero else "") + (f" {number(str(minute), 'en')}" if minute else " o'clock")
    part = "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
    return f"{said} in the {part}"


def _value(m: re.Match[str], tongue: str) -> str:
    text, unit, per = m["value"], m["unit"], m["per"]
    said = number(text, tongue)
    if m["percent"]:
        return f"百分之{said}" if tongue == "zh" else f"{said} per cent"
    if tongue == "zh":
        counted = unit or _COUNTED.match(m.string, m.end())
        said = "两" if text == "2" and counted else said
        return said + (_UNITS[unit][0] if unit else "") + (f"每{_UNITS[per][0]}" if per else "")
    one = text == "1"
    said += f" {_UNITS[unit][1 if one else 2]}" if unit else ""
    return said + (f" per {_UNITS[per][1]}" if per else "")


def _telephone(text: str, tongue: str) -> str:
    return digits(re.sub(r"\D", "", text), tongue, telephone=True)


_SAY: dict[str, Callable[[re.Match[str], str], str]] = {
    "date": _date,
    "clock": lambda m, tongue: _clock(m["clock"], tongue),
    "tel": lambda m, tongue: _telephone(m["tel"], tongue),
    "short": lambda m, tongue: m["call"] + _telephone(m["short"], tongue),
    "road": lambda m, tongue: digits(m["road"], tongue),
    "year": lambda m, tongue: digits(m["year"], tongue),
    "nth": lambda m, tongue: number(m["nth"], "zh") if tongue == "zh" else ordinal(int(m["nth"])),
    "range": lambda m, tongue: {"zh": "到", "en": "to"}[tongue],
    "sign": lambda m, tongue: {"zh": "负", "en": "minus"}[tongue],
    "value": _value,
    "mark": lambda m, tongue: _SIGNS[m["mark"]][0 if tongue == "zh" else 1],
}


def _only_zh(text: str) -> str:
    text = re.sub("[A-Za-z]", lambda m: _LETTER[m[0].upper()], text)
    text = re.sub(r"[。!?;:！？；：]+", "。", text)
    text = re.sub(r"(?<=[A-Za-z])\.|\s+", "", text)
    text = re.sub(f"[^{HAN}。]+", "，", text)
    text = re.sub("，*。[，。]*", "。", text)
    return re.sub("，+", "，", text).lstrip("，。").removesuffix("，")


def _only_en(text: str) -> str:
    text = re.sub(r"[.!?;:。]+(?=\s|$)", ". ", text)
    text = re.sub(rf"[^A-Za-z'.\s{HAN}-]+", ", ", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?:\s*[,.])*\s*\.[\s,.]*", ". ", text)
    return re.sub(r"\s*,[\s,]*", ", ", text).strip(" ,-")
