"""The English words of every fault and remark: code -> (what is wrong, what to do)."""

from __future__ import annotations

from tongluo.config.texts_en_rules import EN_RULES
from tongluo.config.texts_en_stations import EN_STATIONS
from tongluo.config.texts_en_warning import EN_WARNING

_PAIR = "write [latitude, longitude], like [23.1, 113.3]"
_KIND = "correct it as the reason says; its page in docs/ shows an example"

EN: dict[str, tuple[str, str]] = {
    # the text of the file
    "unreadable": ("cannot be read: {detail}", "check the path and its permissions"),
    "list_unreadable": (
        "'{name}' cannot be read: {detail}",
        "it is looked for beside this file: correct the name or put it there",
    ),
    "not_utf8": ("is not UTF-8 text (byte {byte})", "save it as UTF-8"),
    "csv_not_utf8": (
        "is not UTF-8 text (byte {byte})",
        "save it again as 'CSV UTF-8 (comma delimited)'",
    ),
    "empty_file": ("the file holds no keys", "start with `site:`"),
    "tab": ("the line is indented with a tab", "use spaces: two for each step"),
    "full_width": ("holds the Chinese sign '{sign}'", "write the plain '{plain}' and a space"),
    "second_colon": (
        "a second ': ' or a wrong indentation",
        "put a text that holds ': ' in quotes, and begin keys of one block in one column",
    ),
    "no_colon": ("no ': ' after the key", "write `key: value`, with a space after the colon"),
    "indentation": (
        "the indentation fits no block above it",
        "begin all keys of one block in the same column",
    ),
    "bracket": (
        "a bracket opened here is not closed",
        "close it, and put a comma between the items",
    ),
    "quote": ("a quote opened here is not closed", "close it with the same quote"),
    "escape": (
        "a backslash in double quotes begins a sign that does not exist",
        "put the text in single quotes, or write the backslash twice",
    ),
    "sign": (
        "a sign stands here that means something else in YAML",
        "put the text in quotes: one that holds or begins with % @ ` * & ! | > ? - {{ [ ] }}",
    ),
    "alias": (
        "`*{name}` names nothing above it",
        "mark the block it means with `&{name}`, or put the text in quotes",
    ),
    "two_documents": ("a second document begins with `---`", "keep one document in a file"),
    "control": ("holds a character that is no text", "delete it and write the line again"),
    "not_yaml": ("is not YAML: {detail}", "check indentation, colons, brackets and quotes"),
    "duplicate": (
        "stands twice in this block (first in line {first})",
        "keep one of them, or join them",
    ),
    "odd_key": ("a key must be one plain word", "put it in quotes if it holds braces or brackets"),
    "odd_tag": ("`{tag}` is not used here", "remove it, or put the text in quotes"),
    "round": ("holds itself", "remove the `*` that refers to its own block"),
    "too_deep": ("blocks lie too deep inside each other", "close the brackets"),
    # one value
    "missing": ("is missing", "add `{key}: ...` to this block"),
    "unknown_key": ("is not a key that can stand here", "{choice}"),
    "empty": ("is empty", "write a value, or remove the key"),
    "not_text": ("{value} is read as a number or true/false", 'put it in quotes: "{value}"'),
    "braces": ("braces without quotes begin a block of keys", "put the text in quotes"),
    "not_one_text": ("is {kind} where one text belongs", "write one text"),
    "name": (
        "'{value}' cannot be a name here",
        "use a-z, digits, '_', '-' or '.', no spaces, at most 64",
    ),
    "chinese_comma": (
        "'{value}' holds a Chinese comma",
        "put the plain ',' and a space between names: [a, b]",
    ),
    "sender_id": (
        "'{value}' cannot stand as a sender in CAP",
        "write it without space, comma, < and &, like warning@county.example",
    ),
    "hour": ("'{value}' is not a time of day", "write hours and minutes, like 08:00"),
    "one_of": ("'{value}' is not one of the words that can stand here", "{choice}"),
    "not_number": ("'{value}' is not a number", "write the number alone, without a unit"),
    "not_whole": ("'{value}' is not a whole number", "write digits only, without a unit"),
    "at_least": ("{value} is too small", "write {limit} or more"),
    "more_than": ("{value} is too small", "write more than {limit}"),
    "at_most": ("{value} is too large", "write {limit} or less"),
    "less_than": ("{value} is too large", "write less than {limit}"),
    "too_many": ("has more than {limit} items", "keep at most {limit}"),
    "latitude": ("{value} is not a latitude (-90 to 90)", _PAIR),
    "longitude": ("{value} is not a longitude (-180 to 180)", _PAIR),
    "point": ("is not a position of two numbers", _PAIR),
    "pair": ("needs two values", 'write [lowest, highest], like ["0 mm", "60 mm"]'),
    "not_list": ("is not a list", "put it in brackets: [...], or write one '- ' line for each"),
    "not_block": ("is not a block of keys", "write one `key: value` a line, indented below it"),
    "not_bool": ("'{value}' is neither true nor false", "write true or false"),
    "time_without_offset": (
        "the time has no offset from UTC",
        "add it, like 2026-07-01T08:00:00+08:00",
    ),
    "not_time": ("'{value}' is not a time", "write for example 2026-07-01T08:00:00+08:00"),
    "not_date": ("'{value}' is not a date", "write for example 2026-07-01"),
    "refused": ("cannot be used: {detail}", _KIND),
    "no_unit": ("{value} has no unit", "write a length of time, like '{value} min'"),
    "not_duration": (
        "'{value}' is not a length of time",
        "write a number and ms, s, min, h or d, like '5 min'",
    ),
    "long_duration": ("'{value}' is more than a hundred years", "write a shorter time"),
    "measure_no_unit": ("{value} has no unit", "write the unit too, like '{value} {unit}'"),
    "measure_bare": ("{value} has no unit", "write the unit too, like '50 mm' or '3.2 m'"),
    "not_measure": ("'{value}' is not a value with a unit", "write for example '50 {unit}'"),
    "bad_unit": ("'{unit}' is not a unit of {quantity}", "{choice}"),
    "negative": ("{value} is below zero", "write zero or more"),
    "not_positive": ("{value} is not more than zero", "write more than zero"),
    "zero_duration": ("must be longer than zero", "write for example '1 min'"),
    "secret_in_file": (
        "a secret must not stand in the file",
        "write {{env: NAME}} or {{file: /full/path}}, and keep the secret there",
    ),
    "one_secret": (
        "names the secret's place not exactly once",
        "write either {{env: NAME}} or {{file: /full/path}}",
    ),
    "secret_in_url": (
        "holds a user or password, which must not stand here",
        "write `username:` and `password: {{env: NAME}}` instead",
    ),
    "broker_url": (
        "'{value}' is not the address of a broker",
        "write mqtt://host:1883, or mqtts://host:8883 for TLS",
    ),
    "cap_tolerance": ("'{value}' is no tolerance", "write a length up to 10000 m, like 25 m"),
    "cap_china": (
        "`identifier: china` and the block `china:` go together",
        "write both (china: {{area: '441900', agency: '416'}}), or neither",
    ),
    "rate": ("'{value}' is no rate", "write it like 300/min or 20/s (s, min, h, d)"),
    "web_url": ("'{value}' is not a web address", "write http://host:8086 or https://host"),
    "console_listen": (
        "'{value}' is no place to listen on",
        "write host:port, like 127.0.0.1:8480 (behind a proxy) or 0.0.0.0:8480",
    ),
    "hours_24": ("has {count} factors", "write 24, one an hour from midnight on"),
    "console_url": (
        "'{value}' is not how people reach the page",
        "write https://warn.example.org, with no name or password in it",
    ),
    "from_after_to": ("`from` {start} is later than `to` {end}", "exchange the two dates"),
    # site, broker, time
    "timezone": ("'{value}' is not a time zone", "{choice}"),
    "said_twice": ("'{name}' is in this list twice", "keep it once"),
    "relative_path": ("'{value}' is not a full path", "begin it with /"),
    "needs": ("works only together with `{key}`", "add `{key}:`"),
    "keepalive": ("is longer than MQTT can say", "write 18 h or less"),
    # sources
    "topic_one": ("{value} is many topics", "write one topic, without + and #"),
    "topic_hash": ("'#' stands before the end of the topic", "end the topic with /#"),
    "topic_level": (
        "'{level}' is not a whole part of the topic",
        "{{station}}, {{quantity}}, + and # stand alone between slashes",
    ),
    "topic_twice": ("{name} stands twice in the topic", "write it once, and + elsewhere"),
    "topic_covered": (
        "no message comes here: '{other}' takes them all before",
        "put this source above it, or remove one",
    ),
    "no_codec": ("there is no codec '{name}'", "{choice}"),
    "codec_refused": ("{detail}", "see docs/codecs.md for its options"),
    "expression": (
        "'{value}' is not a whole JMESPath expression",
        "see docs/codecs.md and try it at jmespath.org",
    ),
    "no_option": ("is not an option of {name}", "{choice}"),
    "no_options": ("is not an option of {name}", "remove it: {name} takes no options"),
    **EN_STATIONS,
    **EN_RULES,
    **EN_WARNING,
    # remarks
    "not_in_force": ("is not in force today ({start} to {end})", "put newer thresholds beside it"),
    "unwatched": ("no station speaks for this area", "list stations here or in an area inside it"),
    "station_alone": ("'{name}' belongs to no area", "list it in an area, or it warns nobody"),
    "station_bare": ("has no sensors", "add `profiles:` or `sensors:`"),
    "unused": ("is not used", "remove it when it is not needed"),
    "more_people": ("more people than in '{parent}' around it", "count all residents in both"),
    "no_staff": (
        "'{name}' has no list of staff: a call to {people} reaches nobody",
        "give the channel `staff:`, a line for each person",
    ),
}
