"""The daily codes of the Canadian Forest Fire Weather Index system, as pure functions.

Equations numbered as in Van Wagner & Pickett 1985 (Canadian Forestry Service, Forestry Technical
Report 33) and Van Wagner 1987 (Report 35), written here from those reports. Inputs are of noon,
local standard time: temperature Cel, humidity %, wind km/h at 10 m, rain mm of the 24 h before.

The scale of the fine fuel code holds a constant `a`: F = 59.5 (250 - m) / (a + m). The reports
print a = 147.2; 59.5 x 250 / 101 = 147.27723 is the one with which m = 0 gives 101 exactly.

The duff code's rain is written as the program of Report 33 has it, 280 / exp(0.023 P), where the
text has exp(5.6348 - P / 43.43): in 48 days of a spring the two come 0.07 apart.

Day lengths and drying factors of other latitudes are those in use with the index outside of
Canada (bands bounded at 30, 10, -10, -30 deg for DMC; 20 and -20 deg for DC).

>>> f = ffmc(85.0, 17.0, 42.0, 25.0, 0.0, 147.2)
>>> p, d = dmc(6.0, 17.0, 42.0, 0.0, 4, 46.0), dc(15.0, 17.0, 0.0, 4, 46.0)
>>> r, u = isi(f, 25.0, 147.2), bui(p, d)
>>> [round(x, 4) for x in (f, p, d, r, u, fwi(r, u))]
[87.693, 8.5451, 19.014, 10.8537, 8.4904, 10.0964]
"""

from __future__ import annotations

import math

from tongluo.core.compiled import compiled

LOG_10 = 2.302585092994046
# effective day length of each month, h, by band of latitude from north to south
NORTH = (6.5, 7.5, 9.0, 12.8, 13.9, 13.9, 12.4, 10.9, 9.4, 8.0, 7.0, 6.0)
NEAR_NORTH = (7.9, 8.4, 8.9, 9.5, 9.9, 10.2, 10.1, 9.7, 9.1, 8.6, 8.1, 7.8)
NEAR_SOUTH = (10.1, 9.6, 9.1, 8.5, 8.1, 7.8, 7.9, 8.3, 8.9, 9.4, 9.9, 10.2)
SOUTH = (11.5, 10.5, 9.2, 7.9, 6.8, 6.2, 6.5, 7.4, 8.7, 10.0, 11.2, 11.8)
EQUATOR = 9.0
# drying factor of the drought code by month; the southern year is the northern one half a year on
DRYING = (-1.6, -1.6, -1.6, 0.9, 3.8, 5.8, 6.4, 5.0, 2.4, 0.4, -1.6, -1.6)
EQUATOR_DRYING = 1.4


@compiled
def day_length(month: int, latitude: float) -> float:
    """Effective day length of the duff moisture code, h."""
    if latitude > 30.0:
        return NORTH[month - 1]
    if latitude > 10.0:
        return NEAR_NORTH[month - 1]
    if latitude > -10.0:
        return EQUATOR
    if latitude > -30.0:
        return NEAR_SOUTH[month - 1]
    return SOUTH[month - 1]


@compiled
def drying(month: int, latitude: float) -> float:
    """Day-length factor of the drought code."""
    if latitude > 20.0:
        return DRYING[month - 1]
    if latitude > -20.0:
        return EQUATOR_DRYING
    return DRYING[(month + 5) % 12]


@compiled
def moisture(code: float, a: float) -> float:
    """Moisture of the fine fuel, %, of its code (equation 1)."""
    return a * (101.0 - code) / (59.5 + code)


@compiled
def _wetted(m: float, rain: float) -> float:
    """Moisture after rain, % (2, 3a, 3b)."""
    if rain <= 0.5:
        return m
    fall = rain - 0.5
    more = 42.5 * fall * math.exp(-100.0 / (251.0 - m)) * (1.0 - math.exp(-6.93 / fall))
    if m > 150.0:
        more += 0.0015 * (m - 150.0) * (m - 150.0) * math.sqrt(fall)
    return min(m + more, 250.0)


@compiled
def _rate(share: float, temperature: float, wind: float) -> float:
    """Logarithmic rate of drying (share = H/100) or wetting (1 - H/100) (6, 7)."""
    s4 = share * share * share * share
    calm = 0.424 * (1.0 - math.pow(share, 1.7))
    blown = 0.0694 * math.sqrt(wind) * (1.0 - s4 * s4)
    return (calm + blown) * 0.581 * math.exp(0.0365 * temperature)


@compiled
def ffmc(
    before: float, temperature: float, humidity: float, wind: float, rain: float, a: float
) -> float:
    """Fine fuel moisture code of today from yesterday's (1 to 10)."""
    h = min(max(humidity, 0.0), 100.0)
    m = _wetted(moisture(before, a), rain)
    damp = 0.18 * (21.1 - temperature) * (1.0 - math.exp(-0.115 * h))
    near = math.exp((h - 100.0) / 10.0)
    dry_end = 0.942 * math.pow(h, 0.679) + 11.0 * near + damp
    wet_end = 0.618 * math.pow(h, 0.753) + 10.0 * near + damp
    if m > dry_end:
        rate = _rate(h / 100.0, temperature, wind)
        m = dry_end + (m - dry_end) * math.exp(-LOG_10 * rate)
    elif m < wet_end:
        rate = _rate((100.0 - h) / 100.0, temperature, wind)
        m = wet_end - (wet_end - m) * math.exp(-LOG_10 * rate)
    return min(max(59.5 * (250.0 - m) / (a + m), 0.0), 101.0)


@compiled
def _slope(before: float) -> float:
    """How duff takes rain up (13a to 13c)."""
    if before <= 33.0:
        return 100.0 / (0.5 + 0.3 * before)
    if before <= 65.0:
        return 14.0 - 1.3 * math.log(before)
    return 6.2 * math.log(before) - 17.2


@compiled
def dmc(
    before: float, temperature: float, humidity: float, rain: float, month: int, latitude: float
) -> float:
    """Duff moisture code of today from yesterday's (11 to 17)."""
    h, code = min(max(humidity, 0.0), 100.0), before
    if rain > 1.5:
        fall = 0.92 * rain - 1.27
        m = 20.0 + 280.0 / math.exp(0.023 * before)
        m += 1000.0 * fall / (48.77 + _slope(before) * fall)
        code = max(43.43 * (5.6348 - math.log(m - 20.0)), 0.0)
    warm = max(temperature, -1.1) + 1.1
    return code + 1.894e-4 * warm * (100.0 - h) * day_length(month, latitude)


@compiled
def dc(before: float, temperature: float, rain: float, month: int, latitude: float) -> float:
    """Drought code of today from yesterday's (18 to 23)."""
    code = before
    if rain > 2.8:
        store = 800.0 * math.exp(-before / 400.0) + 3.937 * (0.83 * rain - 1.27)
        code = max(400.0 * math.log(800.0 / store), 0.0)
    lost = 0.36 * (max(temperature, -2.8) + 2.8) + drying(month, latitude)
    return code + 0.5 * max(lost, 0.0)


@compiled
def isi(fine: float, wind: float, a: float) -> float:
    """Initial spread index of the fine fuel code and the wind (24 to 26)."""
    m = moisture(fine, a)
    fuel = 91.9 * math.exp(-0.1386 * m) * (1.0 + math.pow(m, 5.31) / 4.93e7)
    return 0.208 * math.exp(0.05039 * wind) * fuel


@compiled
def bui(duff: float, drought: float) -> float:
    """Build-up index of the duff and drought codes (27a, 27b)."""
    whole = duff + 0.4 * drought
    if whole <= 0.0:
        return 0.0
    if duff <= 0.4 * drought:
        return 0.8 * duff * drought / whole
    less = (1.0 - 0.8 * drought / whole) * (0.92 + math.pow(0.0114 * duff, 1.7))
    return max(duff - less, 0.0)


@compiled
def fwi(spread: float, build_up: float) -> float:
    """Fire weather index (28 to 30)."""
    if build_up <= 80.0:
        heat = 0.626 * math.pow(build_up, 0.809) + 2.0
    else:
        heat = 1000.0 / (25.0 + 108.64 * math.exp(-0.023 * build_up))
    b = 0.1 * spread * heat
    if b <= 1.0:
        return b
    return math.exp(2.72 * math.pow(0.434 * math.log(b), 0.647))


@compiled
def dsr(index: float) -> float:
    """Daily severity rating of the fire weather index (31)."""
    return 0.0272 * math.pow(index, 1.77)
