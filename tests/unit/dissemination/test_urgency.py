"""The mark of urgency that a message bears: of red, and of the end of a red, on every channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dissemination.channels import Surroundings
from dissemination.channels.carrier import Carrier, Piece
from dissemination.channels.cmpp import Cmpp
from dissemination.channels.cmpp import Options as CmppOptions
from dissemination.channels.email import Options as EmailOptions
from dissemination.channels.email import written
from dissemination.channels.gammu import file_name
from dissemination.channels.smpp import Options as SmppOptions
from dissemination.channels.smpp import Smpp
from tests.ports import free_port
from tests.warned import BASE
from tongluo.core.ports import Delivery
from tongluo.core.warning import Reference, WarningVersion
from tongluo.core.words import Act, Exercise, Level, Status

NUMBER = "8613800138000"
PRIORITY_FLAG = 16 + 1 + 2 + 1 + 2 + len(NUMBER) + 1 + 2
"""Where it stands in a submit_sm with neither service_type nor source_addr (SMPP 3.4, 4.4.1)."""
MSG_LEVEL = 12 + 8 + 1 + 1 + 1
"""Where it stands in a CMPP_SUBMIT."""


def of(level: Level) -> WarningVersion:
    return replace(BASE, level=level)


def end_of(level: Level, **more: object) -> WarningVersion:
    earlier = (Reference("demo@example.org", "id-0", BASE.sent - 60_000),)
    return replace(BASE, act=Act.CANCEL, level=Level.NONE, previous=level, references=earlier,
                   **more)  # fmt: skip


def exercise(level: Level) -> WarningVersion:
    return replace(BASE, level=level, status=Status.EXERCISE, exercise=Exercise.DRILL)


def frame(channel: Carrier, warning: WarningVersion) -> bytes:
    try:
        return channel._submit(Piece(NUMBER, "雨", "ucs2", 1, 1, 0, warning))(1)
    finally:
        channel.close()


def kept(folder: Path) -> dict[str, object]:
    (folder / "word").write_text("w")
    return {"password": {"file": "word"}, "recipients": {"file": "people"}, "timeout": 0.2}


def by_smpp(folder: Path, warning: WarningVersion) -> str:
    url = f"smpp://127.0.0.1:{free_port()}"
    given = {**kept(folder), "url": url, "system_id": "u", "urgent": 3}
    channel = Smpp(SmppOptions.model_validate(given), Surroundings(folder))
    return str(frame(channel, warning)[PRIORITY_FLAG])


def by_cmpp(folder: Path, warning: WarningVersion) -> str:
    url = f"cmpp://127.0.0.1:{free_port()}"
    given = {**kept(folder), "url": url, "sp_id": "901234", "source": "10690001"}
    channel = Cmpp(CmppOptions.model_validate(given), Surroundings(folder))
    return str(frame(channel, warning)[MSG_LEVEL])


def by_email(_: Path, warning: WarningVersion) -> str:
    given = {"host": "127.0.0.1", "sender": "w@example.org", "recipients": {"file": "people"}}
    options = EmailOptions.model_validate(given)
    return str(written(delivery(warning), "a@example.org", options, b"")["X-Priority"])


def by_gammu(_: Path, warning: WarningVersion) -> str:
    return file_name(delivery(warning), NUMBER)[0].removeprefix("OUT")[0]


def delivery(warning: WarningVersion) -> Delivery:
    return Delivery("k", warning, "c", "a")


@pytest.mark.parametrize(("mark", "urgent", "yellow", "least"), [
    (by_smpp, "3", "0", "0"), (by_cmpp, "3", "0", "0"), (by_email, "1", "3", "3"),
    (by_gammu, "A", "C", "D"),
])  # fmt: skip
def test_the_end_of_a_red_counts_as_red_and_an_exercise_behind_all(
    mark: Callable[[Path, WarningVersion], str], urgent: str, yellow: str, least: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    red = Level.RED
    for warning in (of(red), end_of(red), end_of(red, mistaken=True)):
        assert mark(tmp_path, warning) == urgent
    for warning in (of(Level.YELLOW), end_of(Level.YELLOW)):
        assert mark(tmp_path, warning) == yellow
    for warning in (exercise(red), of(Level.BLUE), end_of(Level.BLUE)):
        assert mark(tmp_path, warning) == least


def test_an_update_to_a_lower_level_counts_as_that() -> None:
    lowered = replace(BASE, act=Act.UPDATE, level=Level.YELLOW, previous=Level.RED)
    assert lowered.urgency is Level.YELLOW
