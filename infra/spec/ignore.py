"""What an environment file says against checks (`infra.checks`), each with its reason."""

from dataclasses import dataclass
from typing import Annotated

from infra.spec.forms import SENTENCE


@dataclass(frozen=True, slots=True)
class Ignore:
    """Silences one check: in the whole file, or at the key ``at`` and below, such as ``endpoints.mortgage``."""

    id: str
    reason: Annotated[str, SENTENCE]
    at: str = ""


@dataclass(frozen=True, slots=True)
class Checks:
    """How the checks of ``docs/checks`` are applied here."""

    ignore: tuple[Ignore, ...] = ()
