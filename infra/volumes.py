"""Which key encrypts the volumes of an endpoint's instances."""

import re

from infra.content import roles
from infra.spec.endpoint import Endpoint

_LOCAL = re.compile(r"ml\.([a-z]+\d+[a-z]*d[a-z]*|g[56]e?|gr6|p[56][\w-]*|trn\d\w*|i\d\w*)\.")
"""Families with NVMe disks of their own (EC2 user guide, "Instance store volumes"): those with a ``d`` after the
generation, and some whose names do not tell it. One that is missing here is refused by CreateEndpointConfig."""


def volume_key(endpoint: Endpoint) -> str | None:
    """Tell the key, None where there is none or an instance has local storage.

    Such storage is encrypted by a module of the instance, and CreateEndpointConfig fails where a key is given for it
    (SageMaker API reference, CreateEndpointConfig, KmsKeyId).
    """
    instances = [endpoint.instance_for(model) for model in roles(endpoint).values()]
    local = any(has_disks(instance.type) for instance in instances if instance)
    return None if local else endpoint.kms_key


def has_disks(instance_type: str) -> bool:
    """Tell whether instances of a type have local storage."""
    return bool(_LOCAL.match(instance_type))
