"""The asynchronous part of an endpoint's calls: each function runs in a thread of its own."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.clock import now
from sandbox.cloudwatch.alarms import state as alarm_state
from sandbox.sagemaker import fleets
from sandbox.sagemaker.changes import active, unchanged
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.fleet import Fleet, Progress
from sandbox.sagemaker.launch import NO_CAPACITY, DeploymentError, Launcher
from sandbox.sagemaker.policy import Stage, alarm_names, stages, time_limit

_log = logging.getLogger(__name__)
_INTERNAL = "Request to service failed. If failure persists after retry, contact customer support."


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
            self._start(endpoint, fleet)
        except DeploymentError as failed:
            endpoint.change(status="Failed", failure=str(failed))
            return
        if not self.halted.is_set():
            endpoint.change(status="InService", blue=fleet.settled())

    def update(self, endpoint: Endpoint, blue: Fleet, green: Fleet) -> None:
        """Updating → InService with the new configuration; or, rolled back, with the old one."""
        began = now()
        try:
            self._start(endpoint, green)
            for stage in stages(endpoint.state.deployment, green.instances()):
                self._shift(endpoint, green, stage)
                self._bake(endpoint, green, stage, began)
        except DeploymentError as failed:
            self._roll_back(endpoint, blue, str(failed))
            return
        if not self.halted.is_set():
            self._finish(endpoint, blue, green)

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

    def _start(self, endpoint: Endpoint, fleet: Fleet) -> None:
        try:
            fleets.start(endpoint, fleet, self.launcher)
        except DeploymentError:
            raise
        except Exception as error:
            _log.exception("A fleet of %s did not start", endpoint.identity.name)
            raise DeploymentError(_INTERNAL) from error

    def _shift(self, endpoint: Endpoint, green: Fleet, stage: Stage) -> None:
        message = f"Activating traffic on {_capacity(stage)}."
        activating = active(green, stage.share).with_progress(Progress("ActivatingTraffic", message, now()))
        endpoint.change(green=activating, green_share=stage.share)

    def _bake(self, endpoint: Endpoint, green: Fleet, stage: Stage, began: float) -> None:
        message = f"Baking for {stage.seconds:g} seconds ({stage.wait}) with traffic enabled on {_capacity(stage)}."
        baking = active(green, stage.share).with_progress(Progress("Baking", message, now()))
        endpoint.change(green=baking)
        until = now() + stage.seconds
        self._watch(endpoint, began)
        while (left := until - now()) > 0 and not self.halted.wait(min(left, self.launcher.settings.alarm_poll)):
            self._watch(endpoint, began)

    def _watch(self, endpoint: Endpoint, began: float) -> None:
        deployment = endpoint.state.deployment
        tripped = [name for name in alarm_names(deployment) if _in_alarm(name)]
        if tripped:
            raise DeploymentError(
                f"One or more of the configured alarms are in ALARM state: {', '.join(tripped)}. "
                "The deployment was rolled back."
            )
        limit = time_limit(deployment)
        if limit is not None and now() - began > limit:
            raise DeploymentError("The deployment exceeded its MaximumExecutionTimeoutInSeconds.")

    def _roll_back(self, endpoint: Endpoint, blue: Fleet, why: str) -> None:
        """Give all traffic back to `blue`. The status stays Updating: that is what makes it silent."""
        if not fleets.serves(endpoint, blue) and not self._relaunch(endpoint, blue):
            endpoint.change(status="UpdateRollbackFailed", failure=why)
            return
        endpoint.change(blue=blue.settled(), green=None, green_share=0.0)
        fleets.stop_all_but(endpoint, blue)
        self.halted.wait(self.launcher.settings.rollback)
        endpoint.change(status="InService", failure=why)

    def _relaunch(self, endpoint: Endpoint, blue: Fleet) -> bool:
        fleets.stop(endpoint, blue)
        try:
            self._start(endpoint, blue)
        except DeploymentError:
            return False
        return True

    def _finish(self, endpoint: Endpoint, blue: Fleet, green: Fleet) -> None:
        message = f"Terminating {blue.instances()} instance(s)."
        endpoint.change(blue=blue.with_progress(Progress("Deleting", message, now())))
        fleets.stop_all_but(endpoint, green)
        endpoint.change(
            status="InService",
            config_name=green.config_name,
            blue=green.settled(),
            green=None,
            green_share=0.0,
            failure=None,
        )


def _capacity(stage: Stage) -> str:
    size = "full" if stage.share == 1 else "canary"
    return f"{size} capacity of {stage.instances} instance(s)"


def _in_alarm(name: str) -> bool:
    try:
        return alarm_state(name) == "ALARM"
    except KeyError:
        return False
