"""The block `console:` of `stations.yaml`: the residents' page, feeds and the operators' API."""

from __future__ import annotations

from pydantic import Field, field_validator

from tongluo.config.types import Duration, Model, Names, is_address, refuse


class ConsoleIn(Model):
    """Where `tongluo console` listens, and how much it takes on."""

    listen: str = Field(
        default="127.0.0.1:8480",
        description="host:port; people reach it through a proxy that does TLS",
    )
    public_url: str | None = Field(
        default=None, description="how people reach it, like https://warn.example.org"
    )
    proxies: Names = Field(
        default=("127.0.0.1", "::1"),
        description="addresses of proxies that are believed when they say who asks",
    )
    all_clear: Duration = Field(
        default=6 * 3_600_000, description="how long an all-clear stays on the page"
    )
    most_pages: int = Field(
        default=10_000, ge=1, le=1_000_000, description="pages that may follow the feed at once"
    )
    rate: int = Field(
        default=60, ge=1, le=10_000, description="messages a minute from one installation"
    )
    rate_address: int = Field(
        default=3000,
        ge=1,
        le=1_000_000,
        description="messages a minute from one address, which many phones may share",
    )

    @field_validator("listen")
    @classmethod
    def _listen(cls, listen: str) -> str:
        if not is_address(f"http://{listen}", ("http",)) or port_of(listen) is None:
            raise refuse("console_listen", value=listen)
        return listen

    @field_validator("public_url")
    @classmethod
    def _public(cls, url: str | None) -> str | None:
        if url is not None and ("@" in url or not is_address(url, ("http", "https"))):
            raise refuse("console_url", value=url)
        return url.rstrip("/") if url else url

    def address(self) -> tuple[str, int]:
        """(host, port) to listen on."""
        return self.listen.rpartition(":")[0].strip("[]"), port_of(self.listen) or 0


def port_of(listen: str) -> int | None:
    """The port of `host:port`; None without one.

    >>> port_of("[::1]:8480"), port_of("localhost")
    (8480, None)
    """
    host, _, port = listen.rpartition(":")
    plain = port.isascii() and port.isdigit() and 0 < int(port) < 65536
    return int(port) if host and plain and "/" not in listen and "@" not in listen else None
