import msgspec

from ingest.codecs.senml import SenML
from tests.unit.codecs.shared_samples import lines

CODEC = SenML()
SAMPLES = [
    b'[{"bn":"urn:dev:ow:10e2073a01080063:","bt":1782864000,"bu":"Cel","bver":5,"n":"t","v":23.5},'
    b'{"n":"h","u":"%RH","v":67,"t":-60},{"n":"leak","vb":false},{"n":"fw","vs":"1"}]',
    b'[{"n":"rain","v":0.5}]',
    b'[{"bn":"a/","bv":20.0,"n":"x","v":0.5,"s":3},{"n":"y","v":-1.5,"t":1782864000.25}]',
    *(
        msgspec.json.encode(one["payload"])
        for one in lines("iot/samples.jsonl")
        if one["kind"] == "senml-json"
    ),
]
