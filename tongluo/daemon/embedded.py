"""A broker in Python for a first try (amqtt, MQTT 3.1.1), where mosquitto is not installed.

    python -m tongluo.daemon.embedded PORT

Loopback only, and no durability is claimed of it: it does not resend what was not acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from amqtt.broker import Broker


async def serve(port: int) -> None:
    """Until cancelled."""
    listener = {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": 50}
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker({"listeners": {"default": listener}, "plugins": plugins})
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(serve(int(sys.argv[1])))
