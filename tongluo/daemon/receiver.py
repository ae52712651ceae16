"""The receiver of exported lines: InfluxDB 2, or whatever takes its writes.

influxdb-client does the request, and none of its retries: a retry is the exporter's cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService
from urllib3 import exceptions

from tongluo.config.models import InfluxIn
from tongluo.core.errors import PermanentFailure, TemporaryFailure, TongluoError

WRITTEN = 204
BAD_DATA = (400, 413, 422)  # of this batch; 401, 403, 404, 429 and 5xx are of the receiver
HINTS = {
    401: "check influx.token",
    403: "check what influx.token may write",
    404: "check influx.org and influx.bucket",
}


class Receiver:
    """One InfluxDB 2, or whatever takes its writes."""

    def __init__(self, influx: InfluxIn) -> None:
        self._org, self._bucket = influx.org, influx.bucket
        token = influx.token.reveal() if influx.token else ""
        self._client: Any = InfluxDBClient(influx.url, token, org=influx.org, retries=False)
        self._service: Any = WriteService(self._client.api_client)

    def write(self, lines: Sequence[str], seconds: float) -> None:
        """Returns when they are written; PermanentFailure: bad data; TemporaryFailure: all else."""
        try:
            _, status, _ = self._service.post_write_with_http_info(
                org=self._org,
                bucket=self._bucket,
                body="\n".join(lines).encode(),
                precision=WritePrecision.MS,
                content_type="text/plain; charset=utf-8",
                _request_timeout=seconds * 1000,
            )
        except ApiException as error:
            raise _refusal(error) from error
        except (exceptions.HTTPError, OSError, ValueError) as error:
            raise TemporaryFailure(_absence(error), 0.0) from error
        if status != WRITTEN:
            raise TemporaryFailure(f"answers {status}, not {WRITTEN}: check influx.url", 0.0)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


def _refusal(error: ApiException) -> TongluoError:
    if error.status in BAD_DATA:
        return PermanentFailure(f"{error.status}: {str(error.message)[:500]}")
    hint = HINTS.get(error.status)
    reason = f"answers {error.status} {error.reason or ''}".strip()
    after = str(error.retry_after or "")
    wait = float(after) if after.isdecimal() else 0.0
    return TemporaryFailure(f"{reason}: {hint}" if hint else reason, wait)


def _absence(error: Exception) -> str:
    """A reason without what changes from try to try, so that a lasting trouble is told once."""
    if isinstance(error, exceptions.NewConnectionError):
        return "cannot be reached"
    if isinstance(error, exceptions.TimeoutError):
        return "does not answer in time"
    return f"connection failed: {type(error).__name__}"
