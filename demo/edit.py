"""The edits of the environment file that a user would make, comments and layout kept."""

import difflib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Document = dict[str, Any]
Edit = Callable[[Document], None]


def edit(path: Path, *changes: Edit) -> str:
    """Change the YAML file and return what changed as a unified diff with two lines of context."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    before = path.read_text()
    document = yaml.load(before)
    for change in changes:
        change(document)
    after = io.StringIO()
    yaml.dump(document, after)
    path.write_text(after.getvalue())
    old, new = before.splitlines(), after.getvalue().splitlines()
    return "\n".join(difflib.unified_diff(old, new, path.name, path.name, lineterm="", n=2))


def add_canary(endpoint: str, version: str) -> Edit:
    """Put `version` beside stable: the same image, the archive next to stable's."""

    def change(document: Document) -> None:
        settings = document["endpoints"][endpoint]
        stable = settings["stable"]
        folder = stable["model_data"].rpartition("/")[0]
        canary = {"version": version, "image": stable["image"], "model_data": f"{folder}/{version}.tar.gz"}
        settings.insert(list(settings).index("stable") + 1, "canary", canary)

    return change


def make_stable(endpoint: str) -> Edit:
    """Let the canary take stable's place."""

    def change(document: Document) -> None:
        settings = document["endpoints"][endpoint]
        for key, value in settings.pop("canary").items():
            settings["stable"][key] = value  # key by key: the comments in the file hang on stable's mapping

    return change


def set_value(*path: str, to: object) -> Edit:
    """Set the value at `path`, a key per level."""

    def change(document: Document) -> None:
        *parents, last = path
        for key in parents:
            document = document[key]
        document[last] = to

    return change
