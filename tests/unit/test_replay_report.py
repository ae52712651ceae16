"""The page says in plain words what came when, claims no more, and needs nothing beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.shared import needs_shared
from tests.swindale import build
from tongluo.core.errors import CaseError
from tongluo.replay.case import load_case
from tongluo.replay.run import replay

ROOT = Path(__file__).resolve().parents[2]


def page(folder: Path, out: Path, config: Path | None = None) -> str:
    replay(load_case(folder), out, config)
    return (out / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def swindale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("swindale"))


@pytest.fixture(scope="module")
def swindale_page(swindale: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(swindale, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def ahr(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(ROOT / "replay_data" / "ahr-2021", tmp_path_factory.mktemp("ahr"))


@needs_shared
def test_it_says_that_yellow_came_after_the_peak(swindale_page: str) -> None:
    assert (
        "The peak of flow at swindale came at 2009-11-19 08:00 (48.3 m3/s); yellow for rainstorm "
        "in Swindale came at 2009-11-19 10:15, 2 h 15 min after the peak." in swindale_page
    )
    assert "斯温代尔谷暴雨黄色于2009-11-19 10:15达到，在峰值之后2小时15分钟" in swindale_page
    assert "2 h 45 min before the peak" in swindale_page  # blue, in the table


@needs_shared
def test_a_peak_whose_time_is_told(swindale: Path, tmp_path: Path) -> None:
    build(tmp_path)
    text = (tmp_path / "case.yaml").read_text(encoding="utf-8")
    told = text.replace("quantity: flow}", 'quantity: flow, time: "2009-11-19T12:00Z"}')
    (tmp_path / "case.yaml").write_text(told, encoding="utf-8")
    assert "1 h 45 min before the peak" in page(tmp_path, tmp_path / "out")
    (tmp_path / "case.yaml").write_text(text.replace("y: flow}", "y: stage}"), encoding="utf-8")
    with pytest.raises(CaseError, match="peak: there is no sensor 'swindale/stage'"):
        page(tmp_path, tmp_path / "out")


@needs_shared
def test_it_loads_nothing_and_runs_nothing(swindale_page: str) -> None:
    assert "<script" not in swindale_page and "http" not in re.sub(
        r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+", "", swindale_page
    )
    assert swindale_page.count('<img src="data:image/svg+xml;base64,') == 3
    links = re.findall(r'href="([^"]+)"', swindale_page)
    assert len(links) == 6 and all(link.startswith("warnings/tongluo.") for link in links)


@needs_shared
def test_it_is_honest_about_coverage_and_scores(swindale_page: str) -> None:
    assert "nothing was sent to anyone and nothing came back" in swindale_page
    assert "没有向任何人发送，也没有任何回执" in swindale_page
    assert "The case names no impacts" in swindale_page


@needs_shared
def test_the_first_language_of_the_site_leads(swindale: Path, tmp_path: Path) -> None:
    text = (swindale / "stations.yaml").read_text(encoding="utf-8")
    for languages, lead, also in (
        ("[zh-CN, en-US]", "暴雨", "rainstorm"),
        ("[en-US, zh-CN]", "rainstorm", "暴雨"),
        ("[en-US]", "rainstorm", ""),
    ):
        config = tmp_path / "other.yaml"
        config.write_text(text.replace("  timezone: UTC", f"  timezone: UTC\n  languages: "
                                       f"{languages}"), encoding="utf-8")  # fmt: skip
        html = page(swindale, tmp_path / "out", config)
        assert re.search(rf'<span class="lead" lang="[a-zA-Z-]+">{lead}</span>', html)
        assert bool(re.search(r'<span class="also" lang', html)) == bool(also)
        if also:
            assert re.search(rf'<span class="also" lang="[a-zA-Z-]+">{also}</span>', html)


def test_a_published_case_shows_what_was_warned_then_and_no_false_alarms(ahr: str) -> None:
    assert "an alarm without an impact need not be false" in ahr.replace("\n", " ")
    assert "a gap means not printed, not a silent gauge" in ahr.replace("\n", " ")
    assert "no rule here: missed" in ahr  # harm at Müsch, where no threshold is printed
    assert "its last reading: it may have risen on" in ahr
    assert "+4 h 9 min" in ahr and "+2 h 28 min" in ahr  # against 11:17 and 17:17


def test_a_peak_after_a_silence_is_not_called_the_peak_without_a_word(tmp_path: Path) -> None:
    html = page(ROOT / "replay_data" / "slow-river-flood", tmp_path)
    assert "it had been silent before: the true peak may have been earlier and higher" in html
    assert "2026-06-11 19:15" in html  # the silence, in the table


def test_what_others_wrote_is_escaped(tmp_path: Path) -> None:
    source = ROOT / "replay_data" / "ahr-2021"
    for name in ("stations.yaml", "readings.csv", "case.yaml"):
        text = (source / name).read_text(encoding="utf-8")
        text = text.replace("note: destruction visible", 'note: "<b>x</b>&" # destruction visible')
        (tmp_path / name).write_text(text, encoding="utf-8")
    html = page(tmp_path, tmp_path / "out")
    assert "&lt;b&gt;x&lt;/b&gt;&amp;" in html and "<b>x" not in html
