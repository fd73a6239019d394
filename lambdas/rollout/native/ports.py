"""What the history of native deployments needs of the world."""

from typing import Protocol

from lambdas.rollout.native.line import Line
from lambdas.rollout.native.sight import Sight


class Endpoints(Protocol):
    """SageMaker's endpoints, with the deployment under way."""

    def look(self, endpoint: str) -> Sight | None:
        """Read what SageMaker shows now; None where there is no such endpoint."""
        ...


class History(Protocol):
    """The lines of SageMaker's deployments in the ledger: added, never changed."""

    def add(self, line: Line) -> bool:
        """Keep a line; False, and nothing is done, where its fact is known already."""
        ...

    def recent(self, endpoint: str, most: int) -> tuple[Line, ...]:
        """Read lines of the latest deployments, ``most`` at the most, in no order."""
        ...
