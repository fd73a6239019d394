"""Captures and truths where they lie in S3, found by their hours; nothing is read."""

from typing import Any, NamedTuple

from cli.exits import Exit, RefusedError
from cli.quality import objects
from cli.quality.measured import Files
from infra.spec import Endpoint
from lake.hours import Interval
from lambdas.rollout.names import folder


class Places(NamedTuple):
    """S3 URIs, each with a slash at its end: what holds the variants' folders, and where the truths' years begin."""

    captures: str
    truths: str | None

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Places":
        """Tell it from the environment file; refuses an endpoint that captures nothing."""
        if endpoint.capture is None:
            fix = "add capture: {to: s3://BUCKET/PREFIX} to the endpoint and deploy"
            raise RefusedError(Exit.USAGE, f"{endpoint.name} captures nothing", fix)
        truths = endpoint.schema.ground_truth if endpoint.schema else None
        return cls(_below(endpoint.capture.to, endpoint.name), _below(truths, endpoint.name) if truths else None)


def _below(uri: str, name: str) -> str:
    bucket, prefix = folder(uri, name)
    return f"s3://{bucket}/{prefix}"


def stored(s3: Any, places: Places, variants: tuple[str, ...], interval: Interval, window: int) -> Files:
    """List the files of these hours; ``window`` is in seconds. Refuses where there is no capture."""
    captures = [each for name in variants for each in objects.listed(s3, f"{places.captures}{name}/", interval)]
    if not captures:
        sentence = f"{places.captures} has no captures in these hours"
        raise RefusedError(Exit.NOTHING, sentence, "captures lie there under VARIANT/yyyy/mm/dd/hh, in UTC")
    truths = list(objects.listed(s3, places.truths, interval.truths(window))) if places.truths else []
    size = sum(each for _, each in [*captures, *truths])
    return Files(tuple(uri for uri, _ in captures), tuple(uri for uri, _ in truths), size)
