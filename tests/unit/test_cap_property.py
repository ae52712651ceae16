"""Any warning at all: it passes the schema and the rules, and reads back as it was."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination import cap, texts
from dissemination.cap_read import Notice, NoticeInfo, read
from dissemination.cap_rules import check
from tests.warned import valid
from tongluo.core.warning import Area, Reference, Sender, WarningVersion
from tongluo.core.words import GRADES, Act, Hazard, Level, Status

ODD = st.sampled_from(list("<>&\"'\x00\x0b\x1f\x85\r\n\t\ud800\udfff\ufffe\uffff\u202e　铜é😀]"))
TEXT = st.text(ODD | st.characters(exclude_categories=()), max_size=60)
NAME = st.from_regex(r"[A-Za-z0-9_.@:铜-]{1,40}", fullmatch=True)
LATITUDE = st.integers(-90_000_000, 90_000_000).map(lambda n: n / 1e6)
LONGITUDE = st.integers(-180_000_000, 180_000_000).map(lambda n: n / 1e6)
POINT = st.tuples(LATITUDE, LONGITUDE)
RING = st.lists(POINT, min_size=3, max_size=12).map(lambda points: (*points, points[0]))
CIRCLE = st.tuples(LATITUDE, LONGITUDE, st.integers(0, 500_000).map(lambda n: n / 1e3))
SPAN = st.integers(0, 10 * 86_400_000)
MOMENT = st.integers(946_684_800_000, 4_102_444_800_000)  # the years 2000 to 2099
LANGUAGES = st.sampled_from([("zh-CN", "en-US"), ("en-US", "zh-CN"), ("zh-CN",), ("en-US",)])
ZONES = st.sampled_from(["Asia/Shanghai", "UTC", "America/Chicago", "Asia/Kathmandu"])


@st.composite
def areas(draw: st.DrawFn) -> Area:
    round_one = draw(st.booleans())
    return Area(
        draw(NAME),
        draw(TEXT),
        draw(TEXT),
        draw(st.integers(0, 10**6)),
        polygon=() if round_one else draw(RING),
        circle=draw(CIRCLE) if round_one else None,
        code=draw(st.sampled_from(["", "441999"])),
        plan=draw(TEXT),
        plan_en=draw(TEXT),
    )


@st.composite
def warnings(draw: st.DrawFn) -> WarningVersion:
    act, sent = draw(st.sampled_from(Act)), draw(MOMENT)
    references = st.lists(
        st.builds(Reference, NAME, NAME, MOMENT), max_size=4, min_size=0 if act is Act.ISSUE else 1
    )
    return WarningVersion(
        draw(NAME),
        draw(TEXT),
        draw(st.integers(1, 999)),
        act,
        draw(st.sampled_from(Status)),
        draw(st.sampled_from([h for h in Hazard if h.issued])),
        draw(st.sampled_from(Level)),
        draw(st.sampled_from(Level)),
        draw(areas()),
        Sender(draw(NAME), draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT)),
        sent,
        sent - draw(SPAN),
        sent + draw(SPAN),
        draw(ZONES),
        draw(st.dictionaries(st.sampled_from(["zh", "en"]), TEXT)),
        tuple(draw(references)),
        draw(TEXT),
        draw(TEXT),
        draw(LANGUAGES),
        draw(st.dictionaries(TEXT, TEXT, max_size=4)),
    )


def whole(ms: int) -> int:
    return ms // 1000 * 1000


@settings(max_examples=300, deadline=None)
@given(warnings())
def test_any_warning_is_valid_and_reads_back(warning: WarningVersion) -> None:
    xml = cap.render(warning)
    assert valid(xml) and check(xml, own=True) == []
    assert xml == cap.render(warning)
    notice = read(xml)
    assert notice.odd == ()
    same_head(notice, warning)
    assert tuple(info.language for info in notice.infos) == warning.languages
    for info in notice.infos:
        same_info(info, warning)
        same_area(info, warning)


def same_head(notice: Notice, warning: WarningVersion) -> None:
    assert notice.identifier == warning.identifier
    assert (notice.sender, notice.sent) == (warning.sender.id, whole(warning.sent))
    assert (notice.status, notice.scope) == (warning.status.value, "Public")
    assert notice.msg_type == cap.MSG_TYPE[warning.act]
    assert notice.note == texts.note(warning)
    assert notice.references == tuple(
        Reference(ref.sender, ref.identifier, whole(ref.sent)) for ref in warning.references
    )


def same_info(info: NoticeInfo, warning: WarningVersion) -> None:
    language = info.language
    assert (info.effective, info.onset, info.expires) == (
        whole(warning.sent),
        whole(warning.onset),
        whole(warning.expires),
    )
    assert info.headline == texts.headline(warning, language)
    assert info.description == texts.description(warning, language)
    assert info.instruction == texts.instruction(warning, language)
    assert info.sender_name == texts.sender_name(warning, language)
    reason = warning.reason.get(texts.tongue(language), "")
    assert texts.clean(reason) in info.description
    shown = warning.previous if warning.act is Act.CANCEL else warning.level
    assert info.level == (shown.word if shown in GRADES else "unknown")
    sent = {(texts.clean(key), texts.clean(value)) for key, value in warning.extra.items()}
    assert sent <= set(info.parameters)


def same_area(info: NoticeInfo, warning: WarningVersion) -> None:
    (area,) = info.areas
    assert area.desc == texts.place(warning, info.language)
    assert area.polygons == ((warning.area.polygon,) if warning.area.polygon else ())
    assert area.circles == ((warning.area.circle,) if warning.area.circle else ())
    assert area.geocodes == ((("CN-GB/T2260", "441999"),) if warning.area.code else ())
