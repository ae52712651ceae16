"""Audio files: WAV by the standard library, anything else by ffmpeg where it is installed."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np

from dissemination.speech.espeak import RATE, Sound, run
from tongluo.core.errors import SpeechError

INSTALL = "apt-get install ffmpeg"
_QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin"]


def to_wav(sound: Sound) -> bytes:
    """One channel, 16 bits, 22050 samples a second."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())
    return out.getvalue()


def from_wav(data: bytes) -> Sound | None:
    """The samples; None when the file has another form than `to_wav` writes."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
                return None
            return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
    except (wave.Error, EOFError):
        return None


def to_mp3(sound: Sound) -> bytes:
    """MP3 of 48 kbit/s by ffmpeg, without marks of time or program: the same for the same sound."""
    form = ["-codec:a", "libmp3lame", "-b:a", "48k", "-map_metadata", "-1", "-fflags", "+bitexact"]
    form += ["-id3v2_version", "0", "-write_xing", "0"]
    arguments = [*_QUIET, "-f", "wav", "-i", "pipe:0", *form, "-f", "mp3", "pipe:1"]
    return run(arguments, to_wav(sound), INSTALL)


def load(path: Path) -> Sound:
    """A recording of any form; SpeechError when it cannot be read (other forms need ffmpeg)."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SpeechError(f"recording {path.name} cannot be read: {error.strerror}") from None
    sound = from_wav(data)
    if sound is None:
        form = ["-ac", "1", "-ar", str(RATE), "-f", "s16le", "pipe:1"]
        raw = run([*_QUIET, "-i", "pipe:0", *form], data, INSTALL)
        sound = np.frombuffer(raw, "<i2").astype(np.int16)
    if not len(sound):
        raise SpeechError(f"recording {path.name} is empty")
    return sound
