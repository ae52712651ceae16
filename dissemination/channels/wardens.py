"""People as a channel: a task by short message to each warden of a warned area (拍门, 叫应).

Wardens are whom the [register](register.md) has in charge there: who acts for others and has doors
to knock at, or lives in the area; managers of places; and their deputies. The message is that of
the channel named by `by` (kannel, smpp, cmpp, gammu or sms_http, with `recipients: register`), and
says besides how many doors and people are the warden's, how many of them need help, and how to
answer; which door is whose stands on the [paper lists](register.md#task-lists-on-paper). What is
known of a task is what `by` hears of its message; rates are counted apart from those of `by`.

Where [escalation](coverage.md#before-sending-and-what-to-do-next) sends wardens, it sends them to
those alone who have no proof yet. The first task then says as well to which doors to go first, and
each further one names the doors that have come to it since (`仍未确认：第3、7、12户`): by their
numbers on the paper list of the warned area. The first one names at most 12 of them, fewer where
there is no room, since all doors are on the list; what has come since is parted into messages of
at most 5 doors, which fit, so that each is named. No name stands in a message. A warden to whom
nothing has come gets nothing; a deputy gets what goes to whom they stand in for.

Wardens answer by short message: `1`, `收到` or `received`; `2 37`, `完成37` or `done 37` once 37
people are told (without a number: all of them); `3 2`, `拒绝2` or `refused 2` for people who will
not leave; both in one as `2 37 3 2` or `完成37拒绝2`. Counts are of all so far, whichever task they
answer, and the newest stands. An answer that is wholly one of these makes
the newest task of that warden `acknowledged`; the counts stay with its receipts. So does what
begins with `收到` or `received`: its further words are kept and count nobody. Other words (`2人`,
`2:30`, "not done 37") are kept there, too, and prove nothing. What counts are worth stands under
[coverage](coverage.md#counted-what-wardens-report).

Answers come to `answers`, an address of this machine that the dispatcher listens on. In Kannel:

    group = sms-service
    keyword = default
    max-messages = 0
    get-url = "http://127.0.0.1:13016/answers?k=TOKEN&from=%p&text=%a"

`TOKEN` is the word in `token`. Whoever knows it can answer for any warden: keep it as a password,
and the address away from other machines.
"""

from __future__ import annotations

import hmac
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, field_validator, model_validator

from dissemination.channels import answers
from dissemination.channels import kind as kinds
from dissemination.channels.kind import Ear, Kept, Surroundings, Target
from dissemination.channels.remembered import Remembered, look
from dissemination.phones import digest, key_of
from dissemination.receipts import Receipt
from dissemination.rounds import endpoint
from dissemination.targeting import Register
from dissemination.targeting.doors import Task, tasks
from tongluo.core.crash import point
from tongluo.core.errors import RegisterError, TemporaryFailure
from tongluo.core.ports import Channel, Delivery, Handed
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState, Status

LISTED = 12
"""Doors that a message names at the most."""
SURE = 5
"""Doors of a further message: so many fit beside any text, and no later one names them again."""
FEWER = (LISTED, 8, SURE, 3, 1)
"""So many of them as there is room for."""
ANSWER = (
    "回复1收到，2加累计已通知人数，3加累计拒绝人数。",
    "Reply 1 received, 2 N told so far, 3 N refused so far.",
)
KEPT = 20_000
"""Wardens whose newest task is remembered."""
AGAIN = 5.0


class Options(kinds.Options):
    """Options of a channel to wardens."""

    by: str = Field(min_length=1)
    """The channel of short messages, by its name in the configuration."""
    answers: str = ""
    """Where answers come, like `http://127.0.0.1:13016/answers`; empty = none are asked for."""
    token: Kept | None = None
    """The word that whoever brings answers must know: `{env: NAME}` or `{file: PATH}`."""
    country: str = Field(default="86", pattern="^[0-9]{0,3}$")
    """A sender's number may come with this before it, or without."""

    @field_validator("answers")
    @classmethod
    def _address(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme != "http" or not parts.hostname or parts.query or not parts.port):
            raise ValueError("this is no address like http://127.0.0.1:13016/answers")
        return url

    @model_validator(mode="after")
    def _guarded(self) -> Options:
        if self.answers and self.token is None:
            raise ValueError("`answers` needs a `token`")
        return self


def targets(_: Options, surroundings: Surroundings, warning: WarningVersion) -> list[Target]:
    """Digests of the wardens' numbers, the nearest to the danger first."""
    with opened(surroundings.folder) as register:
        return list(sent_to(register, warning))


@contextmanager
def opened(folder: Path) -> Iterator[Register]:
    """The register, for a moment; LookupError when it cannot be read."""
    try:
        with closing(Register.existing(folder)) as register:
            yield register
    except (RegisterError, sqlite3.Error) as error:
        raise LookupError(f"the register cannot be read: {error}") from error


def sent_to(register: Register, warning: WarningVersion) -> dict[str, Task]:
    """As `shares`; of an exercise, of those alone who are enrolled."""
    found = shares(register, warning)
    if warning.status is Status.ACTUAL:
        return found
    return {target: task for target, task in found.items() if register.enrolled(target)}


def shares(register: Register, warning: WarningVersion) -> dict[str, Task]:
    """Each warden's target, and what is his to do; a deputy's is that of whom he stands in for."""
    chosen = register.chosen(warning.area)
    found: dict[str, Task] = {}
    for task in tasks(register, warning.area):
        c = task.charge
        if c is None or not (task.doors or task.counted or c.area in chosen.whole | chosen.part):
            continue
        for person in (c.person, *c.deputies):
            for target in register.ways(person, "sms")[:1]:
                found.setdefault(target, task)
    return found


class Wardens:
    """Hands tasks over by a channel of short messages."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        self._options, self._around = options, surroundings
        self._sent = Remembered(_file(surroundings), KEPT)
        self._by: Channel | None = None
        self._tasks: tuple[str, dict[str, Task]] = ("", {})
        self._lock = threading.Lock()

    def send(self, delivery: Delivery) -> Handed:
        """Hand one task over; what is known then is what the other channel knows."""
        target = endpoint(delivery.target)
        with self._lock:
            by, extra = self._channel(), self._extra(delivery, target)
            if delivery.warning.act is not Act.CANCEL:  # before: an answer may come at once
                point("before_named")
                self._sent.keep(target, delivery.key)
                point("after_named")
        return by.send(replace(delivery, target=target, extra=extra))

    def _channel(self) -> Channel:
        if self._by is None:
            try:
                self._by = self._around.borrow(self._options.by)
            except (LookupError, OSError, ValueError) as error:
                raise TemporaryFailure(str(error), AGAIN, everyone=True) from None
        return self._by

    def _extra(self, delivery: Delivery, target: str) -> tuple[str, str]:
        """How many doors, which of them, and how to answer; nothing when all is over."""
        warning = delivery.warning
        if warning.act is Act.CANCEL:
            return "", ""
        if self._tasks[0] != warning.identifier:
            try:
                with opened(self._around.folder) as register:
                    self._tasks = (warning.identifier, shares(register, warning))
            except LookupError as error:
                raise TemporaryFailure(str(error), AGAIN) from None
        task = self._tasks[1].get(target)
        due = places(task, self._around.errand(delivery))
        answer = ANSWER if self._options.answers else ("", "")
        return words(task, due, answer, first=target == delivery.target)

    def close(self) -> None:
        """Close the other channel."""
        if self._by is not None:
            self._by.close()


def places(task: Task | None, entries: Collection[int]) -> list[int]:
    """Where some doors stand on the warden's list, from 1 on."""
    doors = task.doors if task is not None else ()
    return [n for n, door in enumerate(doors, 1) if door.entry in entries]


def words(
    task: Task | None, due: Sequence[int], answer: tuple[str, str], *, first: bool
) -> tuple[str, str]:
    """What somebody is told of his doors, in Chinese and English: the fullest way first."""
    if first and task is not None and len(due) == len(task.doors):
        due = ()  # to all of them: that is what the list is for
    some = [n for n in (len(due), *FEWER) if 0 < n <= min(len(due), LISTED)]
    which = [_which(due, n, first=first) for n in dict.fromkeys(some)]
    whole, none = _doors(task), ("", "")
    if first:
        numbers = [*((one, answer) for one in which), *((one, none) for one in which)]
        ways = [*((whole, one, answer) for one in which), *numbers, (whole, answer), (whole, none)]
    else:  # how to answer stood in the first one
        ways = [*((one, end) for one in which for end in (answer, none)), (answer, none)]
    return _lines(ways, 0, ""), _lines(ways, 1, " ")


def _lines(ways: Iterable[Sequence[tuple[str, str]]], language: int, between: str) -> str:
    said = (between.join(part[language] for part in way if part[language]) for way in ways)
    return "\n".join(dict.fromkeys(filter(None, said)))


def _doors(task: Task | None) -> tuple[str, str]:
    """What is somebody's to do, in figures."""
    if task is None or not task.doors:
        return "", ""
    need = sum("needs_help" in door.marks for door in task.doors)
    zh = f"您负责{len(task.doors)}户{task.people}人" + (f"，{need}户需协助" if need else "")
    en = f"Doors: {len(task.doors)}, people: {task.people}"
    return f"{zh}。", f"{en}, need help: {need}." if need else f"{en}."


def _which(due: Sequence[int], most: int, *, first: bool) -> tuple[str, str]:
    """Which doors to go to, so many of them by number.

    >>> _which([3, 7, 12], 2, first=False)
    ('仍未确认：第3、7户等3户。', 'Not yet told: doors 3, 7 and 1 more.')
    """
    more = len(due) - most
    zh = "、".join(map(str, due[:most])) + "户" + (f"等{len(due)}户" if more else "")
    en = ", ".join(map(str, due[:most])) + (f" and {more} more" if more else "")
    doors = "doors" if len(due) > 1 else "door"
    if first:
        return f"先去第{zh}。", f"Go first to {doors} {en}."
    return f"仍未确认：第{zh}。", f"Not yet told: {doors} {en}."


def _file(surroundings: Surroundings) -> Path:
    return surroundings.folder / "ids" / f"{surroundings.name or 'wardens'}.asked"


def ear(options: Options, surroundings: Surroundings) -> Ear | None:
    """Where answers arrive."""
    if not options.answers:
        return None
    parts = urlsplit(options.answers)
    reader = partial(answer, options=options, surroundings=surroundings)
    return Ear(parts.hostname or "127.0.0.1", parts.port or 80, reader)


def answer(query: str, options: Options, surroundings: Surroundings) -> Receipt | None:
    """What a warden answers; None without the token, or from nobody who was sent a task."""
    try:
        given: dict[str, Any] = parse_qs(query, encoding="latin-1", max_num_fields=20)
    except ValueError:
        return None
    word, number, said = (given.get(k, [""])[0] for k in ("k", "from", "text"))
    if not known(word, options, surroundings.folder):
        return None
    key = key_of(surroundings.folder)
    for digits in answers.numbers(number, options.country):
        task = look(_file(surroundings), digest(digits, key))
        if task is not None:
            read = answers.read(answers.text(said.encode("latin-1")))
            state = DeliveryState.ACKNOWLEDGED if read.known else DeliveryState.UNKNOWN
            return Receipt(task[0], state, None, f"answer: {read.words}")
    return None


def known(word: str, options: Options, folder: Path) -> bool:
    """Whether somebody knows the token."""
    try:
        token = options.token.read(folder) if options.token is not None else ""
    except LookupError:
        return False
    return bool(token) and hmac.compare_digest(word.encode("latin-1", "replace"), token.encode())
