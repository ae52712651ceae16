"""A warning as one sound: the tone, an area's own recording, then the text twice in each voice.

An exercise says so before anything else, the tone too, and again at the end (law 6). A voice
that cannot say the text is left out and named in `odd`; without any voice and recording there is
no speech (SpeechError).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dissemination import sms_text, texts
from dissemination.messages import PLAIN, Wording
from dissemination.speech import audio, siren
from dissemination.speech.espeak import RATE, Sound, speak
from dissemination.speech.voices import VOICES, Readings, ready
from dissemination.speech.wording import words
from tongluo.core.errors import SpeechError
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Status

PAUSE = 0.7
"""Seconds between parts."""
EXERCISE = {
    "zh": "演练，演练。这是演练，不是真实预警。",
    "en": "Exercise, exercise. This is an exercise, not an actual warning.",
}
RECORDED = (".wav", ".mp3", ".ogg", ".flac", ".m4a", ".aac")


@dataclass(frozen=True)
class Manner:
    """How a site wants its warnings spoken."""

    voices: tuple[str, ...] = ("zh-CN",)
    times: int = 2
    siren: float = 6.0
    """Seconds of tone; 0 = none."""
    speed: int = 150
    """Words a minute, as espeak-ng counts them."""
    readings: Mapping[str, Readings] = field(default_factory=dict)
    """Voice -> word -> its syllables."""
    recordings: Path | None = None
    """Folder of recordings: `<area>/<hazard>.<step>.wav`, else `<area>/<step>.wav`."""


@dataclass(frozen=True)
class Spoken:
    """The sound, and what is in it."""

    sound: Sound
    said: tuple[tuple[str, str], ...]
    """(voice, text in words); ("recording", file name)."""
    odd: tuple[str, ...]
    """What could not be spoken, one line each."""

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.sound) / RATE


def text(warning: WarningVersion, language: str, wording: Wording = PLAIN) -> str:
    """What a voice says of a warning, in words, without the word of an exercise."""
    return next(shorter(warning, language, wording))


def shorter(warning: WarningVersion, language: str, wording: Wording = PLAIN) -> Iterator[str]:
    """As `text`, from the fullest to the shortest: a site's own words have parts to leave out."""
    tongue, who = VOICES[language].tongue, wording.to.audience
    full = {"zh": "。", "en": ". "}[tongue]
    heard = wording.to.hears(warning)
    template = wording.own(warning, tongue)
    if template:
        for own in sms_text.shorter(heard, tongue, template, who):
            yield words(own, tongue)
        return
    parts = [
        texts.headline(heard, tongue, mark=False),  # it is said once around the whole
        texts.told(heard, tongue, who),
        texts.description(heard, tongue, mark=False),
        {"zh": "发布单位：", "en": "Issued by "}[tongue] + texts.sender_name(heard, tongue),
    ]
    yield words(full.join(parts), tongue)


def spoken(warning: WarningVersion, manner: Manner, wording: Wording = PLAIN) -> Spoken:
    """The whole sound of a warning."""
    odd = list[str]()
    before = list(_exercise(warning, manner, odd))
    voices = list(_voices(warning, manner, wording, odd))
    own = list(_recording(warning, manner, odd))
    if not voices and not own:
        raise SpeechError(f"no voice can speak: {'; '.join(odd)}")
    if warning.status is Status.EXERCISE and not before:
        raise SpeechError(f"no voice can say that it is an exercise: {'; '.join(odd)}")
    tone = siren.tone(manner.siren, warning.act is Act.CANCEL)
    parts = [*(part for _, _, part in before), tone, *(part for _, _, part in own)]
    parts += [part for _, _, part in voices for _ in range(manner.times)]
    parts += [part for _, _, part in before]
    said = [(who, what) for who, what, _ in (*before, *own, *voices, *before)]
    gap = siren.silence(PAUSE)
    whole = [piece for part in parts if len(part) for piece in (part, gap)]
    return Spoken(np.concatenate(whole), tuple(said), tuple(odd))


_Part = tuple[str, str, Sound]


def _exercise(warning: WarningVersion, manner: Manner, odd: list[str]) -> Iterator[_Part]:
    if warning.status is Status.EXERCISE:
        for language in manner.voices:
            said = words(EXERCISE[VOICES[language].tongue], VOICES[language].tongue)
            yield from _say(language, said, manner, odd)


def _voices(
    warning: WarningVersion, manner: Manner, wording: Wording, odd: list[str]
) -> Iterator[_Part]:
    for language in manner.voices:
        yield from _say(language, text(warning, language, wording), manner, odd)


def _say(language: str, said: str, manner: Manner, odd: list[str]) -> Iterator[_Part]:
    """One voice; what it cannot say stands in `odd`."""
    try:
        found = ready(language, said, manner.readings.get(language, {}))
        sound = speak(found.voice, found.given, manner.speed)
    except SpeechError as error:
        odd.append(str(error))
        return
    if found.unread:
        odd.append(f"voice {language} leaves out: {found.unread}")
    yield language, said, sound


def _recording(warning: WarningVersion, manner: Manner, odd: list[str]) -> Iterator[_Part]:
    """The area's own recording for this hazard and step, or for the step."""
    path = recording(warning, manner.recordings)
    if path is None:
        return
    try:
        yield "recording", path.name, audio.load(path)
    except SpeechError as error:
        odd.append(str(error))


def recording(warning: WarningVersion, folder: Path | None) -> Path | None:
    """The file that an area has for this warning; None when it has none."""
    if folder is None or Path(warning.area.id).name != warning.area.id:
        return None
    step = texts.step(warning).value
    names = (f"{warning.hazard.value}.{step}", step)
    paths = (folder / warning.area.id / (name + end) for name in names for end in RECORDED)
    return next((path for path in paths if path.is_file()), None)
