"""The English words of faults in stations, areas and derived series."""

from __future__ import annotations

EN_STATIONS: dict[str, tuple[str, str]] = {
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
    "list_of_itself": ("is the list itself", "take it out"),
    "selects_nothing": ("selects by what the area does not have", "add `{key}:`, or take it out"),
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
}
