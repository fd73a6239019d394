"""Where SageMaker finds a model: its archive in S3, and what runs as its image in the sandbox."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from botocore.exceptions import ClientError

from demo.models import Model
from demo.scorecard import archive

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

SERVER = Path(__file__).parent / "server.py"


def register_image(uri: str, path: Path) -> Path:
    """Write the sandbox's images.json: `uri` is this interpreter with the demo's model server."""
    # -P: a container has the server's file, and nothing of the folder that it comes from.
    path.write_text(json.dumps({uri: [sys.executable, "-P", str(SERVER)]}))
    return path


def upload(s3: "S3Client", models: Iterable[Model], stable_url: str) -> None:
    """Put every model's archive beside `stable_url` (s3://bucket/folder/v1.tar.gz), as VERSION.tar.gz."""
    place = urlparse(stable_url)
    _ensure_bucket(s3, place.netloc)
    folder = place.path.strip("/").rpartition("/")[0]
    for model in models:
        s3.put_object(Bucket=place.netloc, Key=f"{folder}/{model.recipe.version}.tar.gz", Body=archive(model))


def _ensure_bucket(s3: "S3Client", bucket: str) -> None:
    region: Any = s3.meta.region_name
    try:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
