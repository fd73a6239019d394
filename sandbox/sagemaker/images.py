"""What runs as an image: images.json in the sandbox's directory maps image URIs to command lines."""

import json
from pathlib import Path


def command(directory: Path, image: str) -> list[str] | None:
    """Return the command line that stands for `image`, or None; the file is read anew each time."""
    path = directory / "images.json"
    if not path.exists():
        return None
    argv: list[str] | None = json.loads(path.read_text()).get(image)
    return argv
