"""Feature flags of an endpoint: for whom something is on, who answers for it, and until when it may stay."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from infra.spec.forms import DATE, FLAG
from infra.spec.markers import Marker


@dataclass(frozen=True, slots=True)
class Condition:
    """What one of a user's attributes must be; exactly one comparison.

    A client sends attributes with each request, such as email, region or tier.
    """

    attribute: str
    equals: str | None = None
    starts_with: str | None = None
    ends_with: str | None = None
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """On for users who meet all conditions of ``when``; ``on: true`` is on for everybody.

    ``owner`` answers for it; after ``expires`` (a date) `serinus check` asks for it to be taken out.
    """

    name: Annotated[str, FLAG, Marker.KEY]
    owner: str
    expires: Annotated[str, DATE]
    description: str = ""
    when: tuple[Condition, ...] = ()
    on: bool = False

    def days_left(self, today: date) -> int:
        """Count the days until ``expires``: 0 on that very day, which still counts, and negative after it."""
        return (date.fromisoformat(self.expires) - today).days
