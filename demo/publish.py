"""Where SageMaker finds a model: its archive in S3, and what runs as its image in the sandbox."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from botocore.exceptions import ClientError

from demo.models import Model
from demo.scorecard import archive

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

SERVER = Path(__file__).parent / "server.py"


def register_image(uri: str, path: Path, server: Path = SERVER) -> Path:
    """Write the sandbox's images.json: `uri` is this interpreter with a model server, the demo's own if not told."""
    # -P: a container has the server's file, and nothing of the folder that it comes from.
    path.write_text(json.dumps({uri: [sys.executable, "-P", str(server)]}))
    return path


def archives(models: Iterable[Model]) -> dict[str, bytes]:
    """Pack every model, by its version."""
    return {model.recipe.version: archive(model) for model in models}


def upload(s3: "S3Client", packed: Mapping[str, bytes], stable_url: str) -> None:
    """Put every archive beside `stable_url` (s3://bucket/folder/v1.tar.gz), as VERSION.tar.gz."""
    place = urlparse(stable_url)
    ensure_bucket(s3, place.netloc)
    folder = place.path.strip("/").rpartition("/")[0]
    for version, body in packed.items():
        s3.put_object(Bucket=place.netloc, Key=f"{folder}/{version}.tar.gz", Body=body)


def ensure_bucket(s3: "S3Client", bucket: str) -> None:
    """Make the bucket where there is none."""
    region: Any = s3.meta.region_name
    try:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
