"""Where this sandbox runs: one account, one region, one address, one directory."""

from dataclasses import dataclass
from pathlib import Path

ACCOUNT_ID = "123456789012"
REGION = "eu-west-1"


@dataclass(frozen=True, slots=True)
class Place:
    """The address and the directory of a running sandbox."""

    url: str
    directory: Path


_settled: list[Place] = []


def settle(place: Place) -> None:
    """Make `place` known to the extensions; once per process, before the first request."""
    _settled[:] = [place]


def here() -> Place:
    """Tell where the running sandbox is; RuntimeError before it has started."""
    if not _settled:
        raise RuntimeError("The sandbox has not started.")
    return _settled[0]
