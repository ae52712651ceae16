"""The English words of faults in rules, thresholds and chains."""

from __future__ import annotations

EN_RULES: dict[str, tuple[str, str]] = {
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
}
