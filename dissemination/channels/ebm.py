"""The county's emergency broadcast (应急广播): one EBM in its TAR by HTTP POST, one a version.

Accepted = the platform's EBDResponse with ResultCode 0 or 1 for this very packet; nothing in that
says that a speaker played. An EBMStateResponse posted to `answers` is a receipt: `played` when the
broadcast is done and every listed resource is shown to have played, else unknown. An update names
the version it replaces, a cancel (MsgType 2) the one it ends. An exercise goes out as a drill, and
only where `exercise` is true. The names given to versions are kept in `file`, so that the same
version always has the same EBMID. What is told is the first of the site's own `messages` that fits
the channel `ebm` and residents, else the project's.

Packets are signed with the site's own key where `sign` names one. That is not the signature of
GD/J 081 (SM2 over SM3 with a certificate of the province): a platform that wants that one answers
4, which is final. Whatever has `sign` can take its place: see `dissemination.ebm.Signer`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import httpx
import msgspec
from pydantic import Field, model_validator

from dissemination import ebm, ebm_read
from dissemination.cap import CN_EVENT
from dissemination.channels import ebm_states
from dissemination.channels.kind import Endpoint, Kept, Surroundings, refuse_exercise
from dissemination.channels.remembered import Remembered
from dissemination.channels.speaker_sound import encoded
from dissemination.messages import Wording
from dissemination.speech import spoken
from tongluo.core.crash import point
from tongluo.core.errors import (
    BadMessage,
    PermanentFailure,
    SpeechError,
    TemporaryFailure,
    UnknownOutcome,
)
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import to_datetime
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState, Hazard

KEPT = 10_000
"""Broadcasts whose states are still understood."""


class Options(Endpoint):
    """Options of an emergency-broadcast channel."""

    url: str
    """Where the platform takes packets."""
    source: str = Field(pattern="^[0-9]{18}$")
    """EBRID of this site's platform."""
    destination: str = Field(pattern="^[0-9]{18}$")
    answers: str = ""
    """URL under which this site takes states, told to the platform; empty = it takes none."""
    listen: str = ""
    """Where the dispatcher listens for them, when that is not the address in `answers`."""
    old_states: bool = False
    """Whether the platform writes states in the old numbers: 0 failed, 1 on air, 2 done."""
    areas: dict[str, tuple[str, ...]] = Field({})
    """Area -> its codes; default: the area's own `code`."""
    event_types: dict[str, str] = Field({})
    """Hazard -> EventType; must name every hazard that has no code here."""
    drill: Literal["3", "4", "5"] = "3"
    """MsgType of an exercise."""
    sign: Kept | None = None
    """The site's own key in PEM, of the curve P-256; without one packets go unsigned."""
    audio: bool = False
    """Whether the spoken warning goes with it; without one the platform speaks the text."""
    voices: tuple[Literal["zh-CN", "yue", "hak", "en"], ...] = ("zh-CN",)
    upload: Literal["body", "form"] = "body"
    """The TAR as the body, or as the file of a form."""
    timeout: float = 15.0
    """Seconds to wait for the platform."""
    file: str = "ebm.jsonl"

    @model_validator(mode="after")
    def _every_hazard(self) -> Options:
        known = {*(hazard.value for hazard in CN_EVENT), *self.event_types}
        lack = [h.value for h in Hazard if h.issued and h.value not in known]
        if lack:
            raise ValueError(f"event_types lacks: {', '.join(lack)}")
        return self


ear = ebm_states.ear


def _signer(options: Options, surroundings: Surroundings) -> ebm.Signer:
    if options.sign is None:
        return ebm.Unsigned()
    from dissemination.ebm_sign import OwnKey  # noqa: PLC0415 - cryptography for who signs only

    return OwnKey(options.sign.read(surroundings.folder).encode())


class Ebm:
    """Posts packets."""

    def __init__(
        self, options: Options, surroundings: Surroundings, signer: ebm.Signer | None = None
    ) -> None:
        self._options = options
        self._signer = signer or _signer(options, surroundings)
        self._parties = ebm.Parties(options.source, options.destination, options.answers)
        self._names = Names(surroundings.folder / options.file, options.source)
        self._wording = Wording(surroundings.templates, "ebm")
        self._sent = Remembered(ebm_states.sent_file(surroundings), KEPT)
        self._client = httpx.Client(timeout=options.timeout, trust_env=False)

    def send(self, delivery: Delivery) -> Handed:
        """Post one version and read the platform's answer."""
        warning = delivery.warning
        refuse_exercise(warning, self._options)
        names = self._names.of(warning)
        point("before_named")
        self._sent.keep(names.ebmid, delivery.key)
        point("after_named")
        answer = self._post(names.ebdid, self._tar(warning, names))
        try:
            found = ebm_read.result(answer)
        except BadMessage as error:
            raise UnknownOutcome(f"the platform's answer cannot be read: {error}") from error
        return _handed(found, names)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()
        self._names.close()

    def _tar(self, warning: WarningVersion, names: ebm.Numbers) -> bytes:
        o, hazard = self._options, warning.hazard
        areas = o.areas.get(warning.area.id) or (warning.area.code,)
        if not all(areas):
            raise PermanentFailure(f"area {warning.area.id} has no code (areas of the channel)")
        event = o.event_types.get(hazard.value) or CN_EVENT[hazard]
        audio = self._audio(warning) if o.audio else None
        xml = ebm.request(
            warning, names, self._parties, event, areas, o.drill, audio, wording=self._wording
        )
        seconds = warning.sent // 1000
        return ebm.packed(names.ebdid, xml, seconds, self._signer, ebm.files(names, audio))

    def _audio(self, warning: WarningVersion) -> ebm.Audio | None:
        """The sound; None when it cannot be made: the platform then speaks the text."""
        try:
            manner = spoken.Manner(self._options.voices)
            sound = spoken.spoken(warning, manner, self._wording).sound
        except SpeechError:
            return None
        return ebm.Audio(*encoded(sound))

    def _post(self, ebdid: str, tar: bytes) -> bytes:
        name, kind = f"EBDT_{ebdid}.tar", "application/x-tar"
        try:
            if self._options.upload == "form":
                files = {"file": (name, tar, kind)}
                answer = self._client.post(self._options.url, files=files)
            else:
                head = {"Content-Type": kind, "Content-Disposition": f'filename="{name}"'}
                answer = self._client.post(self._options.url, content=tar, headers=head)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise TemporaryFailure(f"the platform cannot be reached: {error}") from error
        except httpx.HTTPError as error:
            raise UnknownOutcome(f"no answer of the platform: {error!r}") from error
        if answer.status_code in (429, 503):
            raise TemporaryFailure(f"the platform is busy: {answer.status_code}", 15.0)
        if 400 <= answer.status_code < 500:
            raise PermanentFailure(f"the platform refuses: {answer.status_code}")
        if answer.status_code != 200:
            raise UnknownOutcome(f"the platform answers {answer.status_code}")
        return answer.content


def _handed(found: ebm_read.Result, names: ebm.Numbers) -> Handed:
    if found.related and found.related != names.ebdid:
        raise UnknownOutcome(f"the answer is to another packet: {found.related}")
    if found.code in ebm_read.RECEIVED:
        return Handed(DeliveryState.ACCEPTED, {"ebmid": names.ebmid, "text": found.text})
    said = f"the platform answers {found.code}: {found.text}"
    raise (PermanentFailure if found.code in ("2", "3", "4") else TemporaryFailure)(said)


class Names:
    """Version -> its EBMID; a line is on disk before the name is used."""

    def __init__(self, path: Path, source: str) -> None:
        self._source = source
        self._given = dict[str, tuple[str, int]]()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab+")
        self._file.seek(0)
        text = self._file.read()
        if text and not text.endswith(b"\n"):  # cut short by a crash
            self._file.write(b"\n")
        for line in text.splitlines():
            try:
                identifier, day, n = msgspec.json.decode(line, type=tuple[str, str, int])
            except msgspec.DecodeError:
                continue
            self._given[identifier] = (day, n)

    def of(self, warning: WarningVersion) -> ebm.Numbers:
        """The names of a version, the same whenever it is asked."""
        if warning.identifier not in self._given:
            self._give(warning)
        day, n = self._given[warning.identifier]
        related = next(
            (self._ebmid(r.identifier) for r in warning.references[::-1]
             if r.identifier in self._given), "",
        )  # fmt: skip
        return ebm.numbers(self._source, day, n, related)

    def _ebmid(self, identifier: str) -> str:
        return ebm.numbers(self._source, *self._given[identifier]).ebmid

    def _give(self, warning: WarningVersion) -> None:
        day = f"{to_datetime(warning.sent, warning.zone):%Y%m%d}"
        n = 1 + max((n for on, n in self._given.values() if on == day), default=0)
        if n > 9999:
            raise PermanentFailure(f"no EBMID is left on {day}")
        self._file.write(msgspec.json.encode((warning.identifier, day, n)) + b"\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())
        self._given[warning.identifier] = (day, n)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
