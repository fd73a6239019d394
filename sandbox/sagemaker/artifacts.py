"""Model data: the archive in S3, extracted as a container finds it under /opt/ml/model."""

import io
import tarfile
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlparse

from moto.s3.models import s3_backends

from sandbox.place import ACCOUNT_ID
from sandbox.sagemaker import execution

_lock = threading.Lock()


class ModelDataError(Exception):
    """There is no usable archive at the model data's address."""


def extracted(url: str, directory: Path, role: str) -> Path:
    """Return a directory with the archive's content, fetched in a role's name.

    Each version of an archive is extracted once.
    """
    place = urlparse(url)
    if not execution.may_read(role, place.netloc, place.path.lstrip("/")):
        raise ModelDataError(url)
    try:
        key = s3_backends[ACCOUNT_ID]["aws"].get_object(place.netloc, place.path.lstrip("/"))
    except Exception as error:  # moto has one class per cause, and the cause does not matter here
        raise ModelDataError(url) from error
    if key is None:
        raise ModelDataError(url)
    target = directory / "model-data" / f"{key.etag.strip(chr(34))}-{place.path.strip('/').replace('/', '-')}"
    with _lock:
        if not target.exists():
            _extract(key.value, target, url)
    return target


def _extract(archive: bytes, target: Path, url: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(draft, filter="data")
    except tarfile.TarError as error:
        raise ModelDataError(url) from error
    draft.rename(target)
