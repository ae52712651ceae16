"""Loudspeakers over MQTT, one delivery a speaker: a text that it speaks itself, or audio.

Played is only what is proven (law 7): the speaker's own count of seconds played (`played_s`) or
its microphone (`level`) in an answer that names the message. A speaker that reports success
without such proof is `unknown`, and is not asked again for it; one that says it is playing is
`accepted`; one that does not answer may have played: unknown, and repeated with the same `msgid`
as the policy of repetition says. An answer that comes later is a receipt, also after a restart:
the broker keeps what is said while the dispatcher is away.

The plain form (`form: cmd`) is that of geological-hazard devices:
`$cmd=broadcast&b_num=..&b_size=..&b_content=..&volume=..&msgid=..`. It carries text only. With
`form: json`, a command on `tongluo/speakers/<device>/play` is answered on `.../reply` by
`{"msgid", "state": "accepted" | "playing" | "played" | "failed" | "missing", "played_s", "level",
"missing": [chunk, ..], "message"}`; audio follows in chunks on `.../play/<msgid>/<n>`, and chunks
named as missing are sent again.

What is said is the first of the site's own `messages` that fits the channel `loudspeaker` and whom
the speaker speaks to, else the project's words. `recipients: register` knows that: a school's own
speaker tells its school what schools are asked to do, with the school's own plan.

An exercise goes only to speakers named under `exercise`, and is said first and last.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Literal

from pydantic import Field, model_validator

from dissemination.channels import speaker_words
from dissemination.channels.broker import Link
from dissemination.channels.kind import Options as _Options
from dissemination.channels.kind import Surroundings, Target
from dissemination.channels.registered import Registered, spoken_to
from dissemination.channels.remembered import Remembered
from dissemination.channels.speaker_sound import SILENT, Audio, Sayings
from dissemination.channels.speaker_words import Reply
from dissemination.messages import Spoken
from dissemination.receipts import Receipt
from dissemination.speech import spoken
from tongluo.core.clock import monotonic
from tongluo.core.crash import point
from tongluo.core.errors import PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery, Handed
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState, Status

VoiceName = Literal["zh-CN", "yue", "hak", "en"]
CUT = 0.9
"""Share of its length that an audio must have been played for."""
RESENT = 3
"""Times that missing chunks are sent again."""
KEPT = 20_000
"""Messages whose late answers are still known."""


class Options(_Options):
    """Options of a loudspeaker channel."""

    speakers: dict[str, tuple[str, ...]] = Field({})
    """Area -> the names of its speakers, as they stand in their topics."""
    recipients: Literal["", "register"] = ""
    """`register`: the speakers that the [register](register.md) has in the areas of a warning, in
    place of `speakers`; it says, too, which of them are enrolled for exercises."""
    exercise: tuple[str, ...] = ()
    """Speakers enrolled for exercises; no other is ever sent one."""
    form: Literal["cmd", "json"] = "json"
    send: Literal["text", "audio"] = "text"
    """Text is spoken by the speaker; audio (only `json`) is made here: see [speech](speech.md)."""
    url: str = ""
    """Default: the site's own broker."""
    topic: str = ""
    """`{device}` stands for the speaker; default: that of the form."""
    replies: tuple[str, ...] = ()
    """Where speakers answer; default: those of the form."""
    volume: int = Field(80, ge=0, le=100)
    times: int = Field(2, ge=1, le=9)
    """How often the text is read."""
    size: Literal["characters", "bytes"] = "characters"
    """What `b_size` counts; makers differ."""
    longest: int = Field(200, ge=20)
    """Characters of a text; what is beyond is cut after a whole sentence."""
    voices: tuple[VoiceName, ...] = ("zh-CN",)
    """In the order of speaking; a text is in the first one's language."""
    siren: float = Field(6.0, ge=0, le=60)
    """Seconds of tone before audio."""
    readings: dict[str, dict[str, str]] = Field({})
    """Voice -> name -> its syllables: `{zh-CN: {番禺: pan1 yu2}}`."""
    recordings: Path | None = None
    """Folder of areas' own recordings; see [speech](speech.md)."""
    chunk: int = Field(16384, ge=256)
    """Bytes of audio in one message."""
    timeout: float = 5.0
    """Seconds to wait for the broker's acknowledgement."""
    answer_within: float = 10.0
    """Seconds to wait for the speaker's first word."""
    proof_within: float = 20.0
    """Seconds to wait for proof once it has said that it plays; later proof is a receipt."""
    least_played: float = 5.0
    """Seconds of play that prove a text."""
    least_level: float = 6.0
    """dB over the background that prove it."""
    window: int = Field(32, ge=1, le=256)
    """Speakers that are waited for at once; each gets one message after the other."""

    @model_validator(mode="after")
    def _some(self) -> Options:
        if ("speakers" in self.model_fields_set) == bool(self.recipients):
            raise ValueError("name its speakers, or write recipients: register")
        return self


class Loudspeaker:
    """Commands speakers and weighs what they answer."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        if options.form == "cmd" and options.send == "audio":
            raise ValueError("the plain form carries no audio: write form: json, or send: text")
        self._options = options
        self._folder = surroundings.folder
        self._register = registered(options, surroundings)
        self._topic = options.topic or speaker_words.TOPICS[options.form]
        replies = options.replies or speaker_words.REPLIES[options.form]
        self._link = Link(options.url, options.timeout, surroundings, replies, self._hear)
        self._answers = threading.Condition()
        self._heard = dict[str, list[Reply]]()
        path = self._folder / f"{surroundings.name or 'loudspeaker'}.sent.jsonl"
        self._sent, self._tell = Remembered(path, KEPT), surroundings.tell
        self._late = list[Receipt]()
        self._sayings = Sayings(options, manner(options, self._folder), surroundings.templates)
        self._preparing, self._devices = threading.Lock(), defaultdict[str, Lock](threading.Lock)
        self._away, self._away_until = "", 0.0
        if len(self._sent):
            with suppress(TemporaryFailure):  # the next hand-over tries again
                self._link.connect()

    def send(self, delivery: Delivery) -> Handed:
        """Command one speaker and wait for its word."""
        device = self._device(delivery)
        with self._preparing:
            self._connect()
            alone = self._devices[device]
        self._tell_late()
        with alone:
            return self._play(delivery, device)

    def _connect(self) -> None:
        """TemporaryFailure without the broker; who comes soon after a failure waits for none."""
        if monotonic() < self._away_until:
            raise TemporaryFailure(self._away, everyone=True)
        try:
            self._link.connect()
        except TemporaryFailure as error:
            self._away, self._away_until = str(error), monotonic() + self._options.timeout
            raise TemporaryFailure(str(error), error.retry_after, everyone=True) from error

    def _play(self, delivery: Delivery, device: str) -> Handed:
        warning = delivery.warning
        msgid = hashlib.sha256(delivery.key.encode()).hexdigest()[:16]
        to = spoken_to(self._register, delivery)
        with self._preparing:  # a sound is made once
            audio = self._sayings.audio(warning, to) if self._options.send == "audio" else SILENT
        self._await(msgid, delivery.key, audio.seconds)
        topic = self._topic.format(device=device)
        self._link.publish(topic, self._command(warning, msgid, audio, to))
        self._chunks(topic, msgid, audio.data)
        try:
            return self._outcome(topic, msgid, audio)
        finally:
            with self._answers:
                del self._heard[msgid]

    def _device(self, delivery: Delivery) -> str:
        """The speaker's name; PermanentFailure for an exercise to one that is not enrolled."""
        if self._register is not None:
            return self._register.address(delivery)
        exercise = delivery.warning.status is Status.EXERCISE
        if exercise and delivery.target not in self._options.exercise:
            raise PermanentFailure(f"speaker {delivery.target} is not enrolled for exercises")
        return delivery.target

    def close(self) -> None:
        """Disconnect."""
        self._link.close()
        if self._register is not None:
            self._register.close()

    def _await(self, msgid: str, key: str, seconds: float) -> None:
        with self._answers:
            self._heard[msgid] = []
            point("before_named")
            self._sent.keep(msgid, key, seconds)
            point("after_named")

    def _hear(self, _topic: str, payload: bytes) -> None:
        """On the library's thread."""
        reply = speaker_words.read(payload)
        if reply is None:
            return
        with self._answers:
            if reply.msgid in self._heard:
                self._heard[reply.msgid].append(reply)
                self._answers.notify_all()
            elif (sent := self._sent.of(reply.msgid)) is not None:
                key, seconds = sent
                state, why = self._weigh(reply, seconds)
                self._late.append(Receipt(key, state, None, why))
        self._tell_late()

    def _tell_late(self) -> None:
        """Have written down what came after its hand-over had ended."""
        with self._answers:
            late, self._late = self._late, []
        for n, receipt in enumerate(late):
            try:
                self._tell(receipt)
            except sqlite3.Error:  # not now: with the next that is heard or sent
                with self._answers:
                    self._late = late[n:] + self._late
                return

    def _next(self, msgid: str, deadline: float) -> Reply | None:
        with self._answers:
            heard = self._heard[msgid]
            self._answers.wait_for(lambda: heard, max(0.0, deadline - monotonic()))
            return heard.pop(0) if heard else None

    def _outcome(self, topic: str, msgid: str, audio: Audio) -> Handed:
        deadline, last, resent = monotonic() + self._options.answer_within, None, 0
        while reply := self._next(msgid, deadline):
            if reply.state == "missing" and resent < RESENT:
                self._chunks(topic, msgid, audio.data, reply.missing)
                resent += 1
                continue
            state, why = self._weigh(reply, audio.seconds)
            if state is DeliveryState.FAILED:
                raise TemporaryFailure(why, 30.0)
            if state is not DeliveryState.ACCEPTED:
                return Handed(state, {"why": why})
            if last is None:
                deadline = monotonic() + self._options.proof_within
            last = Handed(state, {"why": why})
        if last is None:
            raise UnknownOutcome(f"no answer in {self._options.answer_within:g} s")
        return last

    def _weigh(self, reply: Reply, seconds: float) -> tuple[DeliveryState, str]:
        """What an answer proves."""
        if reply.state in ("failed", "missing"):
            return DeliveryState.FAILED, f"the speaker failed: {reply.message or reply.state}"
        least = CUT * seconds if seconds else self._options.least_played
        played, level = reply.played or 0.0, reply.level or 0.0
        proven = played >= least or level >= self._options.least_level
        if reply.state in ("played", "done"):
            if proven:
                return DeliveryState.PLAYED, f"played {played:g} s, {level:g} dB"
            return DeliveryState.UNKNOWN, "success without proof of play"
        return DeliveryState.ACCEPTED, reply.state

    def _command(self, warning: WarningVersion, msgid: str, audio: Audio, to: Spoken) -> bytes:
        o = self._options
        text = self._sayings.text(warning, to)
        if o.form == "cmd":
            return speaker_words.cmd(text, o.times, o.volume, msgid, o.size)
        fields = {
            "msgid": msgid, "text": text, "language": o.voices[0], "times": o.times,
            "volume": o.volume, "status": warning.status.value, "expires": warning.expires,
        }  # fmt: skip
        return speaker_words.command(fields, audio.data, audio.form, o.chunk)

    def _chunks(
        self, topic: str, msgid: str, audio: bytes, only: Sequence[int] | None = None
    ) -> None:
        for n, part in enumerate(speaker_words.chunks(audio, self._options.chunk)):
            if only is None or n in only:
                self._link.publish(f"{topic}/{msgid}/{n}", part)


def manner(o: Options, folder: Path) -> spoken.Manner:
    """How audio is made."""
    recordings = folder / o.recordings if o.recordings else None
    return spoken.Manner(o.voices, o.times, o.siren, 150, o.readings, recordings)


def window(options: Options) -> int:
    """Hand-overs at once."""
    return options.window


def registered(options: Options, around: Surroundings) -> Registered | None:
    """The speakers of the register, where they are asked for."""
    return Registered(around.folder, "speaker", {}) if options.recipients else None


def targets(options: Options, around: Surroundings, warning: WarningVersion) -> Sequence[Target]:
    """The area's speakers; of an exercise, those that are enrolled."""
    register = registered(options, around)
    if register is not None:
        try:
            return register.targets(warning)
        finally:
            register.close()
    found = options.speakers.get(warning.area.id, ())
    if warning.status is Status.EXERCISE:
        return [device for device in found if device in options.exercise]
    return found
