"""A function's zip, extracted once: functions of the same code share what Python compiles of it."""

import io
import shutil
import threading
import zipfile
from pathlib import Path

_lock = threading.Lock()


def extracted(code: bytes, digest: str, directory: Path) -> Path:
    """Return the folder of the code under `directory`, extracting it if it is new."""
    root = directory / "functions" / _plain(digest)
    with _lock:
        if not root.exists():
            draft = root.with_name(root.name + ".draft")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            with zipfile.ZipFile(io.BytesIO(code)) as archive:
                archive.extractall(draft)
            draft.rename(root)
    return root


def _plain(digest: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in digest)[:16]
