"""The sound of a warning: what is in it, in which order, as a valid file."""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from dissemination.speech import audio, espeak, siren
from dissemination.speech.spoken import Manner, recording, spoken, text
from tests.speech import needs_espeak, needs_ffmpeg, warning
from tongluo.core.errors import SpeechError
from tongluo.core.words import Act, Level, Status

BRIEF = Manner(siren=1.0, times=2)


def test_the_text_in_words() -> None:
    assert text(warning(), "zh-CN") == (
        "青溪镇三号点暴雨橙色预警。请做好准备。低洼处和山坡下的人员做好转移准备，避开积水路段，"
        "不要涉水或驾车过水。青溪镇三号点暴雨预警等级为橙色，二级，严重。三小时累计降雨五十六点四毫米，"
        "阈值五十毫米。发布单位。示例县"
    )
    assert text(warning(), "en").endswith(
        "fifty-six point four millimetres in three hours, threshold fifty millimetres. "
        "Issued by Example County"
    )


@needs_espeak
def test_a_wav_of_tone_and_text_twice_the_same_each_time() -> None:
    found = spoken(warning(), BRIEF)
    data = audio.to_wav(found.sound)
    with wave.open(io.BytesIO(data)) as file:
        assert file.getframerate() == espeak.RATE and file.getnframes() == len(found.sound)
    assert (found.sound[: espeak.RATE] == siren.tone(1.0)).all()
    once = spoken(warning(), Manner(siren=1.0, times=1))
    assert len(found.sound) - espeak.RATE > 1.9 * (len(once.sound) - espeak.RATE)
    assert [who for who, _ in found.said] == ["zh-CN"] and not found.odd
    assert audio.to_wav(spoken(warning(), BRIEF).sound) == data


@needs_espeak
def test_an_exercise_says_so_before_the_tone_and_last() -> None:
    found = spoken(warning(status=Status.EXERCISE), BRIEF)
    first, middle, last = found.said
    assert first == last and "演练" in first[1] and "演练" not in middle[1]
    word = int(np.flatnonzero(found.sound[: espeak.RATE * 20] > 20000)[0])
    assert word > espeak.RATE // 10  # words are said first; the tone is not
    assert not (found.sound[: espeak.RATE] == siren.tone(1.0)).all()


@needs_espeak
def test_a_recording_is_played_before_the_voice_and_alone_where_no_voice_can(
    tmp_path: Path,
) -> None:
    (tmp_path / "a-1").mkdir()
    own = siren.tone(0.5, clear=True)
    (tmp_path / "a-1" / "ready.wav").write_bytes(audio.to_wav(own))
    manner = Manner(siren=0.0, recordings=tmp_path)
    found = spoken(warning(), manner)
    assert [who for who, _ in found.said] == ["recording", "zh-CN"]
    assert (found.sound[: len(own)] == own).all()
    (tmp_path / "a-1" / "rainstorm.ready.wav").write_bytes(audio.to_wav(own))
    path = recording(warning(), tmp_path)
    assert path is not None and path.name == "rainstorm.ready.wav"
    assert recording(warning(level=Level.RED), tmp_path) is None


@needs_espeak
def test_a_bad_recording_costs_no_speech(tmp_path: Path) -> None:
    (tmp_path / "a-1").mkdir()
    (tmp_path / "a-1" / "ready.mp3").write_bytes(b"not audio")
    found = spoken(warning(), Manner(recordings=tmp_path))
    assert [who for who, _ in found.said] == ["zh-CN"] and len(found.odd) == 1


@needs_espeak
def test_a_voice_that_cannot_read_leaves_the_others() -> None:
    area = warning().area.__class__("a", "鑫鑫鑫鑫鑫鑫鑫鑫鑫鑫鑫鑫鑫鑫村", "", 1)
    found = spoken(warning(area=area), Manner(voices=("hak", "zh-CN")))
    assert [who for who, _ in found.said] == ["zh-CN"]
    assert "hak" in found.odd[0]
    with pytest.raises(SpeechError, match="no voice can speak"):
        spoken(warning(area=area), Manner(voices=("hak",)))


def test_the_all_clear_has_another_tone() -> None:
    assert not (siren.tone(1.0) == siren.tone(1.0, clear=True)).all()


@needs_espeak
def test_the_all_clear_is_spoken() -> None:
    said = dict(spoken(warning(act=Act.CANCEL, level=Level.NONE, previous=Level.RED), BRIEF).said)
    assert said["zh-CN"].startswith("解除青溪镇三号点暴雨红色预警")


def test_a_missing_program_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SpeechError, match="apt-get install espeak-ng"):
        espeak.phonemes("en", "x")


def test_a_program_that_hangs_is_ended() -> None:
    with pytest.raises(SpeechError, match="did not end within"):
        espeak.run(["sleep", "60"], b"", "", longest=0.05)


@needs_ffmpeg
def test_mp3_and_back(tmp_path: Path) -> None:
    sound = siren.tone(1.0)
    data = audio.to_mp3(sound)
    assert data == audio.to_mp3(sound)
    path = tmp_path / "x.mp3"
    path.write_bytes(data)
    back = audio.load(path)
    assert abs(len(back) - len(sound)) < 0.1 * espeak.RATE
    assert abs(np.abs(back.astype(float)).mean() / np.abs(sound.astype(float)).mean() - 1) < 0.2
    kind = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=format_name", str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "format_name=mp3" in kind.stdout
