import msgspec

from ingest.codecs.chirpstack import ChirpStack
from tests.unit.codecs.shared_samples import lines

CODEC = ChirpStack()
SAMPLES = [
    b'{"time":"2026-07-01T00:00:00.123456789+00:00","deviceInfo":{"devEui":"0101010101010101",'
    b'"deviceName":"RG-001","tags":{"station":"ST001"}},"fPort":2,"object":{"tips":2,'
    b'"probe":[{"t":"21.5"},{"t":null}],"alarm":true,"model":"X"}}',
    *(
        msgspec.json.encode(one["payload"])
        for one in lines("iot/samples.jsonl")
        if one["kind"] == "chirpstack-v4-up"
    ),
]
