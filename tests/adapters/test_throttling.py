"""Whatever AWS says where there are too many calls, it is one error; everything else stays what it is."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker
from botocore.stub import Stubber

from infra.workflow import definition
from lambdas.adapters import throttling
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.adapters.throttling import telling
from lambdas.rollout.ports import EndpointRefusedError, ThrottledError
from tests.examples import TURN, live

NOT_OF_RATES = {"EC2ThrottledException", "LimitExceededException", "TransactionInProgressException"}
"""EC2's, a quota's, and one that is over when the other transaction is."""


def _endpoints(code: str) -> SageMakerEndpoints:
    client = telling(boto3.client("sagemaker", "eu-west-1", aws_access_key_id="t", aws_secret_access_key="t"))
    stubber = Stubber(client)
    for operation in ("describe_endpoint", "update_endpoint_weights_and_capacities"):
        stubber.add_client_error(operation, code, "Rate exceeded", 400)
    stubber.activate()
    return SageMakerEndpoints(client)


@pytest.mark.parametrize("code", ["ThrottlingException", "Throttling", "RequestLimitExceeded"])
def test_a_throttled_read_or_change_is_told_as_such(code: str) -> None:
    endpoints = _endpoints(code)
    with pytest.raises(ThrottledError, match=f"DescribeEndpoint: {code}"):
        endpoints.live("mortgage")
    with pytest.raises(ThrottledError, match="UpdateEndpointWeights"):
        endpoints.set_canary_weight(live(weight=0), 100, TURN)


def test_other_refusals_stay_what_they_are() -> None:
    endpoints = _endpoints("AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        endpoints.live("mortgage")
    with pytest.raises(EndpointRefusedError):
        endpoints.set_canary_weight(live(weight=0), 100, TURN)


def test_the_codes_are_those_that_boto3_takes_for_throttling() -> None:
    known = set(vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"])
    assert known - throttling._CODES == NOT_OF_RATES


def test_the_workflow_waits_longer_each_time_and_not_with_others() -> None:
    tasks = [
        state for state in definition("a", "r", 60)["States"].values() if "lambda:invoke" in state.get("Resource", "")
    ]
    for task in tasks:
        first = task["Retry"][0]
        assert first["ErrorEquals"] == [ThrottledError.__name__]
        assert all(each["JitterStrategy"] == "FULL" for each in task["Retry"])
        assert first["MaxDelaySeconds"] * first["MaxAttempts"] >= 900
