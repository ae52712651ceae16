"""Identifiers, codes and units of the elements of SL 651-2014 (its table C.1)."""

from __future__ import annotations

OBSERVED, STATION, MANUAL, PICTURE, RAIN_GROUP, FLOW_BATCH, EXTENDED = (
    0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xFD, 0xFF,
)  # fmt: skip
STEP, STATE = 0x04, 0x45
SLOTS = 12  # values of an hourly group, one for five minutes each

# The standard's codes of 01H to 75H, in order.
_CODES = """
    AC AI C DR DT ED EJ FL GH GN GS GT GTP H HW M10 M20 M30 M40 M50 M60 M80 M100 MST NS P1 P2 P3
    P6 P12 PD PJ PN01 PN05 PN10 PN30 PR PT Q Q1 Q2 Q3 Q4 Q5 Q6 Q7 Q8 QA QZ SW UC UE US VA VJ VT Z
    ZB ZU Z1 Z2 Z3 Z4 Z5 Z6 Z7 Z8 SQ ZT pH DO COND TURB CODMN REDOX NH4N TP TN TOC CU ZN SE AS THG
    CD PB CHLA WP1 WP2 WP3 WP4 WP5 WP6 WP7 WP8 SYL1 SYL2 SYL3 SYL4 SYL5 SYL6 SYL7 SYL8 SBL1 SBL2
    SBL3 SBL4 SBL5 SBL6 SBL7 SBL8 VTA VTB VTC VIA VIB VIC
"""
GROUPS = ("DRP", *(f"DRZ{n}" for n in range(1, 9)))
"""Hourly groups of five-minute values, from F4H on."""
_CODED = (
    dict(enumerate(_CODES.split(), 0x01))
    | {OBSERVED: "TT", STATION: "ST", MANUAL: "RGZS", PICTURE: "PIC", FLOW_BATCH: "DATA"}
    | dict(enumerate(GROUPS, RAIN_GROUP))
)
_NAMES = tuple(_CODED.get(identifier, f"{identifier:02X}") for identifier in range(0x100))

_UNITS = {
    "mm": "ED EJ P1 P2 P3 P6 P12 PD PJ PN01 PN05 PN10 PN30 PR PT DRP",
    "m": "GH H HW Z ZB ZU Z1 Z2 Z3 Z4 Z5 Z6 Z7 Z8 " + " ".join(GROUPS[1:]),
    "m3/s": "Q Q1 Q2 Q3 Q4 Q5 Q6 Q7 Q8 QA QZ",
    "m/s": "US VA VJ",
    "Cel": "AI C GTP",
    "%": "M10 M20 M30 M40 M50 M60 M80 M100 MST",
    "hPa": "FL",
    "kPa": "WP1 WP2 WP3 WP4 WP5 WP6 WP7 WP8",
    "V": "VT VTA VTB VTC",
    "mV": "REDOX",
}
UNITS = {code: unit for unit, codes in _UNITS.items() for code in codes.split()}
"""Unit of a code, where it is one that readings can arrive in; the others have none here."""


def name(identifier: int) -> str:
    """The standard's code of an identifier; the identifier itself where it has none.

    >>> name(0x20), name(0x75), name(0x90), name(0xFC)
    ('PJ', 'VIC', '90', 'DRZ8')
    """
    return _NAMES[identifier]
