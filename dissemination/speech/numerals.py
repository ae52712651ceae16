"""Numbers as words, Chinese and English.

The packages that do this (num2words, cn2an) read neither a clock nor a telephone number and would
be a dependency for these few lines.
"""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
_ONES = (  # noqa: SIM905 - quotes around each would hide them
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905 - as above
_GROUPS = ("", " thousand", " million", " billion")
_ORDINAL = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
LONGEST = 12
"""Digits of a whole number that is still said as one; longer ones are said digit by digit."""


def digits(text: str, tongue: str, telephone: bool = False) -> str:
    """Digit by digit; in a Chinese telephone number one is yao.

    >>> digits("119", "zh", telephone=True), digits("2026", "zh"), digits("110", "en")
    ('幺幺九', '二零二六', 'one one zero')
    """
    if tongue == "en":
        return " ".join(_ONES[int(d)] for d in text)
    said = "".join(DIGITS[int(d)] for d in text)
    return said.replace("一", "幺") if telephone else said


def number(text: str, tongue: str) -> str:
    """A number as written (sign, digits, decimal point), as words.

    >>> number("-3.05", "zh"), number("56.40", "en"), number("10200", "zh")
    ('负三点零五', 'fifty-six point four zero', '一万零二百')
    """
    sign, text = text.startswith("-"), text.lstrip("+-")
    whole, _, part = text.partition(".")
    if len(whole) > LONGEST or (len(whole) > 1 and whole.startswith("0")):
        said = digits(whole, tongue)
    else:
        said = (_zh if tongue == "zh" else _en)(int(whole or "0"))
    if part:
        said += {"zh": "点", "en": " point "}[tongue] + digits(part, tongue)
    return ({"zh": "负", "en": "minus "}[tongue] if sign else "") + said


def ordinal(n: int) -> str:
    """1 to 99 in English order.

    >>> ordinal(1), ordinal(22), ordinal(30)
    ('first', 'twenty-second', 'thirtieth')
    """
    head, dash, last = _en(n).rpartition("-")
    last = _ORDINAL.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return head + dash + last


def _zh(n: int) -> str:
    """Whole number, 0 to 10^12 - 1.

    >>> [_zh(n) for n in (0, 10, 15, 110, 2002, 100000, 100010000)]
    ['零', '十', '十五', '一百一十', '二千零二', '十万', '一亿零一万']
    """
    said, rest = "", n
    for size, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part, rest = divmod(rest, size)
        if part:
            gap = "零" if said and part < 1000 else ""
            said += gap + _zh_part(part) + name
    said = said or "零"
    return said[1:] if said.startswith("一十") else said


def _zh_part(n: int) -> str:
    """1 to 9999."""
    said, gap = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, size)
        if digit:
            said += ("零" if gap and said else "") + DIGITS[digit] + name
        gap = not digit
    return said


def _en(n: int) -> str:
    """Whole number, 0 to 10^12 - 1.

    >>> [_en(n) for n in (0, 13, 45, 310, 1001)]
    ['zero', 'thirteen', 'forty-five', 'three hundred and ten', 'one thousand one']
    """
    parts, group = list[str](), 0
    while n:
        n, part = divmod(n, 1000)
        if part:
            parts.append(_en_part(part) + _GROUPS[group])
        group += 1
    return " ".join(reversed(parts)) or _ONES[0]


def _en_part(n: int) -> str:
    """1 to 999."""
    hundreds, rest = divmod(n, 100)
    said = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        said.append(_TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest:
        said.append(_ONES[rest])
    return " and ".join(said)
