"""What the `cap:` block may say: how this site writes its CAP messages."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from dissemination.cap import Manner
from dissemination.cap_names import Names, National
from dissemination.cap_sign import Sign, signer
from tongluo.config.types import Measure, Model, Secret, refuse
from tongluo.core.errors import CapError
from tongluo.core.units import parse_value

NAMES_FILE = "cap-names.jsonl"


class NationalIn(Model):
    """The parts of identifiers in China's national form (GB/T 34283)."""

    area: str = Field(
        pattern="^[0-9]{6}$", description="of messages for areas without a code (GB/T 2260)"
    )
    agency: str = Field(pattern="^[0-9]{3}$", description="GB/T 4657; 416 = meteorological")
    unit: str = Field(default="000", pattern="^[0-9]{3}$")
    extension: str = Field(default="00", pattern="^[0-9]{2}$")


class SignIn(Model):
    """With what messages are signed; needs the extra `sign`."""

    key: Secret = Field(description="private key in PEM, RSA or elliptic curve, without password")
    certificate: Path = Field(description="its certificate in PEM")


class CapIn(Model):
    """How CAP messages are written."""

    tolerance: Measure = Field(
        default="10 m", description="polygons are simplified by no more, unless `vertices` asks it"
    )
    vertices: int = Field(default=100, ge=3, le=100_000, description="most corners of a polygon")
    identifier: Literal["own", "china"] = "own"
    china: NationalIn | None = None
    sign: SignIn | None = None

    @field_validator("tolerance")
    @classmethod
    def _length(cls, tolerance: str) -> str:
        try:
            fits = 0 <= parse_value(tolerance, "water_depth") <= 10_000
        except ValueError:
            fits = False
        if not fits:
            raise refuse("cap_tolerance", value=tolerance)
        return tolerance

    @model_validator(mode="after")
    def _national(self) -> CapIn:
        if (self.identifier == "china") != (self.china is not None):
            raise refuse("cap_china")
        return self


def manner_of(given: CapIn, folder: Path, *, writes: bool = True) -> Manner:
    """The manner that a block asks for; CapError when its messages cannot be signed.

    folder: the store's. writes: whether this process gives out names; only the dispatcher does.
    """
    names: Names | None = None
    if given.china is not None:
        c = given.china
        path = folder / NAMES_FILE
        names = National(c.agency, c.area, c.unit, c.extension, path, writes=writes)
    tolerance = parse_value(given.tolerance, "water_depth")
    return Manner(tolerance, given.vertices, names, _sign(given.sign))


def _sign(given: SignIn | None) -> Sign | None:
    if given is None:
        return None
    try:
        key, certificate = given.key.reveal().encode(), given.certificate.read_bytes()
    except (LookupError, OSError) as error:
        raise CapError(f"messages cannot be signed: {error}") from None
    return signer(key, certificate)
