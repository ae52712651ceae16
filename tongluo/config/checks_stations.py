"""Cross-checks of stations: their names, devices, profiles and sensors."""

from __future__ import annotations

from collections.abc import Iterator

from tongluo.config.checks_sensors import sensor_faults, whole
from tongluo.config.checks_site import twice
from tongluo.config.faults import Fault, Path
from tongluo.config.judged import Placed
from tongluo.config.models import Config
from tongluo.config.sensors import declared, merged, name_of, spec
from tongluo.config.stations import SensorIn, StationIn
from tongluo.config.texts import choice

# --- names


def stations(config: Config) -> Iterator[Fault]:
    """Ids and devices that are given twice."""
    ids = {s.id for s in config.stations}
    seen: set[str] = set()
    owner: dict[str, str] = {}
    for n, station in enumerate(config.stations):
        where: Path = ("stations", n)
        if station.id in seen:
            yield Fault((*where, "id"), "station_twice", {"name": station.id})
        seen.add(station.id)
        for k, device in enumerate(station.device):
            path = (*where, "device", k)
            other = owner.setdefault(device, station.id)
            if other != station.id:
                yield Fault(path, "device_twice", {"name": device, "other": other})
            if device != station.id and device in ids:
                yield Fault(path, "device_is_station", {"name": device})
        yield from twice((*where, "profiles"), station.profiles)


# --- sensors


def places(n: int, station: StationIn) -> list[tuple[Path, SensorIn]]:
    """Each declared sensor and where it stands in the file."""
    short: list[Path] = [("stations", n, "profiles", k) for k in range(len(station.profiles))]
    long: list[Path] = [("stations", n, "sensors", k) for k in range(len(station.sensors))]
    return list(zip([*short, *long], declared(station), strict=True))


def sensors(config: Config) -> Iterator[Fault]:
    """Every sensor with its profile, and against the others of its station."""
    for n, station in enumerate(config.stations):
        names: set[str] = set()
        elements: set[str] = set()
        for where, sensor in places(n, station):
            yield from _sensor(config, where, sensor)
            if sensor.profile is not None and sensor.profile not in config.profiles:
                continue
            said = merged(config, sensor)
            name = name_of(said)
            element = said.element or name
            if name in names:
                yield Fault(where, "sensor_twice", {"name": name})
            elif element in elements:
                yield Fault(where, "element_twice", {"name": element})
            names.add(name)
            elements.add(element)


def _sensor(config: Config, where: Path, sensor: SensorIn) -> Iterator[Fault]:
    if sensor.profile is None:
        yield from whole(where, sensor)
        yield from sensor_faults(where, sensor)
        return
    if sensor.profile not in config.profiles:
        path = where if "profiles" in where else (*where, "profile")
        known = choice(sensor.profile, config.profiles)
        yield Fault(path, "no_profile", {"name": sensor.profile, "choice": known})
        return
    said = merged(config, sensor)
    yield from whole(where, said)
    if sensor.model_fields_set != {"profile"}:  # else the profile's own check has said it
        of_profile = set(_of_profile(config, sensor))
        for fault in sensor_faults((), said):
            if (fault.path, fault.code) not in of_profile:
                yield Fault((*where, *fault.path), fault.code, fault.values)


def _of_profile(config: Config, sensor: SensorIn) -> Iterator[tuple[Path, str]]:
    assert sensor.profile is not None
    own = sensor.model_fields_set
    for fault in sensor_faults((), config.profiles[sensor.profile]):
        if fault.path[0] not in own:
            yield fault.path, fault.code


def sound(config: Config) -> tuple[list[Placed], bool]:
    """The sensors that can be worked with, and whether these are all that are declared."""
    found: list[Placed] = []
    every = True
    for n, station in enumerate(config.stations):
        for where, sensor in places(n, station):
            if _is_sound(config, sensor):
                found.append((where, spec(config, station, sensor)))
            else:
                every = False
    return found, every


def said_at(config: Config, path: Path) -> SensorIn:
    """What a station says of the sensor at a place that `places` gave."""
    _, n, key, k = path
    assert isinstance(n, int) and isinstance(k, int)
    station = config.stations[n]
    return station.sensors[k] if key == "sensors" else SensorIn(profile=station.profiles[k])


def names(config: Config) -> list[str]:
    """`station/name` of every declared sensor, right or wrong, as far as its name is known."""
    return [
        f"{station.id}/{name_of(merged(config, sensor))}"
        for station in config.stations
        for sensor in declared(station)
        if sensor.profile is None or sensor.profile in config.profiles
    ]


def _is_sound(config: Config, sensor: SensorIn) -> bool:
    if sensor.profile is not None and sensor.profile not in config.profiles:
        return False
    said = merged(config, sensor)
    faults = [*whole((), said), *sensor_faults((), said)]
    return not faults
