"""What one block of the file says about another: all cross-checks, in one place."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from detectors import DETECTORS
from tongluo.config.faults import Fault, Path
from tongluo.config.models import AreaIn, Config, RuleIn, Thresholds
from tongluo.config.sensors import SensorSpec, declared, spec
from tongluo.config.tables import build_channel, build_codec
from tongluo.core.ports import Sensor
from tongluo.core.units import QUANTITIES

LEVEL_KINDS = ("height",)


def check(config: Config) -> list[Fault]:
    """Every fault between blocks, in the order of the file."""
    found = [*_site(config), *_sources(config)]
    sensors = list(_sensors(config, found))
    found += [*_stations(config), *_areas(config), *_thresholds(config)]
    found += [f for n, rule in enumerate(config.rules) for f in _rule(config, n, rule, sensors)]
    return [*found, *_policies(config), *_channels(config)]


def _site(config: Config) -> Iterator[Fault]:
    if config.site.timezone not in available_timezones():
        yield Fault(
            ("site", "timezone"),
            f"{config.site.timezone!r} is not a time zone",
            "write a name like Asia/Shanghai",
        )
    if config.time.tick <= 0:
        yield Fault(("time", "tick"), "must be longer than 0", "write for example '1 min'")
    for path in ("ca_file", "cert_file", "key_file"):
        file = getattr(config.broker, path)
        if file is not None and not file.is_absolute():
            yield Fault(("broker", path), f"{file} is a relative path", "write the full path")
    if config.broker.cert_file and not config.broker.key_file:
        yield Fault(("broker", "cert_file"), "has no key_file beside it", "add `key_file:`")


def _sources(config: Config) -> Iterator[Fault]:
    for n, source in enumerate(config.sources):
        where: Path = ("sources", n)
        levels = source.topic.split("/")
        if "#" in source.topic and (levels[-1] != "#" or source.topic.count("#") > 1):
            yield Fault(
                (*where, "topic"), "'#' may only be the last level", "end the topic with /#"
            )
        for level in levels:
            if level not in ("{station}", "{quantity}", "+", "#") and set(level) & set("{}+#"):
                yield Fault(
                    (*where, "topic"),
                    f"{level!r} is not a whole level",
                    "{station}, {quantity}, + and # each stand alone between slashes",
                )
        try:
            build_codec(source.codec, source.options)
        except LookupError as error:
            yield Fault((*where, "codec"), str(error), "use one of the codecs named")
        except (ValueError, TypeError) as error:
            yield Fault((*where, "options"), str(error), "see docs/codecs.md")
    for topic, times in Tally(s.topic for s in config.sources).items():
        if times > 1:
            yield Fault(("sources",), f"topic {topic!r} is given {times} times", "keep one of them")


def _sensors(config: Config, found: list[Fault]) -> Iterator[tuple[Path, SensorSpec]]:
    for n, station in enumerate(config.stations):
        for k, sensor in enumerate(declared(station)):
            own = k - len(station.profiles)
            where: Path = (
                ("stations", n, "sensors", own) if own >= 0 else ("stations", n, "profiles")
            )
            if sensor.profile and sensor.profile not in config.profiles:
                found.append(
                    Fault(
                        (*where, "profile") if own >= 0 else where,
                        f"there is no profile {sensor.profile!r}",
                        f"profiles are: {', '.join(config.profiles) or 'none'}",
                    )
                )
                continue
            try:
                yield where, spec(config, station, sensor)
            except ValueError as error:
                field, _, rest = str(error).partition(": ")
                reason, _, hint = rest.partition(" -> ")
                found.append(Fault((*where, *field.split(".")), reason, hint))


def _stations(config: Config) -> Iterator[Fault]:
    for id_, times in Tally(s.id for s in config.stations).items():
        if times > 1:
            yield Fault(
                _at(config.stations, id_, "stations"),
                f"station {id_!r} is given {times} times",
                "give each station its own id",
            )
    devices = Tally(
        d for s in config.stations for d in ((s.device,) if isinstance(s.device, str) else s.device)
    )
    for device, times in devices.items():
        if times > 1:
            yield Fault(
                ("stations",),
                f"device {device!r} belongs to {times} stations",
                "a device speaks for one station only",
            )
    for n, station in enumerate(config.stations):
        names = Tally(s.name or s.quantity or s.profile for s in declared(station))
        for name, times in names.items():
            if times > 1:
                yield Fault(
                    ("stations", n, "sensors"),
                    f"two sensors are called {name!r}",
                    "give one of them a `name:`",
                )


def _at(blocks: tuple[object, ...], id_: str, key: str) -> Path:
    places = [n for n, b in enumerate(blocks) if getattr(b, "id", None) == id_]
    return (key, places[-1], "id")


def _areas(config: Config) -> Iterator[Fault]:
    ids = [a.id for a in config.areas]
    stations = {s.id for s in config.stations}
    for n, area in enumerate(config.areas):
        if ids.index(area.id) != n:
            yield Fault(
                ("areas", n, "id"), f"area {area.id!r} is given twice", "give it its own id"
            )
        for k, station in enumerate(area.stations):
            if station not in stations:
                yield Fault(
                    ("areas", n, "stations", k),
                    f"there is no station {station!r}",
                    "add the station or correct the name",
                )
        yield from _geometry(n, area)
        yield from _parents(config, n, area)


def _geometry(n: int, area: AreaIn) -> Iterator[Fault]:
    if (area.polygon is None) == (area.circle is None):
        yield Fault(("areas", n), "needs either a polygon or a circle", "draw one of them")
    if area.polygon is not None and len(set(area.polygon)) < 3:
        yield Fault(
            ("areas", n, "polygon"), "has fewer than three corners", "add the missing corners"
        )


def _parents(config: Config, n: int, area: AreaIn) -> Iterator[Fault]:
    parents = {a.id: a.parent for a in config.areas}
    if area.parent is not None and area.parent not in parents:
        yield Fault(("areas", n, "parent"), f"there is no area {area.parent!r}", "correct the name")
        return
    seen, at = {area.id}, area.parent
    while at is not None:
        if at in seen:
            yield Fault(
                ("areas", n, "parent"),
                "areas lie inside each other in a circle",
                "one of them must have no parent",
            )
            return
        seen.add(at)
        at = parents.get(at)


def _thresholds(config: Config) -> Iterator[Fault]:
    for name, given in config.thresholds.items():
        if not given.levels:
            yield Fault(("thresholds", name, "levels"), "is empty", "give at least one level")


def _rule(
    config: Config, n: int, rule: RuleIn, sensors: list[tuple[Path, SensorSpec]]
) -> Iterator[Fault]:
    where: Path = ("rules", n)
    if [r.id for r in config.rules].index(rule.id) != n:
        yield Fault((*where, "id"), f"rule {rule.id!r} is given twice", "give it its own id")
    areas = {a.id for a in config.areas}
    for k, area in enumerate(rule.areas or ()):
        if area not in areas:
            yield Fault((*where, "areas", k), f"there is no area {area!r}", "correct the name")
    detector = DETECTORS.get(rule.detector)
    if detector is None:
        yield Fault(
            (*where, "detector"),
            f"there is no detector {rule.detector!r}",
            f"use one of: {', '.join(DETECTORS)}",
        )
        return
    if rule.quantity not in QUANTITIES:
        yield Fault(
            (*where, "quantity"),
            f"{rule.quantity!r} is not known",
            f"use one of: {', '.join(QUANTITIES)}",
        )
        return
    if detector.quantities and rule.quantity not in detector.quantities:
        yield Fault(
            (*where, "quantity"),
            f"{rule.detector} cannot judge {rule.quantity}",
            f"it judges: {', '.join(detector.quantities)}",
        )
        return
    try:
        detector.options.model_validate(rule.options)
    except ValueError as error:
        yield Fault((*where, "options"), _first_line(error), "see the detector's page in docs/")
        return
    for path, sensor in sensors_of(config, rule, sensors):
        yield from _task(config, rule, n, path, sensor)


def _first_line(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    first = errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def sensors_of(
    config: Config, rule: RuleIn, sensors: list[tuple[Path, SensorSpec]]
) -> list[tuple[Path, SensorSpec]]:
    """The sensors a rule judges: its quantity, at the stations of its areas."""
    stations = {
        s for a in config.areas if rule.areas is None or a.id in rule.areas for s in a.stations
    }
    return [
        (p, s)
        for p, s in sensors
        if s.station in stations and s.quantity == rule.quantity and s.forecast == rule.forecast
    ]


def _task(config: Config, rule: RuleIn, n: int, path: Path, sensor: SensorSpec) -> Iterator[Fault]:
    name = sensor.thresholds.get(rule.id, rule.thresholds)
    if name is None:
        if rule.id not in sensor.thresholds and rule.thresholds is None and not _optional(rule):
            yield Fault(
                path,
                f"rule {rule.id!r} has no thresholds for {sensor.key}",
                f"add `thresholds: {{{rule.id}: NAME}}` to the sensor or to the rule",
            )
        return
    given = config.thresholds.get(name)
    if given is None:
        yield Fault(
            (*path, "thresholds") if rule.id in sensor.thresholds else ("rules", n, "thresholds"),
            f"there is no threshold set {name!r}",
            f"sets are: {', '.join(config.thresholds)}",
        )
        return
    problem = datum_problem(sensor, given)
    if problem:
        yield Fault(
            ("thresholds", name, "datum"),
            f"for {sensor.key}: {problem}",
            "name the same datum on both, or state the sensor's `offsets:`",
        )
        return
    detector = DETECTORS[rule.detector]
    row = _blank(rule.detector)
    try:
        detector.fill(
            row, detector.options.model_validate(rule.options), given.levels, view(sensor, given)
        )
    except (ValueError, TypeError, AttributeError) as error:
        yield Fault(
            ("thresholds", name, "levels"),
            f"for {rule.detector}: {error}",
            "write the levels as the detector's page in docs/ shows",
        )


def _optional(rule: RuleIn) -> bool:
    return False


def _blank(detector: str) -> object:
    import numpy as np  # noqa: PLC0415 - only a scratch row is wanted here

    return np.zeros(1, DETECTORS[detector].params)[0]


def datum_problem(sensor: SensorSpec, given: Thresholds) -> str:
    """Why heights of sensor and thresholds cannot be compared; empty when they can."""
    if QUANTITIES[sensor.quantity][1] not in LEVEL_KINDS or sensor.quantity == "water_depth":
        return ""
    if given.datum is None or sensor.datum is None:
        which = "the threshold set" if given.datum is None else "the sensor"
        return f"{which} names no datum"
    if given.datum != sensor.datum and given.datum not in sensor.offsets:
        return f"datum {given.datum!r} differs from the sensor's {sensor.datum!r}"
    return ""


def view(sensor: SensorSpec, given: Thresholds) -> Sensor:
    """What the detector may know of the sensor, its readings shifted to the thresholds' datum."""
    shift = 0.0
    if given.datum is not None and given.datum != sensor.datum:
        shift = sensor.offsets.get(given.datum, 0.0)
    return Sensor(sensor.quantity, sensor.cadence, sensor.counter is not None, shift)


def _policies(config: Config) -> Iterator[Fault]:
    for n, policy in enumerate(config.policies):
        for k, channel in enumerate(policy.channels):
            if channel not in config.channels:
                yield Fault(
                    ("policies", n, "channels", k),
                    f"there is no channel {channel!r}",
                    f"channels are: {', '.join(config.channels) or 'none'}",
                )
        if policy.issue == "automatic" and not policy.channels:
            yield Fault(("policies", n, "channels"), "a warning would go nowhere", "name a channel")
        if policy.renew >= policy.validity:
            yield Fault(
                ("policies", n, "renew"),
                "is not shorter than validity",
                "a warning must be renewed before it expires",
            )
    for hazard in sorted({r.hazard for r in config.rules}):
        if not any(p.hazards is None or hazard in p.hazards for p in config.policies):
            yield Fault(
                ("policies",),
                f"no policy says what happens to {hazard} warnings",
                "add a policy; `issue: never` keeps them inside",
            )


def _channels(config: Config) -> Iterator[Fault]:
    for name, channel in config.channels.items():
        try:
            build_channel(channel.kind, channel.options)
        except LookupError as error:
            yield Fault(("channels", name, "kind"), str(error), "use one of the kinds named")
        except (ValueError, TypeError) as error:
            yield Fault(("channels", name, "options"), str(error), "see docs/channels.md")


def expired(config: Config, today: date) -> list[str]:
    """Threshold sets that are not in force on this day (a remark, not a fault)."""
    names = []
    for name, given in config.thresholds.items():
        start, end = given.valid.from_, given.valid.to
        if (start and today < start) or (end and today > end):
            names.append(name)
    return names


__all__ = ["ZoneInfo", "check", "datum_problem", "expired", "sensors_of", "view"]
