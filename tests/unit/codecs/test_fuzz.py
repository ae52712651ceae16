"""Whatever the bytes: a codec fails in one way only, and every message is accounted for.

To add a codec, write a file `samples_NAME.py` beside this one, with CODEC (a codec built from its
options) and SAMPLES (a list of payloads, most of which it reads).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from random import Random

import pytest

from tests.unit.codecs.sink import Reading, RecordingSink, decode
from tongluo.core.ports import Codec

N = 100_000

SAMPLES: dict[str, tuple[Codec, list[bytes]]] = {
    path.stem.removeprefix("samples_"): (module.CODEC, module.SAMPLES)
    for path in sorted(Path(__file__).parent.glob("samples_*.py"))
    for module in [import_module(f"{__package__}.{path.stem}")]
}

_TOKENS = [
    b"null", b"true", b"[", b"]", b"{", b"}", b'"', b":", b",", b"-", b".", b"0", b"9" * 20,
    b"1e400", b"1e13", b'""', b"{}", b"[]", b"\\ud800", b"\xff\xff", b"\0\0", b"~~", b"9" * 400,
]  # fmt: skip
_VALUE = re.compile(rb'(?<=[:,\[])("[^"]*"(?!:)|-?[0-9][0-9.eE+-]*|true|false|null)')
_VALUES = [
    b"null", b"true", b"0", b"-1", b"0.5", b"9" * 20, b"9" * 400, b"1e13", b"1e400", b"-1e308",
    b"1e-9", b"NaN", b'""', b'"x"', b'"3.5"', b'"nan"', b'"2026-07-01T00:00:00Z"',
    b'"2026-07-01T00:00:00"', b'"9999-12-31T23:59:59-23:59"', b'"0001-01-01T00:00:00+23:59"',
    b'"t"', b'"bn"', b'"value"', b"[]", b"[1,2]", b"{}", b'{"value":1}',
    b"[" * 300 + b"]" * 300, b"[" * 5000 + b"]" * 5000,
]  # fmt: skip


def _flip(data: bytearray, random: Random) -> None:
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _overwrite(data: bytearray, random: Random) -> None:
    data[random.randrange(len(data))] = random.randrange(256)


def _delete(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data))
    del data[at : at + random.choice((1, 1, 2, 8, 40))]


def _insert(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data) + 1)
    data[at:at] = random.choice(_TOKENS)


def _replace(data: bytearray, random: Random) -> None:
    """Another value in place of one, so that the text stays well-formed and damage goes deeper."""
    spans = [match.span() for match in _VALUE.finditer(data)]
    if spans:
        start, end = random.choice(spans)
        data[start:end] = random.choice(_VALUES)


def _truncate(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data)) :]


_CHANGES: list[Callable[[bytearray, Random], None]] = [
    _flip, _flip, _overwrite, _delete, _insert, _insert, _truncate,
]  # fmt: skip


def mutations(samples: list[bytes], other: list[bytes], n: int, seed: int) -> Iterator[bytes]:
    """`n` damaged messages, the same for the same seed; a splice ends in a sample of `other`."""
    random = Random(seed)
    for _ in range(n):
        data = bytearray(random.choice(samples))
        kind = random.random()
        if kind < 0.1:
            end = random.choice(other)
            data[random.randrange(len(data)) :] = end[random.randrange(len(end)) :]
        changes = [_replace] if kind > 0.6 else _CHANGES
        for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
            if data:
                random.choice(changes)(data, random)
        yield bytes(data)


def _is_sound(reading: Reading) -> bool:
    """Whether the journal can keep it."""
    device, element, time, value, unit, flag, issued = reading
    (device + element + unit).encode()
    return (
        (math.isfinite(value) or (math.isnan(value) and flag == 9))
        and flag in {1, 2, 3, 4, 9}
        and (time is None or (type(time) is int and abs(time) < 2**53))
        and type(issued) is int
        and abs(issued) < 2**53
    )


def check(codec: Codec, samples: list[bytes], other: list[bytes], n: int, seed: int) -> int:
    """How many of `n` damaged messages still gave a reading; anything but BadMessage escapes."""
    read = 0
    for payload in mutations(samples, other, n, seed):
        sink = decode(codec, payload, "t", RecordingSink())
        assert sink.said(), f"lost without a trace: {payload!r}"
        assert all(map(_is_sound, sink.readings)), f"{payload!r} gave {sink.readings}"
        read += bool(sink.readings)
    return read


@pytest.mark.parametrize("name", SAMPLES)
def test_undamaged_messages(name: str) -> None:
    codec, samples = SAMPLES[name]
    sinks = [decode(codec, payload) for payload in samples]
    assert all(sink.said() for sink in sinks)
    assert any(sink.readings and not sink.rejects for sink in sinks)


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_messages(name: str) -> None:
    codec, samples = SAMPLES[name]
    read = check(codec, samples, samples, N, seed=1)
    assert N // 100 < read < N  # the damage is neither always deadly nor always harmless


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "number"), [(name, i) for name in SAMPLES for i in range(len(SAMPLES[name][1]))]
)
def test_damaged_messages_of_each_sample(name: str, number: int) -> None:
    codec, samples = SAMPLES[name]
    assert check(codec, [samples[number]], samples, N, seed=2 + number) <= N
