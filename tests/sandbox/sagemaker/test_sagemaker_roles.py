"""What SageMaker does in the name of a model's execution role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.roles import EVERYTHING, Grant, role
from tests.sandbox.sagemaker.hosting import blue_green, name

if TYPE_CHECKING:
    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting


def served(sandbox: Sandbox, hosting: Hosting, *grants: Grant, **model: Any) -> str:
    taken = role(sandbox, "sagemaker", *grants)
    made = hosting.model(role=taken, **model)
    return hosting.config(hosting.variant(model=made))


def failure(hosting: Hosting, config: str) -> str:
    endpoint = name("endpoint")
    hosting.api.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    reason: str = hosting.settled(endpoint)["FailureReason"]
    return reason


def test_images_are_pulled(sandbox: Sandbox, hosting: Hosting) -> None:
    reason = failure(hosting, served(sandbox, hosting))
    assert "does not have BatchGetImage permission for the image" in reason


def test_model_data_is_fetched(sandbox: Sandbox, hosting: Hosting) -> None:
    config = served(sandbox, hosting, (["ecr:*"], ["*"]), ModelDataUrl="s3://a-bucket/model.tar.gz")
    assert "Failed to download model data" in failure(hosting, config)


def test_alarms_are_watched(sandbox: Sandbox, hosting: Hosting, alarm: str) -> None:
    first = served(sandbox, hosting, EVERYTHING)
    endpoint = hosting.endpoint(first)
    second = served(sandbox, hosting, (["ecr:*"], ["*"]))
    hosting.update(endpoint, second, DeploymentConfig=blue_green(alarms=(alarm,)))
    found = hosting.settled(endpoint)
    assert found["EndpointConfigName"] == first
    assert "cloudwatch:DescribeAlarms" in found["FailureReason"]
