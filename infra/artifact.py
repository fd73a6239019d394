"""The code that ships to AWS: one zip of the ``lambdas`` package, the same bytes for the same sources.

cdktf's own ``AssetType.ARCHIVE`` is unfit: its bytes change with the files' times, its hash ignores their names.
"""

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold
_READABLE = 0o100644 << 16  # a regular file, rw-r--r--
_LEFT_OUT = {"__pycache__", "tests"}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A zip's bytes."""

    content: bytes

    @property
    def digest(self) -> str:
        """Base64 of its SHA-256, as Lambda's ``source_code_hash`` wants it."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()

    def write(self, folder: Path) -> Path:
        """Write it as ``lambdas.zip`` into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "lambdas.zip"
        path.write_bytes(self.content)
        return path


def build(package: Path) -> Artifact:
    """Zip the Python ``package`` under its own name, so that its import paths hold in Lambda.

    Sorted names, fixed dates and modes; stored, since deflate's bytes depend on the zlib at hand.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for source in _sources(package):
            entry = zipfile.ZipInfo(source.relative_to(package.parent).as_posix(), _EPOCH)
            entry.create_system = 3  # Unix, wherever it is built
            entry.external_attr = _READABLE
            archive.writestr(entry, source.read_bytes())
    return Artifact(content.getvalue())


def _sources(package: Path) -> list[Path]:
    return sorted(
        path
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not _LEFT_OUT & set(path.relative_to(package).parts)
    )
