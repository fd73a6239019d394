"""Where the files lie that the `captures` function reads, captures and ground truth, and for how long."""

from collections.abc import Iterator, Mapping
from os.path import commonpath
from typing import NamedTuple

from infra.place import Place
from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.errors import KeyPath
from infra.spec.rollout import shadow_step
from lambdas.rollout.names import folder

DAY = 86_400
"""Seconds."""
RULE = "serinus: "
"""How the names of our lifecycle rules begin."""
_MOST = 100
"""Notifications that a bucket may have (S3 user guide, "Amazon S3 Event Notifications")."""


class Lies(NamedTuple):
    """Where an endpoint's files lie: bucket, prefix, and the key of the environment file that says so."""

    bucket: str
    prefix: str
    keys: KeyPath


def prefixes(environment: Environment) -> Mapping[str, tuple[str, ...]]:
    """List, by bucket, the prefixes under which files are written that the function reads.

    Where they are too many for the bucket it is what they all begin with: the function leaves other captures alone.
    """
    found: dict[str, list[str]] = {}
    for each in _read(environment):
        found.setdefault(each.bucket, []).append(each.prefix)
    return {bucket: _within(under) for bucket, under in sorted(found.items())}


def kept(environment: Environment) -> Mapping[str, Mapping[str, int]]:
    """Tell, by bucket, the days after which captures below a prefix are deleted; where they stay it is left out."""
    found: dict[str, dict[str, int]] = {}
    for endpoint in environment.endpoints:
        if endpoint.capture and endpoint.capture.keep:
            place = _captures(endpoint, endpoint.capture.to)
            found.setdefault(place.bucket, {})[place.prefix] = endpoint.capture.keep // DAY
    return found


def owned(environment: Environment) -> Mapping[str, KeyPath]:
    """Name the buckets whose notifications or lifecycle rules the environment sets, each by a key that says so."""
    lives = [_captures(each, each.capture.to) for each in environment.endpoints if each.capture and each.capture.keep]
    return {each.bucket: each.keys for each in [*lives, *_read(environment)]}


def objects(environment: Environment) -> list[str]:
    """List the ARNs of all that the function may read."""
    partition = Place(environment.name, environment.account, environment.region).partition
    return [
        f"arn:{partition}:s3:::{bucket}/{prefix}*"
        for bucket, under in prefixes(environment).items()
        for prefix in under
    ]


def truths(environment: Environment) -> list[str]:
    """List the ARNs of all ground truth, which the `reward` function may write."""
    partition = Place(environment.name, environment.account, environment.region).partition
    return [
        f"arn:{partition}:s3:::{each.bucket}/{each.prefix}*" for each in _read(environment) if "schema" in each.keys
    ]


def _within(under: list[str]) -> tuple[str, ...]:
    return tuple(sorted(under)) if len(under) <= _MOST else (f"{commonpath(under)}/".lstrip("/"),)


def _read(environment: Environment) -> Iterator[Lies]:
    for endpoint in environment.endpoints:
        if endpoint.capture and (shadow_step(endpoint.rollout) or endpoint.schema):
            yield _captures(endpoint, endpoint.capture.to)
        if endpoint.schema and endpoint.schema.ground_truth:
            yield _under(endpoint.schema.ground_truth, endpoint.name, ("schema", "ground_truth"))


def _captures(endpoint: Endpoint, uri: str) -> Lies:
    """SageMaker writes under the endpoint's name (developer guide, "Data capture")."""
    return _under(uri, endpoint.name, ("capture", "to"))


def _under(uri: str, name: str, keys: KeyPath) -> Lies:
    return Lies(*folder(uri, name), ("endpoints", name, *keys))
