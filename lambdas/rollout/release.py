"""What Terraform asked for on one endpoint: the item that a deploy puts into the ledger."""

from dataclasses import dataclass

from lambdas.rollout.plan import Plan


@dataclass(frozen=True, slots=True)
class Release:
    """A deployed pair of model versions with its plan.

    ``pair`` identifies the two models by content and ``shape`` everything else of the endpoint configuration
    (instances, capture, …); both are part of the configuration's name (`lambdas.rollout.names`), so that one
    DescribeEndpoint tells what is live. ``canary`` and ``plan`` are None where nothing is to be rolled out.
    """

    endpoint: str
    stable: str
    canary: str | None
    pair: str
    shape: str
    plan: Plan | None
    alarms: tuple[str, ...]
    """Names of the canary's alarms; any of them in ALARM rolls back."""
