"""Warnings to people: one way a file. `CHANNELS` is the whole list."""

from dissemination.channels import (
    app,
    cmpp,
    declared,
    ebm,
    email,
    gammu,
    kannel,
    loudspeaker,
    mqtt,
    recording,
    smpp,
    sms_http,
    wardens,
    webhook,
    webpush,
)
from dissemination.channels.kind import ChannelKind, Ear, Surroundings
from tongluo.core.words import DeliveryState

CHANNELS: dict[str, ChannelKind] = {
    "app": ChannelKind(
        app.Options, app.App, honours_keys=True, targets=app.targets, among=app.targets
    ),
    "cmpp": ChannelKind(
        cmpp.Options, cmpp.Cmpp, honours_keys=False, targets=cmpp.targets,
        window=cmpp.window, cost=cmpp.cost,
    ),
    "declared": ChannelKind(
        declared.Options, declared.Declared, honours_keys=True, ear=declared.ear
    ),
    "ebm": ChannelKind(ebm.Options, ebm.Ebm, honours_keys=False, ear=ebm.ear),
    "email": ChannelKind(
        email.Options, email.Email, honours_keys=False, targets=email.targets
    ),
    "gammu": ChannelKind(gammu.Options, gammu.Gammu, honours_keys=True, targets=gammu.targets),
    "kannel": ChannelKind(
        kannel.Options, kannel.Kannel, honours_keys=False, targets=kannel.targets, ear=kannel.ear
    ),
    "loudspeaker": ChannelKind(
        loudspeaker.Options,
        loudspeaker.Loudspeaker,
        honours_keys=False,
        proves=(DeliveryState.PLAYED,),
        targets=loudspeaker.targets,
        window=loudspeaker.window,
    ),
    "mqtt": ChannelKind(mqtt.Options, mqtt.Mqtt, honours_keys=True),
    "recording": ChannelKind(recording.Options, recording.Recording, honours_keys=True, live=False),
    "sms_http": ChannelKind(
        sms_http.Options, sms_http.SmsHttp, honours_keys=False, targets=sms_http.targets,
        ear=sms_http.ear, window=sms_http.window,
    ),
    "smpp": ChannelKind(
        smpp.Options, smpp.Smpp, honours_keys=False, targets=smpp.targets,
        window=smpp.window, cost=smpp.cost,
    ),
    "wardens": ChannelKind(
        wardens.Options, wardens.Wardens, honours_keys=False, targets=wardens.targets,
        ear=wardens.ear, acting=True,
    ),
    "webhook": ChannelKind(webhook.Options, webhook.Webhook, honours_keys=False),
    "webpush": ChannelKind(
        webpush.Options, webpush.WebPush, honours_keys=False, targets=webpush.targets,
        window=webpush.window, clears=webpush.CLEAR_KEPT, held=webpush.held,
    ),
}  # fmt: skip

__all__ = ["CHANNELS", "ChannelKind", "Ear", "Surroundings"]
