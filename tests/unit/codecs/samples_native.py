from ingest.codecs.native import Native

CODEC = Native()
SAMPLES = [
    b'{"value": 0.5}',
    b'{"station":"R01","quantity":"rain","time":"2026-07-01T08:00:00+08:00","value":0.5,'
    b'"unit":"mm","flag":1,"issued_at":"2026-07-01T06:00+08:00"}',
    b'[{"station":"R01","time":1782864000,"value":0.5},{"station":"R02","value":null}]',
    b'{"station":"R01","quantity":"rain","readings":[["2026-07-01T00:00:00Z",0.5],'
    b"[1782864300,1.5,3],[1782864600000,null],[1782864900,2,1,1782864000]]}",
    b'{"station":"V7","report":{"kind":"crack","text":"\xe5\xa2\x99\xe8\xa3\x82","id":"7",'
    b'"time":"2026-07-01T08:00:00+08:00","place":"east","reporter":"Li","picture":"/9j/4A=="}}',
]
