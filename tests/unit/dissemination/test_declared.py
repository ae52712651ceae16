"""Declared channels: asked, declared by a name, never proven; links that nobody can make up."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination.channels.declared import Declared, Options, asked, declaration, ear
from dissemination.channels.kind import Surroundings
from dissemination.coverage.proof import proves
from dissemination.phones import key_of
from tests.warned import BASE
from tongluo.core.ports import Delivery
from tongluo.core.words import DeliveryState

OPTIONS = Options(medium="county television")
SENT = Delivery("id-1:tv:a-1", BASE, "tv", "a-1")


def ask(folder: Path) -> None:
    channel = Declared(OPTIONS, Surroundings(folder))
    channel.send(SENT)
    channel.close()


def link(folder: Path) -> str:
    (line,) = asked((folder / "declared.jsonl").read_bytes())
    return urlsplit(line["link"]).query


def test_asked_is_handed_over_and_no_more(tmp_path: Path) -> None:
    channel = Declared(OPTIONS, Surroundings(tmp_path))
    assert channel.send(SENT).state == DeliveryState.HANDED_OVER
    channel.send(SENT)
    channel.close()
    again = Declared(OPTIONS, Surroundings(tmp_path))
    again.send(SENT)
    again.close()
    (line,) = asked((tmp_path / "declared.jsonl").read_bytes())
    assert line["medium"] == "county television" and line["status"] == "Actual"
    assert line["texts"][0]["headline"] == "青溪镇暴雨橙色预警：请做好准备"


def test_declared_is_played_by_a_name_and_proves_nobody(tmp_path: Path) -> None:
    ask(tmp_path)
    here = ear(OPTIONS, Surroundings(tmp_path))
    found = here.read(f"{link(tmp_path)}&by=%E5%80%BC%E7%8F%AD%E5%91%98")
    assert found is not None and (found.id, found.state) == (SENT.key, DeliveryState.PLAYED)
    assert found.raw == "declared by 值班员: shown" and not proves(found.state)
    refused = here.read(f"{link(tmp_path)}&by=duty&what=not")
    assert refused is not None and refused.state is DeliveryState.FAILED


@pytest.mark.parametrize("more", ["", "&by=", "&by=%20", "&by=duty&what=perhaps"])
def test_without_a_name_or_a_known_word_nothing_is_declared(tmp_path: Path, more: str) -> None:
    ask(tmp_path)
    assert declaration(link(tmp_path) + more, key_of(tmp_path)) is None


@given(st.text())
def test_nobody_declares_what_was_not_asked(query: str) -> None:
    assert declaration(f"{query}&by=duty", b"k" * 32) is None
    assert declaration(f"k={query}&by=duty", b"k" * 32) is None


def test_a_phone_number_as_a_name_is_masked(tmp_path: Path) -> None:
    ask(tmp_path)
    found = declaration(f"{link(tmp_path)}&by=8613800138000", key_of(tmp_path))
    assert found is not None and "8613800138000" not in found.raw


@pytest.mark.parametrize("url", ["https://x:1/d", "http://x/d", "http://:1/d", "http://x:1/d?k=1"])
def test_where_to_listen(url: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        Options(medium="x", listen=url)
