"""Whom a warning is for: the register of people, and the selection of areas and audiences."""

from dissemination.targeting.charge import InCharge, in_charge
from dissemination.targeting.entries import AUDIENCES, Contact, Entry, Stratum
from dissemination.targeting.places import Place, Reach
from dissemination.targeting.register import People, Recipient, Register
from dissemination.targeting.shapes import Shape

__all__ = [
    "AUDIENCES",
    "Contact",
    "Entry",
    "InCharge",
    "People",
    "Place",
    "Reach",
    "Recipient",
    "Register",
    "Shape",
    "Stratum",
    "in_charge",
]
