"""espeak-ng, run as a process of its own with a bounded time: the same bytes for the same text."""

from __future__ import annotations

import re
import subprocess

import numpy as np
from numpy.typing import NDArray

from tongluo.core.errors import SpeechError

RATE = 22050
"""Samples a second, of espeak-ng's voices and so of everything spoken."""
LONGEST = 20.0
"""Seconds one run may take; a warning takes some tenths."""
INSTALL = "apt-get install espeak-ng"

Sound = NDArray[np.int16]


def run(arguments: list[str], given: bytes, install: str, longest: float = LONGEST) -> bytes:
    """What a program writes; SpeechError when it is missing, fails or takes too long."""
    name = arguments[0]
    try:
        done = subprocess.run(
            arguments, input=given, capture_output=True, timeout=longest, check=False
        )
    except FileNotFoundError:
        raise SpeechError(f"{name} is not installed: {install}") from None
    except subprocess.TimeoutExpired:
        raise SpeechError(f"{name} did not end within {longest:g} s") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise SpeechError(f"{name} failed: {said[-1] if said else done.returncode}")
    return done.stdout


def phonemes(voice: str, text: str) -> str:
    """The phonemes that the voice would speak, in its own mnemonics."""
    return run(["espeak-ng", "-v", voice, "-q", "-x"], text.encode(), INSTALL).decode()


def syllables(said: str) -> int:
    """Syllables of a tone language: each has one tone digit."""
    return len(re.findall(r"\d+", said))


def switches(said: str) -> bool:
    """Whether the voice handed a part of its text to another language: "(en)"."""
    return re.search(r"\([a-z][a-z-]*\)", said) is not None


def speak(voice: str, text: str, speed: int) -> Sound:
    """The text as samples. speed: words a minute."""
    arguments = ["espeak-ng", "-v", voice, "-s", str(speed), "--stdin", "--stdout"]
    wav = run(arguments, text.encode(), INSTALL)
    start = wav.find(b"data") + 8  # the lengths in a header that is written to a pipe are not true
    if start < 8 or len(wav) <= start:
        raise SpeechError(f"espeak-ng has no sound for {text!r}")
    if int.from_bytes(wav[24:28], "little") != RATE:
        raise SpeechError(f"espeak-ng speaks at another rate than {RATE} samples a second")
    return np.frombuffer(wav[start : start + (len(wav) - start) // 2 * 2], "<i2").astype(np.int16)
