"""SageMaker's actions, put over moto's: requests and answers are the plain JSON of the wire."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.sagemaker.responses import SageMakerResponse

from sandbox.iam.roles import trusts
from sandbox.registry import method, original
from sandbox.sagemaker import describe, monitoring, serverless, validate
from sandbox.sagemaker.asynchronous import rules
from sandbox.sagemaker.catalog import Catalog
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.refusal import Refused

Request = Mapping[str, Any]
Shown = dict[str, Any]
Action = Callable[[Request], Shown]
Wire = tuple[int, dict[str, Any], str]


def register(catalog: Catalog, endpoints: Endpoints) -> None:
    """Put every action on moto's response class."""
    for name, action in _own(catalog, endpoints).items():
        _put(name, action)
    for name, action in _tags(catalog).items():
        _put(name, action, elsewhere=original(SageMakerResponse, name), catalog=catalog)


def _own(catalog: Catalog, endpoints: Endpoints) -> dict[str, Action]:
    watched = monitoring.actions(catalog, endpoints)
    return _models(catalog) | _configs(catalog) | _endpoints(catalog, endpoints) | watched


def _put(
    name: str, action: Action, elsewhere: Callable[..., Any] | None = None, catalog: Catalog | None = None
) -> None:
    def answer(self: SageMakerResponse) -> Any:
        request = json.loads(self.body or "{}")
        if elsewhere and catalog and request["ResourceArn"] not in catalog.tags:
            return elsewhere(self)
        try:
            return _wire(200, action(request))
        except Refused as refused:
            return _wire(400, {"__type": refused.code, "message": str(refused)})

    method(SageMakerResponse, name)(answer)


def _wire(status: int, shown: Shown) -> Wire:
    return status, {"status": status, "Content-Type": "application/x-amz-json-1.1"}, json.dumps(shown)


def _models(catalog: Catalog) -> dict[str, Action]:
    def create(request: Request) -> Shown:
        validate.name(request["ModelName"], "modelName")
        _assumable(request["ExecutionRoleArn"])
        container = request.get("PrimaryContainer") or {}
        mode = {"PrimaryContainer": {"Mode": "SingleModel"} | dict(container)} if container else {}
        item = catalog.models.add({"EnableNetworkIsolation": False} | dict(request) | mode)
        catalog.tags.put(item["ModelArn"], request.get("Tags") or ())
        return {"ModelArn": item["ModelArn"]}

    def delete(request: Request) -> Shown:
        catalog.tags.forget(catalog.models.remove(request["ModelName"])["ModelArn"])
        return {}

    return {
        "create_model": create,
        "describe_model": lambda request: catalog.models.get(request["ModelName"]),
        "delete_model": delete,
        "list_models": lambda request: page(request, catalog.models, "Models", "ModelName"),
    }


def _assumable(role: str) -> None:
    if not trusts(role, "sagemaker.amazonaws.com"):
        raise Refused(
            f"Could not assume role {role}. Please ensure that the role exists and allows principal "
            "'sagemaker.amazonaws.com' to assume the role."
        )


def _configs(catalog: Catalog) -> dict[str, Action]:
    def create(request: Request) -> Shown:
        validate.name(request["EndpointConfigName"], "endpointConfigName")
        production, shadow = request["ProductionVariants"], request.get("ShadowProductionVariants") or []
        validate.variants(production, shadow)
        rules.configuration(request)
        serverless.configuration(request)
        for variant in [*production, *shadow]:
            catalog.models.get(variant["ModelName"])
        item = catalog.configs.add(
            {"EnableNetworkIsolation": False}
            | dict(request)
            | {"ProductionVariants": [{"InitialVariantWeight": 1.0} | variant for variant in production]}
        )
        catalog.tags.put(item["EndpointConfigArn"], request.get("Tags") or ())
        return {"EndpointConfigArn": item["EndpointConfigArn"]}

    def delete(request: Request) -> Shown:
        catalog.tags.forget(catalog.configs.remove(request["EndpointConfigName"])["EndpointConfigArn"])
        return {}

    return {
        "create_endpoint_config": create,
        "describe_endpoint_config": lambda request: catalog.configs.get(request["EndpointConfigName"]),
        "delete_endpoint_config": delete,
        "list_endpoint_configs": lambda request: page(
            request, catalog.configs, "EndpointConfigs", "EndpointConfigName"
        ),
    }


def _endpoints(catalog: Catalog, endpoints: Endpoints) -> dict[str, Action]:
    def listed(request: Request) -> Shown:
        items = [describe.summary(endpoint.identity, endpoint.state) for endpoint in endpoints.all()]
        return page(request, items, "Endpoints", "EndpointName")

    def delete(request: Request) -> Shown:
        monitoring.unwatched(catalog, request["EndpointName"])
        return endpoints.delete(request)

    return {
        "create_endpoint": endpoints.create,
        "describe_endpoint": endpoints.describe,
        "update_endpoint": endpoints.update,
        "update_endpoint_weights_and_capacities": endpoints.reweigh,
        "delete_endpoint": delete,
        "list_endpoints": listed,
    }


def _tags(catalog: Catalog) -> dict[str, Action]:
    def add(request: Request) -> Shown:
        catalog.tags.put(request["ResourceArn"], request["Tags"])
        return listed(request)

    def delete(request: Request) -> Shown:
        catalog.tags.drop(request["ResourceArn"], request["TagKeys"])
        return {}

    def listed(request: Request) -> Shown:
        tags = catalog.tags.of(request["ResourceArn"])
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    return {"add_tags": add, "delete_tags": delete, "list_tags": listed}
