from ingest.codecs.jmespath_ import JMESPath

CODEC = JMESPath(
    each="data[]",
    device="dev",
    time="t",
    time_format="ms",
    values={"rain": "r", "mean": "w && avg(w)", "name": "to_number(n)"},
    unit={"rain": "mm"},
)
SAMPLES = [
    b'{"dev":"A7","data":[{"t":1782864000000,"r":0.5,"w":[1,2,3]},'
    b'{"t":1782864060000,"r":"0.7","n":"12"}]}',
    b'{"data":[{"dev":41,"t":"1782864000000","r":true},{"dev":"B","t":0,"r":[1]}]}',
]
