"""The asynchronous part of an endpoint's calls: each function runs in a thread of its own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.clock import now
from sandbox.sagemaker import fleets
from sandbox.sagemaker.asynchronous import messages
from sandbox.sagemaker.changes import unchanged
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.fleet import Fleet
from sandbox.sagemaker.launch import NO_CAPACITY, DeploymentError, Launcher
from sandbox.sagemaker.swap import Swap


def _greet(fleet: Fleet) -> None:
    """Send the topics of an asynchronous endpoint their test notification."""
    try:
        messages.test(fleet.queue, fleet.variants[0].role)
    except Exception as error:
        raise DeploymentError(f"Unable to publish the test notification: {error}") from error


@dataclass(frozen=True, slots=True)
class Deployer:
    """Runs deployments in threads of their own."""

    launcher: Launcher

    @property
    def halted(self) -> threading.Event:
        """Tell that the sandbox stops."""
        return self.launcher.home.halted

    def run(self, work: Callable[..., None], *arguments: object) -> None:
        """Do `work` in the background."""
        threading.Thread(target=work, args=arguments, daemon=True, name=work.__name__).start()

    def create(self, endpoint: Endpoint, fleet: Fleet) -> None:
        """Creating → InService, or Failed."""
        try:
            _greet(fleet)
            fleets.begin(endpoint, fleet, self.launcher)
        except DeploymentError as failed:
            endpoint.change(status="Failed", failure=str(failed))
            return
        if not self.halted.is_set():
            endpoint.change(status="InService", blue=fleet.settled())

    def update(self, endpoint: Endpoint, blue: Fleet, green: Fleet) -> None:
        """Updating → InService with the new configuration; or, rolled back, with the old one."""
        Swap(self.launcher, endpoint, blue, green, began=now()).run()

    def reweigh(self, endpoint: Endpoint, wanted: Fleet) -> None:
        """Updating → InService with new weights and counts; or RollingBack → InService with the old ones."""
        settings = self.launcher.settings
        self.halted.wait(settings.weight_change)
        if any(variant.desired_count > settings.instance_capacity for variant in wanted.variants):
            kept = unchanged(wanted)
            endpoint.change(status="RollingBack", blue=kept, failure=NO_CAPACITY)
            self.halted.wait(settings.rollback)
            endpoint.change(status="InService", blue=kept.settled())
            return
        endpoint.change(status="InService", blue=wanted.settled())

    def delete(self, endpoint: Endpoint, forget: Callable[[], None]) -> None:
        """Deleting → gone."""
        self.halted.wait(self.launcher.settings.deletion)
        fleets.stop_all_but(endpoint, None)
        forget()
