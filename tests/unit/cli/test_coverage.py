"""`coverage`: what is told of a warning equals what the deliveries really hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dissemination.coverage.ways import Way
from dissemination.targeting import Contact, Entry, Register, Stratum
from tests.town import EVENT, MINUTE, START, enrol, head, number, warning
from tests.unit.cli.conftest import Ended
from tongluo.core.effects import Effects, Tick
from tongluo.core.words import DeliveryState, Level
from tongluo.coverage.place import Links
from tongluo.coverage.sent import Row, counted, strangers
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned
from tongluo.store.journal import Journal

CONFIG = (
    head(town=500, upper=120, lower=80)
    + """\
channels:
  record: {kind: recording}
  sms: {kind: mqtt}
  siren: {kind: mqtt}
  wardens: {kind: mqtt}
coverage:
  responsible_within: 5 min
  channels:
    sms: {reach: 0.8, proof: person, rate: 60/min, delay: 30 s, notice: 3 min, needs: [mobile]}
    siren: {audibility: 0.6, proof: played, needs: [power]}
    wardens: {reach: 0.9, proof: person, rate: 2/min, apart: true}
"""
)
Call = Callable[..., Ended]


@dataclass
class Here:
    config: Path
    var: Path
    rows: Deliveries
    targets: dict[int, str]

    def to(self, who: list[int], channel: str, *states: tuple[DeliveryState, float]) -> None:
        """A delivery for each, that goes through the states at their minutes."""
        fan = Planned(f"{EVENT}.v1:{channel}:town", f"{EVENT}.v1", EVENT, channel, "town", 4)
        self.rows.spread(fan, [self.targets[n] for n in who], START)
        for n in who:
            self.become(f"{EVENT}.v1:{channel}:{self.targets[n]}", *states)

    def become(self, key: str, *states: tuple[DeliveryState, float]) -> None:
        for state, minute in states:
            at = START + round(minute * MINUTE)
            if state in (DeliveryState.HANDED_OVER, DeliveryState.UNKNOWN):
                self.rows.settle([Outcome(key, state, at)])
            else:
                assert self.rows.receive(key, state, 0, "raw", at)


@pytest.fixture
def here(tmp_path: Path) -> Any:
    """100 people by name in each village, one household of three, one responsible person."""
    config, var = tmp_path / "stations.yaml", tmp_path / "var"
    config.write_text(CONFIG, encoding="utf-8")
    with closing(Journal(var / "journal.db")) as journal, journal.transaction():
        effects = Effects(warnings=[(warning(1, Level.RED, 0), ("sms",))])
        journal.tick(Tick(START), effects)
        journal.configuration('{"time": {"clock": "stream"}}', [], Effects(), START)
        journal.tick(Tick(START + 30 * MINUTE), Effects())
    entries = [
        Entry(f"e{n}", "upper" if n < 50 else "lower", name=f"某{n}", size=3 if n == 9 else 1,
              sort="household" if n == 9 else "person",
              audience="responders" if n == 1 else "residents",
              stratum=Stratum("old" if n % 2 else "adult", "rural"),
              contacts=(Contact("sms", number(n)),))
        for n in range(100)
    ]  # fmt: skip
    targets = dict(enumerate(enrol(var, entries)))
    rows = Deliveries(var / "deliveries.db")
    yield Here(config, var, rows, targets)
    rows.close()


def told(call: Call, here: Here, *args: object) -> dict[str, Any]:
    ended = call("coverage", *args, "--json", "--config", here.config)
    assert ended.code == 0, ended.err
    return dict(json.loads(ended.out))


def test_each_person_counts_once_and_only_by_proof(call: Call, here: Here) -> None:
    out, proof = (DeliveryState.HANDED_OVER, 1), (DeliveryState.DELIVERED, 4)
    here.to([*range(20)], "sms", out, proof)
    here.to([*range(20, 40)], "sms", out)
    here.to([*range(40, 45)], "sms", out, (DeliveryState.FAILED, 3))
    here.to([*range(10, 30)], "wardens", (DeliveryState.ACKNOWLEDGED, 20))
    found = told(call, here, "town")
    assert found["minute"] == 30 and found["whole"]["people"] == 500
    assert found["whole"]["confirmed"] == 30 + 2  # a household is all its people
    by = {c["name"]: c for c in found["channels"]}
    assert (by["sms"]["confirmed"], by["wardens"]["confirmed"]) == (22, 20)
    assert (by["sms"]["alone"], by["wardens"]["alone"]) == (12, 10)
    assert by["sms"]["states"] == {"delivered": 20, "failed": 5, "handed_over": 20}
    assert found["responsible"] == [1, 1] and found["receipts_missing"] == 20
    areas = {a["name"]: (a["people"], a["confirmed"]) for a in found["areas"]}
    assert areas == {"upper": (120, 32), "lower": (80, 0), "town": (300, 0)}
    steps = {c["minute"]: c["confirmed"] for c in found["curve"]}
    assert steps[0] == 0 and max(steps.values()) == pytest.approx(32 / 500)


def test_an_address_that_nobody_knows_is_no_further_person(call: Call, here: Here) -> None:
    here.to([*range(20)], "sms", (DeliveryState.HANDED_OVER, 1), (DeliveryState.DELIVERED, 4))
    before = told(call, here, "town")["whole"]["confirmed"]
    here.targets |= {n: f"page-{n}" for n in range(1000, 1400)}
    here.to([*range(1000, 1400)], "wardens", (DeliveryState.ACKNOWLEDGED, 5))
    whole = told(call, here, "town")["whole"]
    assert (whole["confirmed"], whole["people"]) == (before, 500)


def test_without_a_register_one_channel_s_addresses_count() -> None:
    ways = [Way(name, proof="person") for name in ("sms", "app")]
    rows = [Row(str(n), c, f"{c}{n}", "delivered", 0) for c, k in (("sms", 3), ("app", 2))
            for n in range(k)]  # fmt: skip
    none = Links(np.array([], "<U1"), np.array([], np.int64))
    assert list(strangers(rows, ways, none)) == ["sms0", "sms1", "sms2"]


def test_a_late_receipt_changes_the_past(call: Call, here: Here) -> None:
    here.to([1], "sms", (DeliveryState.HANDED_OVER, 1))
    key = f"{EVENT}.v1:sms:{here.targets[1]}"
    here.rows.receive(key, DeliveryState.DELIVERED, START + 3 * MINUTE, "raw", START + 29 * MINUTE)
    found = told(call, here)
    early = [c["confirmed"] for c in found["curve"] if 3 <= c["minute"] < 29]
    assert set(early) == {1 / 500} and found["responsible"] == [1, 1]


def test_playback_counts_by_its_audibility_and_silence_is_doubt(call: Call, here: Here) -> None:
    for name in ("upper", "lower"):
        fan = Planned(f"{EVENT}.v1:siren:{name}", f"{EVENT}.v1", EVENT, "siren", name, 4)
        here.rows.plan([fan], 1, START)
    here.become(
        f"{EVENT}.v1:siren:upper", (DeliveryState.HANDED_OVER, 1), (DeliveryState.PLAYED, 2)
    )
    here.become(
        f"{EVENT}.v1:siren:lower", (DeliveryState.HANDED_OVER, 1), (DeliveryState.UNKNOWN, 2)
    )
    found = {a["name"]: a for a in told(call, here)["areas"]}
    assert all(a["confirmed"] == 0 for a in found.values())
    assert 0.4 < found["upper"]["estimate"]["likely"] < 0.75
    assert found["lower"]["estimate"]["low"] == 0.0
    assert found["lower"]["estimate"]["high"] > 0.4 and found["lower"]["estimate"]["bound"]
    assert found["town"]["estimate"]["high"] == 0.0


def test_an_outage_counts_at_once_and_ends_by_itself(call: Call, here: Here) -> None:
    before = told(call, here, "--plan", "upper")
    args = ("coverage", "--outage", "mobile", "town", "--hours", "2", "--who", "duty")
    ended = call(*args, "--config", here.config)
    assert ended.code == 0 and "sms" in ended.out and "3 areas" in ended.out
    during = told(call, here, "--plan", "upper")
    assert before["channels"]["sms"]["reach"]["likely"] > 0.6
    assert during["channels"]["sms"]["reach"]["high"] == 0.0
    later = told(call, here, "--plan", "upper", "--at", "2099-01-01T12:00")
    assert later["channels"]["sms"]["reach"]["likely"] > 0.6
    call("coverage", "--outage", "mobile", "town", "--hours", "0", "--who", "d", "--config",
         here.config)  # fmt: skip
    assert told(call, here, "--plan", "upper")["channels"]["sms"]["reach"]["likely"] > 0.6


def test_a_plan_names_each_channel_and_sends_nothing(call: Call, here: Here) -> None:
    found = told(call, here, "--plan", "town", "--at", "03:00")
    assert set(found["channels"]) == {"sms", "siren", "wardens"} and found["people"] == 500
    times = found["all"]["times"]
    assert times["0.9"]["early"] < times["0.9"]["likely"] and times["0.95"]["never"] > 0.2
    assert found["channels"]["siren"]["times"]["0.9"]["likely"] is None
    with closing(Deliveries(here.var / "deliveries.db")) as rows:
        assert rows.take("sms", 9, START, sure=False) == []
    ended = call("coverage", "--plan", "town", "--config", here.config, "--language", "zh-CN")
    assert "全部合计" in ended.out and ended.code == 0


def test_a_survey_moves_the_estimate(call: Call, here: Here, tmp_path: Path) -> None:
    before = told(call, here, "--plan", "town")["channels"]["sms"]["reach"]
    survey = tmp_path / "asked.csv"
    rows = [f"upper,old.rural,{int(n % 2)},1,1,{int(n % 4 == 1)}" for n in range(200)]
    survey.write_text("\n".join(["area,stratum,sms,siren,any,sms.proof", *rows]), encoding="utf-8")
    args = ("coverage", "--calibrate", survey, "--day", "2026-05-12", "--config", here.config)
    ended = call(*args)
    assert ended.code == 0 and "200 people asked, sms 50 %, siren 100 %" in ended.out
    after = told(call, here, "--plan", "town")["channels"]["sms"]["reach"]
    assert after["likely"] < 0.6 < before["likely"]
    assert after["high"] - after["low"] < before["high"] - before["low"]
    survey.write_text("area,sms\nupper,1\nnowhere,0\n", encoding="utf-8")
    assert call(*args).err == f"tongluo: {survey}:3: there is no area 'nowhere'\n"
    survey.write_text("area,sms\nupper,perhaps\n", encoding="utf-8")
    assert "asked.csv:2: sms: 'perhaps' is neither 1 nor 0" in call(*args).err


def test_the_unreached_are_listed_and_named_only_on_demand(call: Call, here: Here) -> None:
    done = (DeliveryState.HANDED_OVER, 1), (DeliveryState.DELIVERED, 2)
    here.to([n for n in range(100) if n not in (3, 77)], "sms", *done)
    listed = call("coverage", "--unreached", "--config", here.config)
    assert "Without any proof: 2 people" in listed.out and "某" not in listed.out
    refused = call("coverage", "--unreached", "--names", "--config", here.config)
    assert refused.code == 1 and "--who" in refused.err
    named = call("coverage", "--unreached", "--names", "--who", "lin", "--config", here.config)
    assert "某3" in named.out and "某77" in named.out and "某4 " not in named.out
    with closing(Register.open(here.var)) as register:
        (body,) = register.db.execute("SELECT body FROM audit WHERE what = 'names'").fetchone()
    assert json.loads(body) == {"who": "lin", "entries": 2}


def test_a_higher_level_is_to_be_told_anew(call: Call, here: Here) -> None:
    here.to([*range(50)], "sms", (DeliveryState.HANDED_OVER, 1), (DeliveryState.DELIVERED, 2))
    for version, level, want in ((2, Level.RED, 52), (3, Level.ORANGE, 52)):
        with closing(Journal(here.var / "journal.db")) as journal, journal.transaction():
            effects = Effects(warnings=[(warning(version, level, 10 * version), ("sms",))])
            journal.tick(Tick(START + 40 * MINUTE), effects)
        assert told(call, here)["whole"]["confirmed"] == want
    assert told(call, here, f"{EVENT}.v1")["whole"]["confirmed"] == 52
    lower = warning(1, Level.YELLOW, 0)

    assert [
        v.version for v in counted([lower, warning(2, Level.RED, 9)], warning(2, Level.RED, 9))
    ] == [2]


def test_the_table_and_the_picture(call: Call, here: Here, tmp_path: Path) -> None:
    here.to([*range(50)], "sms", (DeliveryState.HANDED_OVER, 1), (DeliveryState.DELIVERED, 2))
    picture = tmp_path / "curve.svg"
    ended = call("coverage", "--picture", picture, "--config", here.config)
    assert ended.code == 0, ended.err
    assert (
        "confirmed, each person once: 52 (10 %)" in ended.out and "What would add most" in ended.out
    )
    assert picture.read_text(encoding="utf-8").startswith("<?xml")
    assert call("coverage", "nothing", "--config", here.config).code == 1
