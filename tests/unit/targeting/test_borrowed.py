"""The dispatcher lends a channel of short messages to the channel of wardens."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dissemination.channels import Surroundings
from dissemination.channels.kannel import Kannel
from tests.build import SITE
from tongluo.config.models import Config
from tongluo.daemon.dispatcher import Dispatcher

GATEWAY: dict[str, Any] = {"username": "u", "password": {"file": "p"}}


def test_only_one_that_sends_to_the_register_is_lent(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("not-a-secret")
    channels = {
        "sms": {"kind": "kannel", "options": GATEWAY | {"recipients": "register"}},
        "list": {"kind": "kannel", "options": GATEWAY | {"recipients": {"file": "people"}}},
        "record": {"kind": "recording"},
    }
    config = Config.model_validate({"site": SITE, "channels": channels})

    def around(name: str) -> Surroundings:
        return Surroundings(tmp_path, name=name)

    house: Any = SimpleNamespace(config=config, surroundings=around)
    lent = Dispatcher._borrow(house, "sms")
    assert isinstance(lent, Kannel)
    lent.close()
    for other in ("list", "record", "nothing"):
        with pytest.raises(LookupError, match=f"'{other}'"):
            Dispatcher._borrow(house, other)
