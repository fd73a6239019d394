"""Checks environment files and tells the outcome in text."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.spec.errors import SpecErrors
from infra.spec.load import load_files


@dataclass(frozen=True, slots=True)
class Report:
    """Whether all files are fine, and the text to print."""

    ok: bool
    text: str


def check(paths: Iterable[Path]) -> Report:
    """Check files, and all files of folders, together."""
    try:
        environments = load_files(paths)
    except SpecErrors as errors:
        count = len(errors.errors)
        return Report(ok=False, text=f"{errors}\n\n{count} error{'s' if count > 1 else ''}")
    return Report(ok=True, text=f"OK: {', '.join(environment.name for environment in environments)}")
