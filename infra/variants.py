"""What of an endpoint configuration is given by the file, and what is kept as it is live."""

from infra.content import roles
from infra.spec.endpoint import Endpoint
from lambdas.rollout.names import CANARY, CANARY_TAG, CHALLENGER_TAGS, STABLE, STABLE_TAG

_TAGS = {STABLE: STABLE_TAG, CANARY: CANARY_TAG}


def kept(endpoint: Endpoint) -> list[str]:
    """List what Terraform leaves alone once made: the weights, and the counts that autoscaling moves.

    An ignored attribute is still read when the configuration is made: a replacement takes the live values.
    """
    attributes = ["initial_variant_weight", *(["initial_instance_count"] if endpoint.autoscaling else [])]
    return [f"production_variants[{i}].{name}" for i in range(len(roles(endpoint))) for name in attributes]


def tags(endpoint: Endpoint) -> dict[str, str]:
    """Tell the model versions in plain words, for whoever looks at SageMaker (and for the `live` function)."""
    return {_TAGS.get(role, CHALLENGER_TAGS + role): model.version for role, model in roles(endpoint).items()}
