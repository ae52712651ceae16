"""Every exception of Tongluo, drawn as a tree.

TongluoError                 a person or a peer did something that can be said in one line
├── BadMessage               a message that cannot be read; it is kept raw, with this reason
├── ConfigError              a configuration that is refused; carries every fault found
├── CaseError                a case folder that cannot be replayed
├── RegisterError            the register of people cannot be opened, read or changed
├── StoreError               the journal cannot be opened, read or written
├── ChannelError             a hand-over that did not succeed
│   ├── TemporaryFailure     try again, not before `retry_after` seconds
│   ├── PermanentFailure     never try this again
│   └── UnknownOutcome       it may or may not have gone out
├── SpeechError              a text that cannot be spoken
└── CapError                 a CAP message that breaks the schema's or the standard's rules
"""

from __future__ import annotations

from collections.abc import Sequence


class TongluoError(Exception):
    """Base of all; its text is one clear line for a person."""


class BadMessage(TongluoError):
    """A message that cannot be read. `code` is a short, countable word; the text says more."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class ConfigError(TongluoError):
    """A refused configuration; `faults` holds one line for each fault found."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class CaseError(TongluoError):
    """A case folder that cannot be replayed."""


class RegisterError(TongluoError):
    """The register of people cannot be opened, read or changed."""


class StoreError(TongluoError):
    """The journal cannot be opened, read or written."""


class ChannelError(TongluoError):
    """A hand-over that did not succeed."""


class TemporaryFailure(ChannelError):
    """Try again, not before `retry_after` seconds from now.

    everyone: it is the other side as a whole that is away or asks for a pause; nothing else goes
    out before then either.
    """

    def __init__(self, reason: str, retry_after: float = 5.0, everyone: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.everyone = everyone


class PermanentFailure(ChannelError):
    """Never try this again."""


class UnknownOutcome(ChannelError):
    """The message may or may not have gone out."""


class SpeechError(TongluoError):
    """A text that cannot be spoken."""


class CapError(TongluoError):
    """A CAP message that breaks the schema's or the standard's rules."""
