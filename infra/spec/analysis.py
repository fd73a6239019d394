"""What asks the questions of an endpoint's captures, where they are too many for one machine."""

from dataclasses import dataclass
from typing import Annotated, Literal

from infra.spec.forms import S3_URI
from infra.spec.units import BYTES


@dataclass(frozen=True, slots=True)
class Analysis:
    """`serinus quality` asks Amazon Athena; written as the engine's name alone, or as a mapping.

    ``limit`` is what one query may read: Athena cancels one that would read more. What it writes for a while lies
    below ``results``; where left out, below the captures, in a folder that is no endpoint's.
    """

    engine: Literal["athena"]
    results: Annotated[str, S3_URI] | None = None
    limit: Annotated[int, BYTES] = 100 * 10**9
