"""The console as a client of the daemon's control socket: it forwards, and decides nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from tongluo.console.refusal import Refused

SOCKET = "control.sock"
PATIENCE = 40.0
"""Seconds; the daemon itself gives up after 30."""
REACH = 5.0
LONGEST = 4 << 20


class Daemon:
    """Asks the running daemon. What it refuses is told in its own words."""

    def __init__(self, folder: Path) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)  # each answer closes its connection
        transport = httpx.AsyncHTTPTransport(uds=str(folder / SOCKET), limits=limits)
        timeout = httpx.Timeout(PATIENCE, connect=REACH)
        self._http = httpx.AsyncClient(
            transport=transport, base_url="http://daemon", timeout=timeout, trust_env=False
        )

    async def get(self, path: str) -> Any:
        """What the daemon shows."""
        return await self._ask("GET", path, None)

    async def command(self, operator: str, token: str, word: str, body: dict[str, Any]) -> Any:
        """One operator's act."""
        said = {**body, "operator": operator, "token": token, "command": word}
        return await self._ask("POST", "/command", said)

    async def _ask(self, method: str, path: str, body: Any) -> Any:
        try:
            answer = await self._http.request(method, path, json=body)
            said = answer.json()
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Refused("daemon_absent", 503) from None
        except (httpx.HTTPError, ValueError):
            # it may have been done: who asked must look before asking again
            raise Refused("daemon_silent", 504) from None
        if answer.is_success:
            return said
        raise _refused(answer.status_code, said if isinstance(said, dict) else {})

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()


def _refused(status: int, said: dict[str, Any]) -> Refused:
    english = str(said.get("error", ""))
    chinese = str(said.get("error_zh", english))
    code = str(said.get("code", "refused"))
    return Refused(code, status if 400 <= status < 600 else 502, texts=(english, chinese))
