"""Cross-checks of authority: can every level be approved by somebody, and does silence end well?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dissemination.channels import CHANNELS
from dissemination.targeting.charge import DEPUTY, ROLE
from tongluo.config.duty import ApproveIn
from tongluo.config.faults import Fault, Path
from tongluo.config.models import Config, PolicyIn
from tongluo.config.texts import choice
from tongluo.core.times import say_duration
from tongluo.core.words import GRADES, Level

NUMBER = re.compile(r"\d{5,15}")
PARTING = re.compile(r"[\s()+.-]")
"""What stands between the digits of a phone number."""


def operators(config: Config) -> Iterator[Fault]:
    """Contacts by channels that are there, and by name; roles that somebody holds."""
    for name, operator in config.operators.items():
        for channel, target in operator.contacts.items():
            where: Path = ("operators", name, "contacts", channel)
            if channel not in config.channels:
                yield _no_channel(config, where, channel)
            elif target.startswith((ROLE, DEPUTY)):
                if target.endswith(":") or not has_register(config, channel):
                    yield Fault(where, "contact_register", {"name": channel})
            elif NUMBER.fullmatch(PARTING.sub("", target)) or (
                "@" in target and has_staff(config, channel)
            ):
                yield Fault(where, "contact_number")
    for key in ("mute", "exercise"):
        yield from _people(config, ("duty", key), getattr(config.duty, key))


def has_staff(config: Config, channel: str) -> bool:
    """Whether a channel is of a kind that finds the people who are called by a list of staff."""
    kind = CHANNELS.get(config.channels[channel].kind) if channel in config.channels else None
    return kind is not None and "staff" in kind.options.model_fields


def has_register(config: Config, channel: str) -> bool:
    """Whether a channel that calls people finds them in the register, too."""
    return has_staff(config, channel) and (
        config.channels[channel].options.get("recipients") == "register"
    )


def approvals(config: Config) -> Iterator[Fault]:
    """Every policy's approval, at every level."""
    for n, policy in enumerate(config.policies):
        where: Path = ("policies", n)
        yield from _authority(policy, where)
        yield from _issuers(config, policy, where)
        yield from _people(config, (*where, "who"), policy.who)
        if policy.approve is not None:
            yield from _approval(config, policy, (*where, "approve"), policy.approve)
        for word, level in policy.levels.items():
            if level.approve is not None:
                place = (*where, "levels", word, "approve")
                yield from _approval(config, policy, place, level.approve)
        yield from _missing(policy, where)
        if policy.quiet is not None:
            for k, name in enumerate(policy.quiet.channels):
                if name not in policy.channels:
                    yield _no_channel(config, (*where, "quiet", "channels", k), name)


def _authority(policy: PolicyIn, where: Path) -> Iterator[Fault]:
    if policy.authority != "issue" and not policy.to:
        yield Fault((*where, "authority"), "authority_to", {"authority": policy.authority})


def _issuers(config: Config, policy: PolicyIn, where: Path) -> Iterator[Fault]:
    """Whose Notices count: senders as CAP writes them, none of them this site."""
    if policy.authority == "relay" and policy.to and not policy.from_:
        yield Fault((*where, "authority"), "relay_from")
    if policy.authority == "issue" and policy.from_:
        yield Fault((*where, "from"), "from_idle")
    for k, name in enumerate(policy.from_):
        if name == config.site.sender.id:
            yield Fault((*where, "from", k), "from_self")
        elif any(c in " ,<&" for c in name):
            yield Fault((*where, "from", k), "from_id", {"name": name})


def _missing(policy: PolicyIn, where: Path) -> Iterator[Fault]:
    """Levels that must be approved, and nothing says how."""
    if policy.approve is not None:
        return
    told = [
        w for w, level in policy.levels.items() if level.issue == "approve" and not level.approve
    ]
    for word in told:
        yield Fault((*where, "levels", word, "issue"), "approve_missing", {"level": word})
    grades = [g.word for g in GRADES if g >= Level.parse(policy.from_level)]
    rest = [w for w in grades if w not in policy.levels]
    if policy.issue == "approve" and rest:
        yield Fault((*where, "issue"), "approve_missing", {"level": rest[0]})


def _approval(config: Config, policy: PolicyIn, where: Path, approve: ApproveIn) -> Iterator[Fault]:
    yield from _people(config, (*where, "who"), approve.who)
    yield from _approvers(config, where, approve)
    if approve.wait <= 0:
        yield Fault((*where, "wait"), "zero_duration")
    if approve.on_silence == "issue" and not approve.order.strip():
        yield Fault((*where, "on_silence"), "silence_order")
    if approve.on_silence == "issue" and policy.authority != "issue":
        yield Fault((*where, "on_silence"), "silence_authority", {"to": policy.to})
    before = 0
    for k, step in enumerate(approve.ladder):
        place = (*where, "ladder", k)
        if step.after < before:
            values = {"after": say_duration(step.after), "before": say_duration(before)}
            yield Fault((*place, "after"), "ladder_order", values)
        before = step.after
        yield from _people(config, (*place, "whom"), step.whom)
        yield from _channels(config, (*place, "by"), step.by)
    if approve.tell is not None:
        yield from _people(config, (*where, "tell", "whom"), approve.tell.whom)
        yield from _channels(config, (*where, "tell", "by"), approve.tell.by)


def _approvers(config: Config, where: Path, approve: ApproveIn) -> Iterator[Fault]:
    """Enough different persons who can prove who they are."""
    able = [
        name
        for name, o in config.operators.items()
        if o.digest and o.roles and {name, *o.roles} & {*approve.who}
    ]
    needed = 2 if approve.two else 1
    if len(able) < needed and all(_known(config, w) for w in approve.who):
        yield Fault((*where, "who"), "few_approvers", {"needed": needed, "count": len(able)})


def _known(config: Config, name: str) -> bool:
    return name in config.operators or any(name in o.roles for o in config.operators.values())


def _people(config: Config, where: Path, said: Sequence[str]) -> Iterator[Fault]:
    for k, name in enumerate(said):
        if not _known(config, name):
            roles = {role for o in config.operators.values() for role in o.roles}
            values = {"name": name, "choice": choice(name, [*config.operators, *sorted(roles)])}
            yield Fault((*where, k), "no_person", values)


def _channels(config: Config, where: Path, said: Sequence[str]) -> Iterator[Fault]:
    for k, name in enumerate(said):
        if name not in config.channels:
            yield _no_channel(config, (*where, k), name)


def _no_channel(config: Config, where: Path, name: str) -> Fault:
    return Fault(where, "no_channel", {"name": name, "choice": choice(name, config.channels)})
