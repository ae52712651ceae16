"""A loudspeaker on a real broker, with faults: it hears commands and answers as it is told to."""

from __future__ import annotations

import hashlib
import json
import queue
import re
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

Answer = dict[str, Any]
PROVEN: Answer = {"state": "played", "played_s": 30.0}
UNPROVEN: Answer = {"state": "played"}


class Speaker:
    """One speaker. `answers(command)` says what it answers; an empty list = nothing."""

    def __init__(
        self, port: int, device: str, answers: Callable[[Answer], list[Answer]], form: str = "json"
    ) -> None:
        self.device, self.form, self.answers = device, form, answers
        self.commands = queue.Queue[Answer]()
        self.audio = dict[int, bytes]()
        self.lose = set[int]()
        """Chunks that do not arrive the first time."""
        self._ready = threading.Event()
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda client, *_: client.subscribe(f"{self.topic}/#", 1)
        self.client.on_subscribe = lambda *_: self._ready.set()
        self.client.on_message = self._heard
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self._ready.wait(10)

    @property
    def topic(self) -> str:
        cmd = self.form == "cmd"
        return f"/iot/broadcast/{self.device}" if cmd else f"tongluo/speakers/{self.device}/play"

    def _heard(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        rest = message.topic.removeprefix(self.topic)
        if re.fullmatch("/[^/]+/[0-9]+", rest):
            self._chunk(rest.split("/")[1], int(rest.split("/")[2]), message.payload)
        elif not rest:
            self.told = self._read(message.payload)
            self.commands.put(self.told)
            if "audio" not in self.told:
                self.answer(*self.answers(self.told))

    def _read(self, payload: bytes) -> Answer:
        if self.form == "json":
            return dict(json.loads(payload))
        return dict(part.split("=", 1) for part in payload.decode().split("&"))

    def _chunk(self, msgid: str, n: int, data: bytes) -> None:
        if n in self.lose:
            self.lose.discard(n)
        else:
            self.audio[n] = data
        count = self.told["audio"]["chunks"]
        if n == count - 1 or len(self.audio) == count:
            missing = [n for n in range(count) if n not in self.audio]
            whole = b"".join(self.audio[n] for n in sorted(self.audio))
            good = hashlib.sha256(whole).hexdigest() == self.told["audio"]["sha256"]
            if missing or not good:
                self.answer({"state": "missing", "missing": missing})
            else:
                self.answer(*self.answers(self.told))

    def answer(self, *answers: Answer) -> None:
        """Answer the last command."""
        for one in answers:
            said = {"msgid": self.told["msgid"], **one}
            topic = self.topic.removesuffix("/play") + "/reply"
            payload = json.dumps(said)
            if self.form == "cmd":
                topic = f"{self.topic}/feedback"
                payload = "&".join(f"{name}={value}" for name, value in said.items())
            self.client.publish(topic, payload, 1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
