"""Warnings to people: one way a file. `CHANNELS` is the whole list."""

from dissemination.channels import mqtt, recording
from dissemination.channels.kind import ChannelKind, Surroundings

CHANNELS: dict[str, ChannelKind] = {
    "mqtt": ChannelKind(mqtt.Options, mqtt.Mqtt, honours_keys=True),
    "recording": ChannelKind(recording.Options, recording.Recording, honours_keys=True),
}

__all__ = ["CHANNELS", "ChannelKind", "Surroundings"]
