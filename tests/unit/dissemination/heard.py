"""What channels of short messages tell about one phone, from any thread of theirs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from dissemination.phones import digest, key_of
from dissemination.receipts import Receipt
from tongluo.core.ports import Delivery
from tongluo.core.warning import WarningVersion

NUMBER = "8613800138000"
WITHIN = 60.0


class Closing(Protocol):
    """A channel, as far as it is ended here."""

    def close(self) -> None: ...


C = TypeVar("C", bound=Closing)


class Heard:
    """A folder with a list of numbers, the channels opened in it, and what they have told."""

    def __init__(self, folder: Path, people: str = NUMBER) -> None:
        self.folder = folder
        (folder / "people").write_text(people)
        self.told: list[Receipt] = []
        self.news = threading.Condition()
        self.channels: list[Closing] = []

    def tell(self, receipt: Receipt) -> bool:
        with self.news:
            self.told.append(receipt)
            self.news.notify_all()
        return True

    def wait(self, done: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(done, WITHIN), self.told

    def opened(self, channel: C) -> C:
        self.channels.append(channel)
        return channel

    def to(self, warning: WarningVersion, channel: str = "sms", number: str = NUMBER) -> Delivery:
        target = digest(number, key_of(self.folder))
        return Delivery(f"{warning.identifier}:{channel}:{target}", warning, channel, target)

    def close(self) -> None:
        for channel in self.channels:
            channel.close()
