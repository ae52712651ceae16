"""Message formats: one a file. `CODECS` is the whole list."""

from collections.abc import Callable

from ingest.codecs.cap import Cap
from ingest.codecs.chirpstack import ChirpStack
from ingest.codecs.geohazard import Geohazard
from ingest.codecs.jmespath_ import JMESPath
from ingest.codecs.native import Native
from ingest.codecs.senml import SenML
from ingest.codecs.sl651 import SL651
from tongluo.core.ports import Codec

CODECS: dict[str, Callable[..., Codec]] = {
    "native": Native,
    "senml": SenML,
    "geohazard": Geohazard,
    "sl651": SL651,
    "chirpstack": ChirpStack,
    "jmespath": JMESPath,
    "cap": Cap,
}
