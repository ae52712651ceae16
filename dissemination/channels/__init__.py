"""Warnings to people: one way a file. `CHANNELS` is the whole list."""

from dissemination.channels import mqtt, recording
from dissemination.channels.kind import ChannelKind, Surroundings

CHANNELS: dict[str, ChannelKind] = {
    "mqtt": ChannelKind(mqtt.Options, mqtt.Mqtt),
    "recording": ChannelKind(recording.Options, recording.Recording),
}

__all__ = ["CHANNELS", "ChannelKind", "Surroundings"]
