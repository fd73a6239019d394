"""One UpdateEndpoint under way: stage by stage to the new fleet, or batch by batch back to the old one.

Source: SageMaker developer guide, "Deployment guardrails": blue/green with its three ways to shift traffic, rolling
deployments, auto-rollback.
"""

from dataclasses import dataclass

from sandbox.clock import now
from sandbox.cloudwatch.alarms import state as alarm_state
from sandbox.sagemaker import execution, fleets
from sandbox.sagemaker.changes import active, doing
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.fleet import Fleet
from sandbox.sagemaker.launch import DeploymentError, Launcher
from sandbox.sagemaker.policy import Stage, alarm_names, retreat, stages, time_limit


@dataclass(frozen=True, slots=True)
class Swap:
    """From fleet `blue` to fleet `green`; `began` in epoch seconds."""

    launcher: Launcher
    endpoint: Endpoint
    blue: Fleet
    green: Fleet
    began: float

    def run(self) -> None:
        """Go through the stages; what goes wrong on the way ends in the old configuration."""
        try:
            fleets.begin(self.endpoint, self.green, self.launcher)
            for stage in stages(self.endpoint.state.deployment, self.green.instances()):
                self._launch(stage)
                self._shift(stage)
                self._bake(stage)
                self._retire(stage)
        except DeploymentError as failed:
            self._roll_back(str(failed))
            return
        if not self.launcher.home.halted.is_set():
            self._finish()

    def _launch(self, stage: Stage) -> None:
        """Rolling: ask for the next batch; the first one is what the fleet began with."""
        if not stage.batch or stage.batch == stage.instances:
            return
        present = self.endpoint.state.green or self.green
        launching = doing(present, "Updating", f"Launching {stage.batch} instance(s).")
        self._change(blue=self._old().with_progress(None), green=launching)
        self._wait(self.launcher.settings.provisioning)

    def _shift(self, stage: Stage) -> None:
        message = f"Activating traffic on {_capacity(stage)}."
        activating = doing(active(self.green, stage.share), "ActivatingTraffic", message)
        self._change(green=activating, green_share=stage.share)

    def _bake(self, stage: Stage) -> None:
        message = f"Baking for {stage.seconds:g} seconds ({stage.wait}) with traffic enabled on {_capacity(stage)}."
        self._change(green=doing(active(self.green, stage.share), "Baking", message))
        until = now() + stage.seconds
        self._watch()
        while (left := until - now()) > 0 and not self._wait(min(left, self.launcher.settings.alarm_poll)):
            self._watch()

    def _retire(self, stage: Stage) -> None:
        """Rolling: end as many old instances as were launched; the last ones end with the old fleet."""
        if stage.batch and stage.share < 1:
            left = active(self.blue, 1 - stage.share)
            self._change(blue=doing(left, "Deleting", f"Terminating {stage.batch} instance(s)."))

    def _watch(self) -> None:
        deployment = self.endpoint.state.deployment
        if alarm_names(deployment) and not execution.may_watch(self.green.variants[0].role):
            raise DeploymentError(
                f"The role {self.green.variants[0].role} is not authorized to perform: cloudwatch:DescribeAlarms."
            )
        tripped = [name for name in alarm_names(deployment) if _in_alarm(name)]
        if tripped:
            raise DeploymentError(
                f"One or more of the configured alarms are in ALARM state: {', '.join(tripped)}. "
                "The deployment was rolled back."
            )
        limit = time_limit(deployment)
        if limit is not None and now() - self.began > limit:
            raise DeploymentError("The deployment exceeded its MaximumExecutionTimeoutInSeconds.")

    def _finish(self) -> None:
        old = self._old()
        self._change(blue=doing(old, "Deleting", f"Terminating {_instances(old)} instance(s)."))
        fleets.stop_all_but(self.endpoint, self.green)
        self._change(
            status="InService",
            config_name=self.green.config_name,
            blue=self.green.settled(),
            green=None,
            green_share=0.0,
            failure=None,
        )

    def _roll_back(self, why: str) -> None:
        """Give all traffic back to `blue`. The status stays Updating: that is what makes it silent."""
        if not fleets.serves(self.endpoint, self.blue) and not self._relaunch():
            self._change(status="UpdateRollbackFailed", failure=why, green_share=1.0)  # only the new ones are healthy
            return
        total = self.green.instances()
        serving = round(self.endpoint.state.green_share * total)
        for left in retreat(self.endpoint.state.deployment, total, serving):
            if serving:
                self._give_back(1 - left / total)
            self._wait(self.launcher.settings.rollback)
        self._change(blue=self.blue.settled(), green=None)
        fleets.stop_all_but(self.endpoint, self.blue)
        self._change(status="InService", failure=why)

    def _give_back(self, share: float) -> None:
        """Bring that share (0 to 1) of the old instances up where they are gone, give it traffic, end new ones."""
        old, back = self._old(), active(self.blue, share)
        missing = _instances(back) - _instances(old)
        if missing > 0:
            self._change(blue=doing(old, "Updating", f"Launching {missing} instance(s)."))
            self._wait(self.launcher.settings.provisioning)
            old = back
        green = active(self.green, 1 - share)
        ending = _instances(self.endpoint.state.green or self.green) - _instances(green)
        self._change(
            blue=old.with_progress(None),
            green=doing(green, "Deleting", f"Terminating {ending} instance(s)."),
            green_share=1 - share,
        )

    def _relaunch(self) -> bool:
        fleets.stop(self.endpoint, self.blue)
        try:
            fleets.begin(self.endpoint, self.blue, self.launcher)
        except DeploymentError:
            return False
        return True

    def _old(self) -> Fleet:
        """Return the old fleet as it is now: a rolling update has fewer and fewer of its instances."""
        return self.endpoint.state.blue or self.blue

    def _change(self, **changes: object) -> None:
        self.endpoint.change(**changes)

    def _wait(self, seconds: float) -> bool:
        """Wait, or return True at once when the sandbox stops."""
        return self.launcher.home.halted.wait(seconds)


def _capacity(stage: Stage) -> str:
    size = "full" if stage.share == 1 else "canary"
    return f"{size} capacity of {stage.instances} instance(s)"


def _instances(fleet: Fleet) -> int:
    return sum(variant.current_count for variant in fleet.variants)


def _in_alarm(name: str) -> bool:
    try:
        return alarm_state(name) == "ALARM"
    except KeyError:
        return False
