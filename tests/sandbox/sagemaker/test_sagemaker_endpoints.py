from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.sagemaker.hosting import ROLE, blue_green, eventually, name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.sagemaker.hosting import Hosting

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


def refused(call: Callable[..., object], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_a_new_endpoint_is_creating_then_in_service_and_answers(hosting: Hosting) -> None:
    config = hosting.config(hosting.variant("stable", hosting.model("hello")))
    hosting.api.create_endpoint(EndpointName="brand-new", EndpointConfigName=config)
    assert hosting.describe("brand-new")["EndpointStatus"] == "Creating"
    shown = hosting.settled("brand-new")
    assert shown["EndpointStatus"] == "InService"
    assert shown["EndpointConfigName"] == config
    assert shown["ProductionVariants"][0]["DeployedImages"][0]["SpecifiedImage"].endswith("tiny:1")
    assert "PendingDeploymentSummary" not in shown
    assert hosting.says("brand-new") == "hello"


def test_an_endpoint_being_created_refuses_every_change(hosting: Hosting) -> None:
    config = hosting.config()
    hosting.api.create_endpoint(EndpointName="young", EndpointConfigName=config)
    expected = f'ValidationException: Cannot update in-progress endpoint "{ARN}:endpoint/young".'
    assert refused(hosting.api.delete_endpoint, EndpointName="young") == expected
    assert refused(hosting.api.update_endpoint, EndpointName="young", EndpointConfigName=config) == expected
    assert refused(hosting.reweigh, endpoint="young", stable=1) == expected
    hosting.settled("young")


def test_weight_zero_is_shown_and_gets_no_traffic(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable"), hosting.variant("canary", weight=0)))
    canary = hosting.variants(endpoint)["canary"]
    assert (canary["CurrentWeight"], canary["DesiredWeight"]) == (0.0, 0.0)
    assert {hosting.says(endpoint) for _ in range(30)} == {"stable"}
    assert hosting.says(endpoint, target="canary") == "canary"


def test_new_weights_take_effect_after_updating(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable"), hosting.variant("canary", weight=0)))
    hosting.reweigh(endpoint, stable=0, canary=5)
    moving = hosting.describe(endpoint)
    assert moving["EndpointStatus"] == "Updating"
    assert [(v["CurrentWeight"], v["DesiredWeight"]) for v in moving["ProductionVariants"]] == [(1, 0), (0, 5)]
    assert "Cannot update in-progress endpoint" in refused(hosting.reweigh, endpoint=endpoint, stable=1)
    assert hosting.settled(endpoint)["EndpointStatus"] == "InService"
    assert {hosting.says(endpoint) for _ in range(20)} == {"canary"}


def test_weights_and_counts_change_independently(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable", weight=7, count=2)))
    count = {"VariantName": "stable", "DesiredInstanceCount": 3}
    hosting.api.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=[count])
    hosting.settled(endpoint)
    hosting.reweigh(endpoint, stable=0.05)
    hosting.settled(endpoint)
    stable = hosting.variants(endpoint)["stable"]
    assert stable["CurrentInstanceCount"] == 3
    assert stable["CurrentWeight"] == 0.05000000074505806  # a single float, as on AWS


def test_capacity_that_cannot_be_had_rolls_back(hosting: Hosting) -> None:
    endpoint = hosting.endpoint()
    count = {"VariantName": "stable", "DesiredInstanceCount": 5000}
    hosting.api.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=[count])
    eventually(lambda: hosting.describe(endpoint)["EndpointStatus"] == "RollingBack")
    shown = hosting.settled(endpoint)
    assert shown["EndpointStatus"] == "InService"
    assert "InsufficientInstanceCapacity" in shown["FailureReason"]
    assert hosting.variants(endpoint)["stable"]["DesiredInstanceCount"] == 1


def test_weights_of_unknown_variants_and_counts_of_nothing_are_refused(hosting: Hosting) -> None:
    endpoint = hosting.endpoint()
    assert "nobody" in refused(hosting.reweigh, endpoint=endpoint, nobody=1)
    none = [{"VariantName": "stable", "DesiredInstanceCount": 0}]
    change = hosting.api.update_endpoint_weights_and_capacities
    assert "desiredInstanceCount" in refused(change, EndpointName=endpoint, DesiredWeightsAndCapacities=none)
    assert hosting.describe(endpoint)["EndpointStatus"] == "InService"


def test_an_update_keeps_weights_and_counts_only_when_asked(hosting: Hosting) -> None:
    config = hosting.config(hosting.variant("stable"), hosting.variant("canary", weight=0))
    endpoint = hosting.endpoint(config)
    hosting.reweigh(endpoint, stable=3, canary=1)
    hosting.settled(endpoint)
    same = hosting.config(hosting.variant("stable", count=2), hosting.variant("canary", weight=0))
    excluded = [{"VariantPropertyType": "DesiredInstanceCount"}]
    hosting.update(endpoint, same, RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=excluded)
    hosting.settled(endpoint)
    kept = hosting.variants(endpoint)
    assert (kept["stable"]["CurrentWeight"], kept["canary"]["CurrentWeight"]) == (3, 1)
    assert kept["stable"]["CurrentInstanceCount"] == 2
    hosting.update(endpoint, config)
    hosting.settled(endpoint)
    assert hosting.variants(endpoint)["canary"]["CurrentWeight"] == 0


def test_the_last_deployment_configuration_is_shown_until_an_update_leaves_it_out(hosting: Hosting) -> None:
    first, second = hosting.config(), hosting.config()
    deployment = blue_green(wait=0)
    endpoint = hosting.endpoint(first, DeploymentConfig=deployment)
    assert hosting.describe(endpoint)["LastDeploymentConfig"] == deployment
    hosting.update(endpoint, second, RetainDeploymentConfig=True)
    assert hosting.settled(endpoint)["LastDeploymentConfig"] == deployment
    hosting.update(endpoint, first)
    assert "LastDeploymentConfig" not in hosting.settled(endpoint)


def test_what_does_not_exist_cannot_be_used(hosting: Hosting) -> None:
    api = hosting.api
    missing = 'Could not find endpoint "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/none".'
    assert refused(api.describe_endpoint, EndpointName="none") == f"ValidationException: {missing}"
    assert missing in refused(api.delete_endpoint, EndpointName="none")
    for call in (api.describe_endpoint_config, api.delete_endpoint_config):
        assert "Could not find endpoint configuration" in refused(call, EndpointConfigName="none")
    create = {"EndpointName": "e", "EndpointConfigName": "none"}
    assert "Could not find endpoint configuration" in refused(api.create_endpoint, **create)
    for call in (api.describe_model, api.delete_model):
        assert "Could not find model" in refused(call, ModelName="none")
    variants = [hosting.variant(model="none")]
    arguments = {"EndpointConfigName": "c", "ProductionVariants": variants}
    assert "Could not find model" in refused(api.create_endpoint_config, **arguments)


def test_names_are_unique(hosting: Hosting) -> None:
    model = hosting.model()
    config = hosting.config(hosting.variant(model=model))
    endpoint = hosting.endpoint(config)
    container = {"Image": "another"}
    again = refused(hosting.api.create_model, ModelName=model, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    assert again == f'ValidationException: Cannot create already existing model "{ARN}:model/{model}".'
    arguments = {"EndpointConfigName": config, "ProductionVariants": [hosting.variant()]}
    assert "already existing endpoint configuration" in refused(hosting.api.create_endpoint_config, **arguments)
    arguments = {"EndpointName": endpoint, "EndpointConfigName": config}
    assert "already existing endpoint" in refused(hosting.api.create_endpoint, **arguments)


def test_deleting_a_live_configuration_is_allowed_and_breaks_the_next_update(hosting: Hosting) -> None:
    live, following = hosting.config(), hosting.config()
    endpoint = hosting.endpoint(live)
    hosting.api.delete_endpoint_config(EndpointConfigName=live)
    assert hosting.says(endpoint) == "stable"
    message = refused(hosting.api.update_endpoint, EndpointName=endpoint, EndpointConfigName=following)
    assert f'Could not find endpoint configuration "{ARN}:endpoint-config/{live}"' in message


def test_a_deleted_endpoint_is_deleting_and_then_gone(hosting: Hosting) -> None:
    endpoint = hosting.endpoint()
    hosting.api.delete_endpoint(EndpointName=endpoint)
    assert hosting.describe(endpoint)["EndpointStatus"] == "Deleting"
    assert "in-progress" in refused(hosting.api.delete_endpoint, EndpointName=endpoint)
    eventually(lambda: endpoint not in [item["EndpointName"] for item in listed(hosting, endpoint)])


def listed(hosting: Hosting, part: str) -> Any:
    return hosting.api.list_endpoints(NameContains=part)["Endpoints"]


def test_lists_are_filtered_sorted_and_paged(hosting: Hosting) -> None:
    names = [name("listed-model") for _ in range(3)]
    for each in names:
        hosting.api.create_model(ModelName=each, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "i"})
    arguments = {"NameContains": "listed-model", "SortBy": "Name", "SortOrder": "Ascending"}
    pages = hosting.api.get_paginator("list_models").paginate(**arguments, PaginationConfig={"PageSize": 2})
    assert [[item["ModelName"] for item in page["Models"]] for page in pages] == [names[:2], names[2:]]
    newest = hosting.api.list_models(NameContains="listed-model")["Models"]
    assert [item["ModelName"] for item in newest] == names[::-1]


def test_what_was_sent_is_what_is_shown_and_nothing_empty(hosting: Hosting) -> None:
    model = hosting.model()
    shown = hosting.api.describe_model(ModelName=model)
    assert shown["PrimaryContainer"]["Mode"] == "SingleModel"
    assert shown["EnableNetworkIsolation"] is False
    assert not {"VpcConfig", "Containers", "Tags"} & set(shown)
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 50,
        "DestinationS3Uri": "s3://b/p",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    variant = hosting.variant("stable", model) | {"ContainerStartupHealthCheckTimeoutInSeconds": 90}
    config = hosting.config(variant, DataCaptureConfig=capture)
    described = hosting.api.describe_endpoint_config(EndpointConfigName=config)
    assert described["ProductionVariants"] == [variant]
    assert described["DataCaptureConfig"] == capture


def test_tags_are_kept_changed_and_removed(hosting: Hosting) -> None:
    tags = [{"Key": "team", "Value": "risk"}, {"Key": "env", "Value": "prod"}]
    config = hosting.config(Tags=tags)
    endpoint = hosting.endpoint(config, Tags=tags)
    for arn in (f"{ARN}:endpoint-config/{config}", hosting.describe(endpoint)["EndpointArn"]):
        assert hosting.api.list_tags(ResourceArn=arn)["Tags"] == tags
        hosting.api.add_tags(ResourceArn=arn, Tags=[{"Key": "env", "Value": "dev"}])
        hosting.api.delete_tags(ResourceArn=arn, TagKeys=["team"])
        assert hosting.api.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "env", "Value": "dev"}]


def test_of_two_changes_at_the_same_time_one_is_refused(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable"), hosting.variant("canary")))

    def change(weight: int) -> str:
        try:
            hosting.reweigh(endpoint, stable=weight, canary=weight)
        except ClientError as error:
            return error.response["Error"]["Message"]
        return "done"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(change, range(1, 5)))
    assert answers.count("done") == 1
    hosting.settled(endpoint)
    weight = answers.index("done") + 1
    assert {variant["CurrentWeight"] for variant in hosting.variants(endpoint).values()} == {weight}
