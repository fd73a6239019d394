"""Model archives: what `demo/server.py` finds in its model directory."""

import io
import json
import tarfile

import joblib

from demo.models import Model


def archive(model: Model) -> bytes:
    """Pack a model as model.tar.gz: the pipeline, and its version and columns beside it."""
    description = {"version": model.recipe.version, "columns": model.recipe.columns}
    pipeline = io.BytesIO()
    joblib.dump(model.pipeline, pipeline)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        _add(tar, "model.json", json.dumps(description).encode())
        _add(tar, "model.joblib", pipeline.getvalue())
    return packed.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
