"""What SageMaker shows of an endpoint at one moment, in an event or in DescribeEndpoint's answer; and its alarms."""

from typing import NamedTuple

IN_SERVICE, ROLLBACK_FAILED, FAILED = "inservice", "updaterollbackfailed", "failed"
_RESTING = frozenset({IN_SERVICE, ROLLBACK_FAILED, FAILED})


class Stage(NamedTuple):
    """What is being done to a fleet, in SageMaker's words (``Baking`` and a message), and its instances.

    ``serving`` instances have traffic and ``wanted`` are to have it; ``at`` is when this stage began, in seconds
    since the epoch. ``doing`` is empty where nothing is being done.
    """

    doing: str
    message: str
    serving: int
    wanted: int
    at: float


class Pending(NamedTuple):
    """A deployment under way: which configuration is to serve, since when, and how far its fleet is."""

    config: str
    began: float
    stage: Stage


class Sight(NamedTuple):
    """An endpoint as SageMaker shows it: ``config`` serves, ``old`` is its fleet, ``pending`` shall replace it.

    ``status`` is SageMaker's in lower case without underscores, so that events and DescribeEndpoint say the same.
    ``failure`` and ``alarms`` (those attached to the deployment) are told by DescribeEndpoint alone.
    """

    endpoint: str
    status: str
    config: str
    at: float
    old: Stage
    pending: Pending | None = None
    failure: str = ""
    alarms: tuple[str, ...] = ()

    @property
    def resting(self) -> bool:
        """Whether nothing is under way; what could not be taken back may still be shown as pending."""
        return self.status == ROLLBACK_FAILED or (self.pending is None and self.status in _RESTING)


class Fired(NamedTuple):
    """An alarm that fires on an endpoint whose deployments nothing takes back; ``at`` in seconds since the epoch."""

    endpoint: str
    alarm: str
    at: float
    reason: str
