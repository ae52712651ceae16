"""The English words of every fault and remark: code -> (what is wrong, what to do)."""

from __future__ import annotations

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
    # stations
    "no_profile": ("there is no profile '{name}'", "{choice}"),
    "profile_in_profile": ("a profile cannot use another", "write its keys out here"),
    "no_quantity_key": (
        "the sensor says nothing of what it measures",
        "add `quantity:` here or to its profile",
    ),
    "no_cadence": (
        "the sensor does not say how often it sends",
        "add `cadence: 5 min` here or to its profile",
    ),
    "no_quantity": ("'{name}' is not a quantity", "{choice}"),
    "silence": (
        "{silence} is shorter than the cadence of {cadence}",
        "write at least the cadence, better three of them",
    ),
    "quality_many": (
        "more than {neighbours} neighbours or {windows} times of maintenance",
        "keep the nearest neighbours, and drop times that are over",
    ),
    "quality_unused": (
        "readings of a forecast or derived sensor are not tested",
        "remove `quality:`, and test the sensors it is made from",
    ),
    "own_neighbour": ("'{name}' is the sensor itself", "name sensors of other stations"),
    "no_neighbour": ("no sensor is called '{name}'", "write `station/sensor`: {choice}"),
    "unlike_neighbour": (
        "'{name}' measures {theirs}: no weighted sum of it is {quantity}",
        "give weights to sensors of the same kind only",
    ),
    "counter_not_rain": ("only rain can be a running total, not {quantity}", "remove `counter:`"),
    "reset_at_unused": ("is given, but `reset:` is not daily", "add `reset: daily`, or remove it"),
    "range_order": ("{low} is not below {high}", "write the lower value first"),
    "datum_not_height": ("only a height has a datum, not {quantity}", "remove `datum:`"),
    "offsets_no_datum": ("offsets start from this sensor's own datum", "add `datum:` beside them"),
    "station_twice": ("there is another station '{name}'", "give each station its own id"),
    "device_twice": (
        "device '{name}' already belongs to station '{other}'",
        "a device speaks for one station only: correct one of them",
    ),
    "device_is_station": (
        "device '{name}' is the id of another station",
        "correct the device, or rename that station",
    ),
    "sensor_twice": ("another sensor here is called '{name}'", "give one of them its own `name:`"),
    "element_twice": (
        "another sensor here reads the element '{name}'",
        "give each its own `element:`, as the messages name it",
    ),
    "csv_header": ("the first line has no column 'id'", "begin with: {columns}"),
    "csv_column": ("'{name}' is not a column", "{choice}"),
    "csv_cells": ("the line has more values than there are columns", "put texts with , in quotes"),
    # areas
    "area_twice": ("there is another area '{name}'", "give each area its own id"),
    "no_station": ("there is no station '{name}'", "{choice}"),
    "no_area": ("there is no area '{name}'", "{choice}"),
    "no_shape": ("has neither a polygon nor a circle", "draw one: `polygon:` or `circle:`"),
    "two_shapes": ("has a polygon and a circle", "keep one of them"),
    "few_corners": ("has fewer than three different corners", "add the missing corners"),
    "flat": ("all corners lie on one line", "correct the corners"),
    "crossing": (
        "the line from corner {first} crosses the line from corner {second}",
        "list the corners in order around the area",
    ),
    "area_circle": (
        "lies inside itself: {chain}",
        "let the outermost of them have no `parent:`",
    ),
    # derived series
    "no_sensor": ("there is no sensor '{name}'", "{choice}"),
    "derived_beside": (
        "a derived series is not received: `{key}:` means nothing here",
        "remove it here and from its profile",
    ),
    "derived_key": (
        "'{method}' does not use `{key}`",
        "remove it, or correct `method:` or `weights:`",
    ),
    "derived_forecast": (
        "{name} is a forecast",
        "a derived series is made of measured ones: name one of them",
    ),
    "derived_quantity": (
        "{name} measures {quantity}: '{method}' cannot make {own} of it",
        "name a sensor that fits, or use another method",
    ),
    "derived_datum": (
        "{name} counts from '{other}', this series from '{own}'",
        "a mean needs one datum: take other inputs, or shift it first by `method: linear`, `plus:`",
    ),
    "derived_cadence": (
        "{cadence} is shorter than the {other} of {name}",
        "rain is summed in whole steps: write `cadence: {other}` or longer",
    ),
    "derived_circle": ("is made of itself: {chain}", "take one of them out of `of:`"),
    "derived_deep": (
        "more than {limit} derived series stand behind one another",
        "make it of received sensors directly",
    ),
    "derived_one": ("'{method}' takes one input, not {count}", "keep one of them"),
    "derived_not_rain": (
        "'since' sums rain, not {quantity}",
        "write `quantity: rain`, or use another method",
    ),
    "derived_not_rate": ("{quantity} is not a rate", "{choice}"),
    "derived_slots": (
        "would keep {slots} values of each input; {limit} is the most",
        "write a longer `cadence:`, or shorter `lag:`, `age:`, `wait:`, `over:`",
    ),
    "derived_weights": (
        "the weights sum to {sum}",
        "a mean needs weights that sum to more than 0",
    ),
    "derived_nowhere": (
        "nobody knows where station '{name}' is, which '{weights}' goes by",
        "add `at: [latitude, longitude]` to the station",
    ),
    "derived_area": (
        "'{weights}' needs an area with a polygon",
        "name one: `area: ID`; a circle does not do",
    ),
    # rules and thresholds
    "rule_twice": ("there is another rule '{name}'", "give each rule its own id"),
    "no_detector": ("there is no detector '{name}'", "{choice}"),
    "not_judged": ("{detector} cannot judge {quantity}", "{choice}"),
    "watches_nothing": (
        "watches nothing: no station of its areas measures {quantity}",
        "add such a sensor, list its station in an area, or correct `quantity:` or `areas:`",
    ),
    "watches_no_forecast": (
        "watches nothing: no station of its areas has a forecast of {quantity}",
        "mark such a sensor with `forecast: true`, or remove the rule's `forecast:`",
    ),
    "area_unwatched": (
        "no station of area '{name}' measures {quantity}",
        "add a station to the area, or take the area out of this rule",
    ),
    "no_thresholds": (
        "rule '{rule}' has no thresholds for {sensor}",
        "add `thresholds: {{{rule}: NAME}}` here, or `thresholds:` to the rule",
    ),
    "no_set": ("there is no threshold set '{name}'", "{choice}"),
    "no_rule": ("there is no rule '{name}'", "{choice}"),
    "rule_other_quantity": (
        "rule '{rule}' judges {judged}, this sensor measures {quantity}",
        "name a rule for {quantity}, or remove it",
    ),
    "set_no_datum": (
        "does not say from which zero its heights are counted (used for {sensor})",
        "add `datum:`, the same name as the sensor's",
    ),
    "sensor_no_datum": (
        "does not say from which zero {sensor} counts its heights",
        "add `datum:` here or to its profile, the same name as in '{set}'",
    ),
    "datum_differs": (
        "{sensor} counts from '{own}', its thresholds '{set}' from '{other}'",
        'use one datum, or add `offsets: {{"{other}": HEIGHT}}`: zero of {own} above {other}',
    ),
    "levels_refused": ("{detail}", "see the page of {detector} in docs/ for how levels look"),
    "wants_value": (
        "{detector} wants one value for each level",
        "write the value with its unit, like '{example}'",
    ),
    "wants_windows": (
        "{detector} wants windows and sums for each level",
        "write both with their unit, like {example}",
    ),
    "not_rising": (
        "{value} is not more than the {lower} of {word}",
        "each level must be higher than the one before it: blue, yellow, orange, red",
    ),
    "beyond_range": (
        "{value} can never be reached: {sensor} refuses or doubts values above {limit}",
        "raise the sensor's `range:`, or lower the threshold",
    ),
    "option_refused": ("{detail}", "see the page of {detector} in docs/ for its options"),
    "sensors_none": ("no sensor of {quantity} in its areas is called '{name}'", "{choice}"),
    "no_port": ("is not an input of {detector}", "{choice}"),
    "no_ports": ("is not an input of {detector}", "remove it: {detector} takes no further inputs"),
    "port_empty": (
        "{detector} needs '{port}' beside {sensor}, and nothing stands there",
        "add a {quantity} sensor to its station, or name one: `inputs: {{{port}: STATION/NAME}}`",
    ),
    "port_quantity": ("{name} measures {quantity}, which '{port}' does not take", "{choice}"),
    "port_forecast": ("{name} is measured, and '{port}' takes forecasts", "name a forecast"),
    "port_measured": (
        "{name} is a forecast, and '{port}' takes measured values",
        "name a sensor that measures",
    ),
    "votes_many": (
        "{count} stations are asked for, and no area of the rule has more than {most}",
        "write {most} or less, or add stations",
    ),
    # chains
    "chain_twice": ("there is another chain '{name}'", "give each chain its own id"),
    "one_of_two": ("needs either `{one}:` or `{other}:`", "write exactly one of them"),
    "chain_always": (
        "would act always",
        "say when it acts: `when:`, or for how long: `valid: {{from: DATE, to: DATE}}`",
    ),
    "chain_warns_always": (
        "warns of something, and nothing says when",
        "add `when:` with the assessment that it follows from",
    ),
    "chain_nowhere": (
        "acts nowhere: its rules judge nothing in any area",
        "correct `lower:`, or give the rules something to judge",
    ),
    "chain_without_area": (
        "acts nowhere: no rule assesses what it asks for",
        "name the areas it warns: `areas: [ID]`",
    ),
    "chain_no_rule_here": (
        "none of the rules that it lowers judges anything in area '{name}'",
        "take the area out, or name a rule that judges there",
    ),
    "chain_unasked": (
        "nothing assesses {hazard} in area '{name}'",
        "add such a rule or chain, or name the area where it is assessed: `area: ID`",
    ),
    "chain_circle": ("acts on itself: {chain}", "take one of these chains out"),
    "by_shape": (
        "the thresholds of {detector} (rule '{rule}') cannot be multiplied",
        "write `thresholds:` with a set of its own in place of `by:`",
    ),
    "by_height": (
        "{quantity} (rule '{rule}') counts from a datum: a part of a height is no lower threshold",
        "write `thresholds:` with a set of its own in place of `by:`",
    ),
    # policies and channels
    "no_channel": ("there is no channel '{name}'", "{choice}"),
    "push_alone": (
        "'{name}' pushes to a page that would not show the warning",
        "name a channel of kind app beside it",
    ),
    # authority and approval
    "digest": (
        "is no digest of a token",
        "paste what `tongluo operator NAME` prints; the token itself never stands here",
    ),
    "approve_missing": (
        "{level} must be approved, and nothing says by whom",
        "add an `approve:` block with `who:`",
    ),
    "no_person": ("'{name}' is no operator, and nobody holds such a role", "{choice}"),
    "few_approvers": (
        "needs {needed} operator(s) with a token who may approve; there are {count}",
        "name more of them, or give them a `digest` and a role",
    ),
    "silence_order": (
        "a warning would go out on nobody's authority",
        "name the written order that allows it in `order:`, or write `hold`",
    ),
    "silence_authority": (
        "only {to} may issue this: silence cannot",
        "write `on_silence: hold`",
    ),
    "ladder_order": (
        "{after} is before the step above it ({before})",
        "put the steps in the order in which they are taken",
    ),
    "authority_to": (
        "this site may only {authority}, and who issues is not said",
        "name the authority in `to:`",
    ),
    "relay_from": (
        "would relay nobody's warnings",
        "name the CAP senders whose warnings are relayed in `from:`",
    ),
    "relay_nowhere": ("a relayed warning would go nowhere", "name a channel"),
    "from_idle": (
        "this site issues these warnings itself: nobody's are taken in their place",
        "leave it out, or write `authority: relay` or `propose`",
    ),
    "from_self": ("is this site itself", "name the agency whose warnings are meant"),
    "from_id": (
        "'{name}' is no CAP sender: it has no space, comma, < or &",
        "write it as it stands in `<sender>` of the agency's messages",
    ),
    "quiet_high": (
        "{level} is never held: orange and red concern life",
        "write `up_to: yellow` or `blue`",
    ),
    "quiet_empty": ("begins and ends at the same time", "write two different times of day"),
    "nowhere": ("a warning would go nowhere", "name a channel, or write `issue: never`"),
    "renew": (
        "{renew} is not shorter than the validity of {validity}",
        "a warning must be renewed before it expires",
    ),
    "policy_unused": (
        "is never used: the policies above it take all its hazards",
        "put it above them, or remove it",
    ),
    "no_policy": (
        "no policy says what happens to {hazard} warnings",
        "add a policy for it; `issue: never` keeps them inside",
    ),
    "never_issued": (
        "nobody is warned of {hazard}: it only serves `chains`",
        "take it out of this policy",
    ),
    "message_empty": ("says nothing", "write `zh:` or `en:`, or both"),
    "template_place": ("does not name the place", "put in {{news}} or {{place}}"),
    "template_action": ("does not say what to do", "put in {{action}}"),
    "template_field": ("has a name in braces that there is not", "use one of: {fields}"),
    "template_braces": ("cannot be read", "write names alone in braces, like {{place}}"),
    "message_long": (
        "place and what to do do not fit into {parts} parts of '{name}' (area '{area}')",
        "shorten the template, or allow more `parts:` there",
    ),
    "levels_of_all_clear": (
        "the end of a warning has no level",
        "take `levels:` out, or `all_clear:`",
    ),
    "list_of_itself": ("is the list itself", "take it out"),
    "selects_nothing": ("selects by what the area does not have", "add `{key}:`, or take it out"),
    "no_kind": ("there is no kind of channel '{name}'", "{choice}"),
    # remarks
    "not_in_force": ("is not in force today ({start} to {end})", "put newer thresholds beside it"),
    "unwatched": ("no station speaks for this area", "list stations here or in an area inside it"),
    "station_alone": ("'{name}' belongs to no area", "list it in an area, or it warns nobody"),
    "station_bare": ("has no sensors", "add `profiles:` or `sensors:`"),
    "unused": ("is not used", "remove it when it is not needed"),
    "more_people": ("more people than in '{parent}' around it", "count all residents in both"),
}
