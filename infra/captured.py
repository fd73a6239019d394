"""Where the files lie that the `captures` function reads: captures, and ground truth."""

from collections.abc import Iterator, Mapping
from os.path import commonpath

from infra.place import Place
from infra.spec.environment import Environment
from infra.spec.rollout import shadow_step

_MOST = 100
"""Notifications that a bucket may have (S3 user guide, "Amazon S3 Event Notifications")."""


def prefixes(environment: Environment) -> Mapping[str, tuple[str, ...]]:
    """List, by bucket, the prefixes under which such files are written.

    Where they are too many for the bucket it is what they all begin with: the function leaves other captures alone.
    """
    found: dict[str, list[str]] = {}
    for bucket, prefix in _places(environment):
        found.setdefault(bucket, []).append(prefix)
    return {bucket: _within(under) for bucket, under in sorted(found.items())}


def objects(environment: Environment) -> list[str]:
    """List the ARNs of all that may lie there."""
    partition = Place(environment.name, environment.account, environment.region).partition
    return [
        f"arn:{partition}:s3:::{bucket}/{prefix}*"
        for bucket, under in prefixes(environment).items()
        for prefix in under
    ]


def _within(under: list[str]) -> tuple[str, ...]:
    return tuple(sorted(under)) if len(under) <= _MOST else (f"{commonpath(under)}/".lstrip("/"),)


def _places(environment: Environment) -> Iterator[tuple[str, str]]:
    """Tell bucket and prefix; SageMaker writes under the endpoint's name (developer guide, "Data capture")."""
    for endpoint in environment.endpoints:
        if endpoint.capture and (shadow_step(endpoint.rollout) or endpoint.schema):
            yield _under(endpoint.capture.to, endpoint.name)
        if endpoint.schema and endpoint.schema.ground_truth:
            yield _under(endpoint.schema.ground_truth, endpoint.name)


def _under(uri: str, name: str) -> tuple[str, str]:
    bucket, _, under = uri.removeprefix("s3://").partition("/")
    return bucket, "".join(f"{part}/" for part in (under.strip("/"), name) if part)
