"""The calls that create, change and delete endpoints. Each answers at once; a thread does the rest."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.clock import now
from sandbox.sagemaker import describe, serverless, validate
from sandbox.sagemaker.asynchronous.rules import UNSUPPORTED
from sandbox.sagemaker.build import Retained, fleet
from sandbox.sagemaker.catalog import Catalog
from sandbox.sagemaker.changes import launching, scaling
from sandbox.sagemaker.deploy import Deployer
from sandbox.sagemaker.describe import Identity
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.fleet import Fleet, State, float32
from sandbox.sagemaker.policy import stages
from sandbox.sagemaker.refusal import Refused, already_exists, arn, in_progress, not_found

Request = Mapping[str, Any]
Shown = dict[str, Any]

_IN_SERVICE = frozenset({"InService"})
_REPLACEABLE = frozenset({"InService", "UpdateRollbackFailed"})
_DELETABLE = frozenset({"InService", "UpdateRollbackFailed", "Failed"})


class Endpoints:
    """Every endpoint of the account; ``flush`` writes captures, while whoever writes them may still do so."""

    def __init__(self, catalog: Catalog, deployer: Deployer, flush: Callable[[], None]) -> None:
        self._catalog, self._flush = catalog, flush
        self._deployer = deployer
        self._endpoints: dict[str, Endpoint] = {}
        self._lock = threading.Lock()

    def create(self, request: Request) -> Shown:
        """CreateEndpoint."""
        name = request["EndpointName"]
        validate.name(name, "endpointName")
        built = self.fleet_of(request["EndpointConfigName"])
        deployment = request.get("DeploymentConfig") or {}
        validate.deployment(deployment, [variant.desired_count for variant in built.variants])
        identity = Identity(name, arn("endpoint", name), now())
        state = State("Creating", built.config_name, identity.created, deployment=deployment or None)
        endpoint = Endpoint(identity, state, self._catalog.tags)
        with self._lock:
            if name in self._endpoints:
                raise already_exists("endpoint", name)
            self._endpoints[name] = endpoint
        self._catalog.tags.put(identity.arn, request.get("Tags") or ())
        endpoint.tell(None, state)
        self._deployer.run(self._deployer.create, endpoint, built)
        return {"EndpointArn": identity.arn}

    def describe(self, request: Request) -> Shown:
        """DescribeEndpoint."""
        endpoint = self.get(request["EndpointName"])
        return describe.endpoint(endpoint.identity, endpoint.state)

    def update(self, request: Request) -> Shown:
        """UpdateEndpoint."""
        endpoint = self.get(request["EndpointName"])

        def plan(state: State) -> Shown:
            _require(endpoint, _REPLACEABLE)
            self._catalog.configs.get(state.config_name)  # SageMaker needs the one in use, too
            base = state.green if state.status == "UpdateRollbackFailed" else state.blue
            assert base
            green = self.fleet_of(request["EndpointConfigName"], _retained(request, base))
            if bool(green.queue) != bool(base.queue):
                raise Refused(UNSUPPORTED)
            serverless.replaceable(base, green)
            deployment = _deployment(request, state)
            validate.deployment(deployment or {}, [variant.desired_count for variant in green.variants])
            if serverless.of(green):
                deployment = None  # no guardrails: all at once, without baking and alarms
            first = stages(deployment, green.instances())[0]
            pending = {
                "blue": base,
                "green": launching(green, first.batch),
                "green_share": 0.0,
                "started": now(),
            }
            return pending | {"deployment": deployment, "failure": None}

        state = endpoint.begin("Updating", plan)
        assert state.blue
        assert state.green
        self._deployer.run(self._deployer.update, endpoint, state.blue, state.green)
        return {"EndpointArn": endpoint.identity.arn}

    def reweigh(self, request: Request) -> Shown:
        """UpdateEndpointWeightsAndCapacities."""
        endpoint = self.get(request["EndpointName"])

        def plan(state: State) -> Shown:
            _require(endpoint, _IN_SERVICE)
            assert state.blue
            return {"blue": scaling(state.blue, _wanted(request, state.blue)), "failure": None}

        state = endpoint.begin("Updating", plan)
        self._deployer.run(self._deployer.reweigh, endpoint, state.blue)
        return {"EndpointArn": endpoint.identity.arn}

    def delete(self, request: Request) -> Shown:
        """DeleteEndpoint."""
        endpoint = self.get(request["EndpointName"])

        def plan(state: State) -> Shown:
            if state.status not in _DELETABLE:
                raise in_progress(endpoint.identity.name)
            return {}

        endpoint.begin("Deleting", plan)
        self._deployer.run(self._deployer.delete, endpoint, lambda: self._end(endpoint))
        return {}

    def _end(self, endpoint: Endpoint) -> None:
        self._flush()
        self.forget(endpoint)

    def get(self, name: str) -> Endpoint:
        """Find an endpoint; Refused when there is none."""
        try:
            return self._endpoints[name]
        except KeyError:
            raise not_found("endpoint", name) from None

    def all(self) -> list[Endpoint]:
        """List every endpoint."""
        return list(self._endpoints.values())

    def restore(self, endpoint: Endpoint) -> None:
        """Put back an endpoint that was kept."""
        self._endpoints[endpoint.identity.name] = endpoint

    def fleet_of(self, config_name: str, retained: Retained | None = None) -> Fleet:
        """Build the fleet that a configuration asks for."""
        return fleet(self._catalog, self._catalog.configs.get(config_name), now(), retained)

    def forget(self, endpoint: Endpoint) -> None:
        """Take a deleted endpoint off the list."""
        self._endpoints.pop(endpoint.identity.name, None)
        self._catalog.tags.forget(endpoint.identity.arn)


def _require(endpoint: Endpoint, allowed: frozenset[str]) -> None:
    status = endpoint.state.status
    if status == "Failed":
        raise Refused(f'Cannot update endpoint "{endpoint.identity.arn}" in Failed status: it can only be deleted.')
    if status not in allowed:
        raise in_progress(endpoint.identity.name)


def _retained(request: Request, base: Fleet) -> Retained | None:
    if not request.get("RetainAllVariantProperties"):
        return None
    excluded = request.get("ExcludeRetainedVariantProperties") or ()
    return Retained(base, [item["VariantPropertyType"] for item in excluded])


def _deployment(request: Request, state: State) -> Mapping[str, Any] | None:
    given = request.get("DeploymentConfig")
    if given:
        return dict(given)
    return state.deployment if request.get("RetainDeploymentConfig") else None


def _wanted(request: Request, blue: Fleet) -> dict[str, Shown]:
    wanted: dict[str, Shown] = {}
    known = {variant.name for variant in blue.everyone()}
    for position, item in enumerate(request["DesiredWeightsAndCapacities"], 1):
        member = f"desiredWeightsAndCapacities.{position}.member"
        if item["VariantName"] not in known:
            raise Refused(
                f'The variant name(s) "{item["VariantName"]}" is/are not present within '
                f'endpoint configuration "{blue.config_name}".'
            )
        asked = {key: value for key, value in item.items() if value is not None}
        if "DesiredWeight" in asked:
            validate.weight(asked["DesiredWeight"], f"{member}.desiredWeight")
            asked["DesiredWeight"] = float32(asked["DesiredWeight"])
        if "DesiredInstanceCount" in asked and serverless.of(blue):
            raise Refused("DesiredInstanceCount must not be specified for a serverless variant.")
        if "DesiredInstanceCount" in asked:
            validate.count(asked["DesiredInstanceCount"], f"{member}.desiredInstanceCount", 0 if blue.queue else 1)
        wanted[item["VariantName"]] = asked
    return wanted
