"""Framework images: from framework and version to the URI that the SageMaker SDK's registry has."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.image_registry import frameworks, registry
from infra.spec.model import ModelVersion


@cache
def image_uri(framework: str, version: str, python: str, region: str, instance_type: str | None) -> str:
    """Look an inference image up; raises LookupError (the SDK's sentence) where there is none.

    Without an instance type (serverless) it is the CPU's image.
    """
    try:
        return registry().retrieve(
            framework=framework,
            region=region,
            version=version,
            py_version=python or None,
            instance_type=instance_type or "ml.m5.large",
            image_scope="inference",
        )
    except Exception as error:  # the SDK has no type of its own: ValueError, KeyError, UnboundLocalError, ...
        raise LookupError(str(error)) from error


@cache
def analyzer(region: str) -> str:
    """Look AWS's image of SageMaker Model Monitor up; raises LookupError where the registry has none."""
    try:
        return registry().retrieve(
            framework="model-monitor",
            region=region,
            version=None,
            py_version=None,
            instance_type=None,
            image_scope="monitoring",
        )
    except Exception as error:  # as above
        raise LookupError(str(error)) from error


@cache
def versions(framework: str) -> list[str]:
    """List the versions (aliases too) that the registry has inference images for; empty where none."""
    if framework not in frameworks():
        return []
    config = registry().config_for_framework(framework)
    images = config.get("inference", config)
    return [*images.get("versions", ()), *images.get("version_aliases", ())]


def model_versions(endpoint: Endpoint) -> Iterator[tuple[tuple[str, ...], ModelVersion]]:
    """List an endpoint's model versions with the keys that each stands under; the last one is its variant's name."""
    yield ("stable",), endpoint.stable
    if endpoint.canary:
        yield ("canary",), endpoint.canary
    for name, model in endpoint.challengers.items():
        yield ("challengers", name), model


def instance_type(endpoint: Endpoint, model: ModelVersion) -> str | None:
    """Tell the instance type a model version runs on; None where serverless."""
    instance = endpoint.instance_for(model)
    return instance.type if instance else None


def with_images(environment: Environment) -> Environment:
    """Put the framework images' URIs in; for an environment that the rules have passed."""
    return replace(environment, endpoints=tuple(_endpoint(environment.region, e) for e in environment.endpoints))


def _endpoint(region: str, endpoint: Endpoint) -> Endpoint:
    return replace(
        endpoint,
        stable=_model(region, endpoint, endpoint.stable),
        canary=endpoint.canary and _model(region, endpoint, endpoint.canary),
        challengers={name: _model(region, endpoint, model) for name, model in endpoint.challengers.items()},
        drill=endpoint.drill and replace(endpoint.drill, canary=_model(region, endpoint, endpoint.drill.canary)),
        monitor=endpoint.monitor and replace(endpoint.monitor, image=endpoint.monitor.image or analyzer(region)),
    )


def _model(region: str, endpoint: Endpoint, model: ModelVersion) -> ModelVersion:
    if not model.framework:
        return model
    wanted = model.framework
    uri = image_uri(wanted.name, wanted.version, wanted.python, region, instance_type(endpoint, model))
    return replace(model, image=uri)
