"""Cross-checks of policies and channels: does every warning have a way to people?"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from dissemination.channels import CHANNELS
from dissemination.channels.sms import Messages
from tongluo.config.checks_site import twice
from tongluo.config.faults import Fault, Path
from tongluo.config.model_faults import model_faults
from tongluo.config.models import Config, PolicyIn
from tongluo.config.texts import choice
from tongluo.core.times import say_duration
from tongluo.core.words import Hazard


def policies(config: Config) -> Iterator[Fault]:
    """Every policy, and whether those above leave it anything."""
    taken: set[Hazard] = set()
    for n, policy in enumerate(config.policies):
        where: Path = ("policies", n)
        yield from _policy(config, where, policy)
        own = {h for h in policy.hazards or Hazard if h.issued}
        for k, hazard in enumerate(policy.hazards or ()):
            if not hazard.issued:
                values = {"hazard": hazard.value}
                yield Fault((*where, "hazards", k), "never_issued", values)
        if own <= taken and own:
            yield Fault(where, "policy_unused")
        taken |= own


def _policy(config: Config, where: Path, policy: PolicyIn) -> Iterator[Fault]:
    for k, name in enumerate(policy.channels):
        if name not in config.channels:
            values = {"name": name, "choice": choice(name, config.channels)}
            yield Fault((*where, "channels", k), "no_channel", values)
    yield from twice((*where, "channels"), policy.channels)
    yield from _pushed(config, where, policy)
    goes = {policy.issue, *(level.issue for level in policy.levels.values())} - {"never"}
    if goes and policy.authority == "issue" and not policy.channels:
        yield Fault((*where, "channels"), "nowhere")
    elif policy.authority == "relay" and policy.from_ and not policy.channels:
        yield Fault((*where, "channels"), "relay_nowhere")
    if policy.validity <= 0:
        yield Fault((*where, "validity"), "zero_duration")
    elif policy.renew >= policy.validity:
        said = {"renew": say_duration(policy.renew), "validity": say_duration(policy.validity)}
        key = "renew" if "renew" in policy.model_fields_set else "validity"
        yield Fault((*where, key), "renew", said)


def _pushed(config: Config, where: Path, policy: PolicyIn) -> Iterator[Fault]:
    """A push only knocks: the page must show what it is about."""
    kinds = [config.channels[n].kind if n in config.channels else "" for n in policy.channels]
    if "webpush" in kinds and "app" not in kinds:
        k = kinds.index("webpush")
        yield Fault((*where, "channels", k), "push_alone", {"name": policy.channels[k]})


def hazards(config: Config) -> Iterator[Fault]:
    """Hazards that a rule can raise and no policy speaks of."""
    for n, rule in enumerate(config.rules):
        yield from _spoken(config, ("rules", n, "hazard"), rule.hazard)


def chained(config: Config) -> Iterator[Fault]:
    """Hazards that a chain can raise and no policy speaks of."""
    for n, chain in enumerate(config.chains):
        if chain.warn is not None:
            yield from _spoken(config, ("chains", n, "warn", "hazard"), chain.warn.hazard)


def _spoken(config: Config, path: Path, hazard: Hazard) -> Iterator[Fault]:
    spoken = {h for p in config.policies for h in (Hazard if p.hazards is None else p.hazards)}
    if hazard.issued and hazard not in spoken:
        yield Fault(path, "no_policy", {"hazard": hazard.value})


def channels(config: Config) -> Iterator[Fault]:
    """Kinds of channels and their options."""
    for name, channel in config.channels.items():
        where: Path = ("channels", name)
        if channel.kind not in CHANNELS:
            values = {"name": channel.kind, "choice": choice(channel.kind, CHANNELS)}
            yield Fault((*where, "kind"), "no_kind", values)
            continue
        model = CHANNELS[channel.kind].options
        try:
            model.model_validate(channel.options)
        except ValidationError as error:
            yield from model_faults(error, model, (*where, "options"))
            continue
        if channel.kind == "wardens":
            yield from _by(config, (*where, "options", "by"), str(channel.options["by"]))


def _by(config: Config, where: Path, name: str) -> Iterator[Fault]:
    """Wardens are told by a channel of short messages to the register."""
    able = [n for n, c in config.channels.items()
            if c.options.get("recipients") == "register" and c.kind in CHANNELS
            and issubclass(CHANNELS[c.kind].options, Messages)]  # fmt: skip
    if name not in able:
        yield Fault(where, "no_channel", {"name": name, "choice": choice(name, able)})
