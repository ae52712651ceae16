"""Warnings to people: one way a file. `CHANNELS` is the whole list."""

from dissemination.channels import kannel, mqtt, recording
from dissemination.channels.kind import ChannelKind, Ear, Surroundings

CHANNELS: dict[str, ChannelKind] = {
    "kannel": ChannelKind(
        kannel.Options, kannel.Kannel, honours_keys=False, targets=kannel.targets, ear=kannel.ear
    ),
    "mqtt": ChannelKind(mqtt.Options, mqtt.Mqtt, honours_keys=True),
    "recording": ChannelKind(recording.Options, recording.Recording, honours_keys=True),
}

__all__ = ["CHANNELS", "ChannelKind", "Ear", "Surroundings"]
