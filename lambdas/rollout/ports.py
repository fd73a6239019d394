"""What the core needs of the world: a small protocol per port, each with one contract suite in tests/."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.letter import Letter
from lambdas.rollout.live import Live
from lambdas.rollout.recipes import Reading
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Entry, Share


class ConflictError(Exception):
    """Somebody else committed first: load again and decide again."""


class EndpointBusyError(Exception):
    """SageMaker refuses changes while the endpoint is Updating: try again once it is in service."""


class EndpointRefusedError(Exception):
    """SageMaker refuses a change for another reason, or the call failed; the message says why."""


class ThrottledError(Exception):
    """AWS takes no more calls of the account for now, whichever it was: nothing is known, and nothing was done."""


class UnansweredError(RuntimeError):
    """CloudWatch did not answer a query, which is not the same as having no data."""


class NotToldError(Exception):
    """A message was not taken; the words are AWS's."""


class Ledger(Protocol):
    """The DynamoDB table of rollouts and their append-only history."""

    def load(self, endpoint: str) -> EndpointState:
        """Read the state, strongly consistent; an unknown endpoint has revision 0 and nothing else."""
        ...

    def commit(self, state: EndpointState, entry: Entry | None, letter: Letter | None = None) -> None:
        """Write ``state`` over revision ``state.revision - 1``, ``entry`` and ``letter``, all or none.

        Raises `ConflictError` if the ledger holds another revision.
        """
        ...

    def release(self, endpoint: str) -> Release | None:
        """Read what the last deploy asked for."""
        ...

    def history(self, endpoint: str, rollout: int) -> tuple[Entry, ...]:
        """Read a rollout's entries, oldest first."""
        ...


class Outbox(Protocol):
    """The ledger's letters that are not known to have reached people."""

    def waiting(self, endpoint: str) -> tuple[Letter, ...]:
        """Read them, oldest first."""
        ...

    def sent(self, letter: Letter) -> None:
        """Take one out; one that is out already is none."""
        ...


class Turn(NamedTuple):
    """Whose share of the traffic is set: a rollout's, at a revision of the ledger, among the users of a flag.

    ``challengers`` get their shares beside the canary's; where no router splits the traffic there are none.
    """

    rollout: int
    revision: int
    flag: str = ""
    challengers: tuple[Share, ...] = ()


class Endpoints(Protocol):
    """SageMaker's endpoints, and the routers in front of them."""

    def live(self, endpoint: str) -> Live | None:
        """Read what serves now; None where there is no such endpoint."""
        ...

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        """Give the canary ``weight`` basis points, and stable what the turn leaves.

        This and all changes raise `EndpointBusyError`, or `EndpointRefusedError`.
        """
        ...

    def hand_over(self, live: Live, turn: Turn) -> None:
        """Make SageMaker's weights those of the router, and then the router neutral, a call at a time.

        Does nothing where no router splits the traffic.
        """
        ...

    def set_configuration(self, live: Live, config: str) -> None:
        """Swap the fleets for those of another configuration, at its weights."""
        ...


class Fleets(Protocol):
    """The instances behind SageMaker's variants."""

    def set_count(self, live: Live, variant: str, count: int) -> None:
        """Ask for so many instances; raises `EndpointBusyError`, or `EndpointRefusedError`."""
        ...


@dataclass(frozen=True, slots=True)
class Firing:
    """A CloudWatch alarm in state ALARM since ``since``, and a sentence why."""

    name: str
    since: float
    reason: str


def told(alarm: str, meaning: str, reason: str) -> str:
    """Say why an alarm fires: what it watches, in our words (its description), and CloudWatch's own reason."""
    return f"alarm {alarm}: {meaning} ({reason})" if meaning else f"alarm {alarm}: {reason}"


class Metrics(Protocol):
    """What CloudWatch knows of an endpoint's variants."""

    def read(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Period, ...]:
        """Read the queries' values for each complete metric period in the interval, oldest first.

        Periods without any value are left out.
        """
        ...

    def summary(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Reading, ...]:
        """Read one value per query over the whole interval."""
        ...

    def firing(self, alarms: Sequence[str]) -> tuple[Firing, ...]:
        """Tell which of the named alarms are in state ALARM, and which do not exist (``since`` 0)."""
        ...


class Workflow(Protocol):
    """The Step Functions workflow that drives rollouts."""

    def start(self, endpoint: str, name: str) -> None:
        """Start an execution under a deterministic name; starting it twice is once."""
        ...


class Notifier(Protocol):
    """Tells people."""

    def tell(self, subject: str, text: str) -> None:
        """Send one message; raises `NotToldError` where it is not taken."""
        ...
