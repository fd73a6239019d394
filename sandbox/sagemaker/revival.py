"""Endpoints after the sandbox was killed: what was kept serves again, and what was under way is begun anew."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from sandbox.sagemaker import fleets
from sandbox.sagemaker.build import renumbered
from sandbox.sagemaker.catalog import Catalog
from sandbox.sagemaker.changes import launching
from sandbox.sagemaker.deploy import Deployer
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.fleet import Fleet, State
from sandbox.sagemaker.launch import DeploymentError


@dataclass(frozen=True, slots=True)
class Revival:
    """Reads and puts back SageMaker's state. Requests that wait in queues are lost."""

    catalog: Catalog
    endpoints: Endpoints
    deployer: Deployer

    def read(self) -> Any:
        """Return what is to be kept."""
        catalog = self.catalog
        data = [catalog.models.items(), catalog.configs.items(), catalog.tags.items()]
        monitors = [catalog.definitions.items(), catalog.schedules.items()]
        return [*data, *monitors], [(endpoint.identity, endpoint.state) for endpoint in self.endpoints.all()]

    def write(self, kept: Any) -> None:
        """Put back what was kept; nothing serves yet."""
        (models, configs, tags, definitions, schedules), shown = kept
        self.catalog.models.restore(models)
        self.catalog.configs.restore(configs)
        self.catalog.tags.restore(tags)
        self.catalog.definitions.restore(definitions)
        self.catalog.schedules.restore(schedules)
        for identity, state in shown:
            self.endpoints.restore(Endpoint(identity, _renumbered(state), self.catalog.tags))

    def bring_up(self) -> None:
        """Start the model servers of what serves, and wait until they are healthy."""
        serving = [(endpoint, fleet) for endpoint in self.endpoints.all() if (fleet := _serves(endpoint.state))]
        if serving:
            with ThreadPoolExecutor(len(serving)) as pool:
                list(pool.map(lambda pair: self._start(*pair), serving))

    def resume(self) -> None:
        """Go on with what was under way, from its beginning; tell of the others: events come at least once."""
        for endpoint in self.endpoints.all():
            work = self._work(endpoint, endpoint.state)
            if work:
                self.deployer.run(work)
            else:
                endpoint.tell(None, endpoint.state)

    def _start(self, endpoint: Endpoint, fleet: Fleet) -> None:
        try:
            fleets.begin(endpoint, fleet, self.deployer.launcher)
        except DeploymentError as error:
            endpoint.change(failure=str(error))

    def _work(self, endpoint: Endpoint, state: State) -> Callable[[], None] | None:
        match state.status, state.blue, state.green:
            case "Creating", _, _:
                return lambda: self.deployer.create(endpoint, self.endpoints.fleet_of(state.config_name))
            case "Deleting", _, _:
                return lambda: self.deployer.delete(endpoint, lambda: self.endpoints.forget(endpoint))
            case "Updating", Fleet() as blue, Fleet() as green:
                endpoint.change(green=launching(green), green_share=0.0)
                return lambda: self.deployer.update(endpoint, blue, green)
            case "Updating" | "RollingBack", Fleet() as blue, None:
                return lambda: self.deployer.reweigh(endpoint, blue)
        return None


def _serves(state: State) -> Fleet | None:
    return state.green if state.status == "UpdateRollbackFailed" else state.blue


def _renumbered(state: State) -> State:
    """Give the fleets numbers of this process, of which no other fleet has the same."""
    return replace(state, blue=state.blue and renumbered(state.blue), green=state.green and renumbered(state.green))
