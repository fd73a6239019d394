"""The tables over captures and truths that Athena's queries read, as DDL.

Partitions are projected, not crawled: a new hour is there as soon as its folder is, and a query reads the folders
that its WHERE names and no others. Sources: Amazon Athena user guide, "Partition projection" (``injected`` columns
take values from the query, and refuse one that names none) and "OpenX JSON SerDe" (``ignore.malformed.json`` makes
NULLs of a damaged line).
"""

from lake.text import literal

_SIDE = "struct<observedcontenttype:string,mode:string,encoding:string,data:string>"
_METADATA = "struct<eventid:string,inferenceid:string,inferencetime:string>"
_HOURS = {
    "projection.enabled": "true",
    "projection.hour.type": "date",
    "projection.hour.format": "yyyy/MM/dd/HH",
    "projection.hour.range": "2020/01/01/00,NOW",
    "projection.hour.interval": "1",
    "projection.hour.interval.unit": "HOURS",
}


def captures(location: str, variants: tuple[str, ...]) -> str:
    """Describe the captures under an S3 URI as the table ``serinus_captures``; ``variants`` as the endpoint's are."""
    root = location.rstrip("/")
    properties = _HOURS | {
        "projection.endpoint.type": "injected",
        "projection.variant.type": "enum",
        "projection.variant.values": ",".join(variants),
        "storage.location.template": f"{root}/${{endpoint}}/${{variant}}/${{hour}}/",
    }
    columns = (
        f"capturedata struct<endpointinput:{_SIDE},endpointoutput:{_SIDE}>, eventmetadata {_METADATA},"
        " eventversion string"
    )
    return _table("serinus_captures", columns, ("endpoint", "variant", "hour"), root, properties)


def truths(location: str) -> str:
    """Describe the truths under an S3 URI as the table ``serinus_truths``."""
    root = location.rstrip("/")
    columns = f"groundtruthdata struct<data:string,encoding:string>, eventmetadata {_METADATA}, eventversion string"
    properties = _HOURS | {"storage.location.template": f"{root}/${{hour}}/"}
    return _table("serinus_truths", columns, ("hour",), root, properties)


def _table(name: str, columns: str, partitions: tuple[str, ...], root: str, properties: dict[str, str]) -> str:
    told = ", ".join(f"{literal(key)} = {literal(value)}" for key, value in properties.items())
    return (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS {name} ({columns})"
        f" PARTITIONED BY ({', '.join(f'{column} string' for column in partitions)})"
        f" ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
        f" WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')"
        f" LOCATION {literal(root + '/')} TBLPROPERTIES ({told})"
    )
