"""What is said to whom: audiences, a site's own templates, a place's own plan."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination import sms_text, texts
from dissemination.channels import people
from dissemination.channels.kannel import Options
from dissemination.channels.sms import Texts
from dissemination.messages import RESIDENT, Spoken, Template, own
from dissemination.targeting import AUDIENCES, Place
from dissemination.texts_audience import TO_DO
from tests.unit.targeting.people import PLACES, TOWN, number, person, register, warning
from tests.unit.targeting.test_channels import delivery, options
from tongluo.core.errors import PermanentFailure
from tongluo.core.warning import WarningVersion
from tongluo.core.words import GRADES, Act, Hazard, Level, Status

TONGUES = ("zh-CN", "en-US")
WARNINGS = st.builds(
    lambda hazard, level, act, status: warning(
        hazard=hazard,
        level=Level.NONE if act is Act.CANCEL else level,
        act=act,
        status=status,
        previous=Level.RED,
    ),
    st.sampled_from([h for h in Hazard if h.issued]),
    st.sampled_from(GRADES),
    st.sampled_from(Act),
    st.sampled_from(Status),
)


@given(WARNINGS, st.sampled_from(AUDIENCES), st.sampled_from(TONGUES))
def test_every_audience_is_told_place_and_action_in_two_parts(
    about: WarningVersion, audience: str, language: str
) -> None:
    text = sms_text.fit(about, language, 2, audience=audience)
    assert texts.place(about, language) in text
    ways = [f(about, language, audience) for f in (texts.told, texts.asked)]
    assert any(way.rstrip("。.") in text for way in ways)


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("step", ["watch", "ready", "leave", "clear"])
def test_audiences_are_told_different_things(language: str, step: str) -> None:
    level = {"watch": Level.BLUE, "ready": Level.YELLOW}.get(step, Level.RED)
    about = warning(level=level, act=Act.CANCEL if step == "clear" else Act.ISSUE)
    assert len({texts.told(about, language, a) for a in AUDIENCES}) == len(AUDIENCES)
    assert len({texts.asked(about, language, a) for a in AUDIENCES}) == len(AUDIENCES)


def test_nobody_is_led_away_for_fire_danger_or_a_mistake() -> None:
    danger = warning(hazard=Hazard.FIRE_DANGER, level=Level.RED)
    over = warning(act=Act.CANCEL, level=Level.NONE, previous=Level.RED, mistaken=True)
    for about in (danger, over):
        assert {texts.told(about, "zh-CN", a) for a in AUDIENCES} == {texts.told(about, "zh-CN")}
    assert set(TO_DO) | {"residents"} == set(AUDIENCES)


OWN = "{place}{level}：{action}{until}前|（{sender}）"


@pytest.mark.parametrize(
    ("template", "fits"),
    [
        (Template(OWN), True),
        (Template("", OWN), False),
        (Template(OWN, hazards=frozenset({Hazard.FLASH_FLOOD})), True),
        (Template(OWN, hazards=frozenset({Hazard.LANDSLIDE})), False),
        (Template(OWN, levels=frozenset({Level.RED, Level.ORANGE})), True),
        (Template(OWN, levels=frozenset({Level.BLUE})), False),
        (Template(OWN, channels=frozenset({"kannel"})), True),
        (Template(OWN, channels=frozenset({"smpp"})), False),
        (Template(OWN, audiences=frozenset({"residents"})), True),
        (Template(OWN, audiences=frozenset({"schools"})), False),
        (Template(OWN, places=frozenset({"school"})), False),
        (Template(OWN, all_clear=True), False),
    ],
)
def test_the_first_template_that_fits(template: Template, fits: bool) -> None:
    last = Template("{news}{action}")
    found = own([template, last], warning(), "kannel", RESIDENT, "zh-CN")
    assert found == (OWN if fits else last.zh)


def test_the_end_has_its_own_templates_and_a_mistake_none() -> None:
    over = warning(act=Act.CANCEL, level=Level.NONE, previous=Level.RED)
    made = (Template(OWN), Template("{place}{action}", all_clear=True))
    assert own(made, over, "kannel", RESIDENT, "zh-CN") == made[1].zh
    void = warning(act=Act.CANCEL, level=Level.NONE, previous=Level.RED, mistaken=True)
    assert own(made, void, "kannel", RESIDENT, "zh-CN") == ""


def texts_of(**more: object) -> Texts:
    given = options()
    assert isinstance(given, Options)
    templates = (
        Template("{place}学校：{action}", places=frozenset({"school"})),
        Template("{place}：{action}致联络员", audiences=frozenset({"contacts"})),
    )
    return Texts(given.model_copy(update=more), "ucs2", templates=templates, kind="kannel")


def test_a_text_for_each_audience_and_place_made_once() -> None:
    made, about = texts_of(), warning()
    plain = made.of(about)
    assert made.of(about) is plain and plain.startswith("upper山洪红色预警")
    assert made.of(about, Spoken("contacts")).endswith("致联络员")
    school = made.of(about, Spoken("schools", "school", "到后山操场集合", ""))
    assert school.startswith("upper学校：立即停课") and "到后山操场集合" in school
    with pytest.raises(PermanentFailure, match="do not fit"):
        texts_of(parts=1, signature="很长的签名" * 12).of(about)


def test_who_lives_at_a_point_hears_its_own_plan(tmp_path: Path) -> None:
    point = Place("point", parent="group", kind="hazard_point", plan="到村委楼三层")
    register(
        tmp_path,
        person(1, "point"),
        person(2, "upper"),
        person(3, "point", audience="contacts"),
        places=(*PLACES, point),
    )
    numbers = people.Numbers(options(), tmp_path)
    targets = people.targets(options(), people.Surroundings(tmp_path), warning(TOWN))
    said = {numbers.of(delivery(t)): numbers.spoken(delivery(t)) for t in targets}
    assert said == {
        number(1): Spoken("residents", "hazard_point", "到村委楼三层"),
        number(2): RESIDENT,
        number(3): Spoken("contacts", "hazard_point", "到村委楼三层"),
    }
    text = texts_of().of(warning(TOWN), said[number(1)])
    assert "到村委楼三层" in text and "到村委楼三层" not in texts_of().of(warning(TOWN))
