"""Cross-checks of policies and channels: does every warning have a way to people?"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from dissemination.channels import CHANNELS
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
        own = set(Hazard) if policy.hazards is None else set(policy.hazards)
        if own <= taken:
            yield Fault(where, "policy_unused")
        taken |= own


def _policy(config: Config, where: Path, policy: PolicyIn) -> Iterator[Fault]:
    for k, name in enumerate(policy.channels):
        if name not in config.channels:
            values = {"name": name, "choice": choice(name, config.channels)}
            yield Fault((*where, "channels", k), "no_channel", values)
    yield from twice((*where, "channels"), policy.channels)
    if policy.issue == "automatic" and not policy.channels:
        yield Fault((*where, "channels"), "nowhere")
    if policy.validity <= 0:
        yield Fault((*where, "validity"), "zero_duration")
    elif policy.renew >= policy.validity:
        said = {"renew": say_duration(policy.renew), "validity": say_duration(policy.validity)}
        key = "renew" if "renew" in policy.model_fields_set else "validity"
        yield Fault((*where, key), "renew", said)


def hazards(config: Config) -> Iterator[Fault]:
    """Hazards that a rule can raise and no policy speaks of."""
    spoken = {h for p in config.policies for h in (Hazard if p.hazards is None else p.hazards)}
    for n, rule in enumerate(config.rules):
        if rule.hazard not in spoken:
            yield Fault(("rules", n, "hazard"), "no_policy", {"hazard": rule.hazard.value})


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
