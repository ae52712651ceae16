"""What a loudspeaker is given to say: a text for one that speaks by itself, or audio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dissemination.messages import PLAIN, Spoken, Template, Wording
from dissemination.speech import audio, spoken
from dissemination.speech.espeak import Sound
from dissemination.speech.voices import VOICES
from dissemination.speech.wording import words
from tongluo.core.errors import SpeechError, TemporaryFailure
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Status

KIND = "loudspeaker"


@dataclass(frozen=True)
class Audio:
    """One sound as it is sent."""

    data: bytes = b""
    form: str = ""
    seconds: float = 0.0


SILENT = Audio()


class Sayings:
    """Texts and sounds of a warning, each made once for all speakers that speak to the same."""

    def __init__(self, options: Any, manner: spoken.Manner, templates: Sequence[Template]) -> None:
        self._language, self._longest = options.voices[0], options.longest
        self._manner, self._templates = manner, templates
        self._made: tuple[str, dict[Spoken, Audio]] = ("", {})

    def text(self, warning: WarningVersion, to: Spoken) -> str:
        """For a speaker that speaks by itself."""
        return said(warning, self._language, self._longest, self._wording(to))

    def audio(self, warning: WarningVersion, to: Spoken) -> Audio:
        """The sound; TemporaryFailure when it cannot be made."""
        if self._made[0] != warning.identifier:
            self._made = (warning.identifier, {})
        made = self._made[1]
        if to not in made:
            try:
                found = spoken.spoken(warning, self._manner, self._wording(to))
            except SpeechError as error:
                raise TemporaryFailure(f"no audio: {error}", 60.0) from error
            made[to] = Audio(*encoded(found.sound), found.seconds)
        return made[to]

    def _wording(self, to: Spoken) -> Wording:
        return Wording(self._templates, KIND, to)


def encoded(sound: Sound) -> tuple[bytes, str]:
    """MP3, or WAV where there is no ffmpeg."""
    try:
        return audio.to_mp3(sound), "mp3"
    except SpeechError:
        return audio.to_wav(sound), "wav"


def said(warning: WarningVersion, language: str, longest: int, wording: Wording = PLAIN) -> str:
    """The text for a speaker that speaks by itself: in words, an exercise said first and last.

    The fullest that there is room for; of one that is still too long, whole sentences.
    """
    tongue = VOICES[language].tongue
    full = {"zh": "。", "en": ". "}[tongue]
    mark = words(spoken.EXERCISE[tongue], tongue).strip("。. ") + full
    mark = mark if warning.status is Status.EXERCISE else ""
    room, text = longest - 2 * len(mark), ""
    for one in spoken.shorter(warning, language, wording):
        text = one.strip("。. ") + full
        if len(text) <= room:
            break
    else:
        end = text.rfind(full, 0, room)
        text = text[: end + len(full)] if end > 0 else text[:room]
    return (mark + text + mark).strip()
