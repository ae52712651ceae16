import msgspec

from ingest.codecs.geohazard import Geohazard
from tests.unit.codecs.shared_samples import lines

CODEC = Geohazard()
_CRACK = b'{"D1":{"L1_LF_1":{"2026-07-01T00:00:00.000Z":"10.86"}}}'
SAMPLES = [
    _CRACK,
    b"\1" + len(_CRACK).to_bytes(2, "big") + _CRACK,
    b"\3" + len(_CRACK).to_bytes(2, "big") + _CRACK + b"\0\4\xd3\0\1\2",
    b'{"header":{"appId":"a"},"bodies":{"body":' + _CRACK + b"}}",
    *(msgspec.json.encode(one["body"]) for one in lines("geohazard/samples.jsonl")),
]
