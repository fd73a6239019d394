"""The tables over captures and truths that Athena's queries read, as AWS Glue has them.

Partitions are projected, not crawled: a new hour is there as soon as its folder is, and a query reads the folders
that its WHERE names and no others. Days and variants are ``injected``: Athena takes them from the query, and refuses
a query that names none, so that nobody scans all there is by mistake, and a variant that has left the environment's
file can be asked for all the same.

Sources: Amazon Athena user guide, "Set up partition projection", "Supported types for partition projection", "Use
dynamic ID partitioning", "OpenX JSON SerDe" (``ignore.malformed.json`` makes NULLs of a damaged line; keys are read
whatever their case).
"""

from collections.abc import Mapping
from dataclasses import dataclass

SERDE = "org.openx.data.jsonserde.JsonSerDe"
SERDE_PROPERTIES = {"ignore.malformed.json": "true"}
INPUT = "org.apache.hadoop.mapred.TextInputFormat"
OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_SIDE = "struct<observedcontenttype:string,mode:string,encoding:string,data:string>"
_METADATA = "struct<eventid:string,inferenceid:string,inferencetime:string>"
_DAYS = {
    "EXTERNAL": "TRUE",
    "projection.enabled": "true",
    "projection.day.type": "injected",
    "projection.hour.type": "enum",
    "projection.hour.values": ",".join(f"{hour:02}" for hour in range(24)),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table: where its files are (an S3 URI), columns and their types (Hive's), partitions (texts), properties."""

    location: str
    columns: Mapping[str, str]
    partitions: tuple[str, ...]
    properties: Mapping[str, str]


def captures(location: str) -> Table:
    """Describe an endpoint's captures: under an S3 URI, in ``variant/yyyy/mm/dd/hh``."""
    root = location.rstrip("/")
    properties = _DAYS | {
        "projection.variant.type": "injected",
        "storage.location.template": f"{root}/${{variant}}/${{day}}/${{hour}}/",
    }
    columns = {"capturedata": f"struct<endpointinput:{_SIDE},endpointoutput:{_SIDE}>", **_OF_BOTH}
    return Table(f"{root}/", columns, ("variant", "day", "hour"), properties)


def truths(location: str) -> Table:
    """Describe an endpoint's truths: under an S3 URI, in ``yyyy/mm/dd/hh``."""
    root = location.rstrip("/")
    properties = _DAYS | {"storage.location.template": f"{root}/${{day}}/${{hour}}/"}
    columns = {"groundtruthdata": "struct<data:string,encoding:string>", **_OF_BOTH}
    return Table(f"{root}/", columns, ("day", "hour"), properties)


_OF_BOTH = {"eventmetadata": _METADATA, "eventversion": "string"}
