"""Asynchronous endpoints: requests wait in SageMaker's queue, and answers are written to S3."""

from dataclasses import dataclass
from typing import Annotated

from infra.spec.forms import KMS_KEY_ARN, S3_URI, TOPIC_ARN


@dataclass(frozen=True, slots=True)
class Asynchronous:
    """Answers requests from a queue: ``InvokeEndpointAsync`` instead of ``InvokeEndpoint``.

    Answers are written below ``to``, and the answers of requests that failed below ``failures``; without it
    ``error_topic`` alone tells of them. ``from`` is the place of the requests, which the endpoint's role may read.
    ``max_concurrent`` is how many requests an instance gets at a time (SageMaker chooses where it is left out).
    ``success_topic`` and ``error_topic`` are SNS topics that are told of each request. ``kms_key`` encrypts what is
    written to S3.
    """

    to: Annotated[str, S3_URI]
    from_: Annotated[str, S3_URI] | None = None
    failures: Annotated[str, S3_URI] | None = None
    max_concurrent: int | None = None
    success_topic: Annotated[str, TOPIC_ARN] | None = None
    error_topic: Annotated[str, TOPIC_ARN] | None = None
    kms_key: Annotated[str, KMS_KEY_ARN] | None = None
