"""The control plane of an environment: ledger, functions, workflow, rules, topic."""

from pathlib import Path

from cdktf import AssetType, TerraformAsset, TerraformStack
from constructs import Construct

from infra import captured, patterns
from infra.artifact import Artifact
from infra.constructs import foundation
from infra.constructs.comparison import Comparison
from infra.constructs.encryption import encrypt
from infra.constructs.function import Code, Function, powertools_layer
from infra.constructs.health import Health
from infra.constructs.ledger import Ledger
from infra.constructs.notifications import DeadLetters, Notifications
from infra.constructs.rewards import Rewards
from infra.constructs.router import Router
from infra.constructs.routing import Routing
from infra.constructs.rule import Rules, rule_name
from infra.constructs.workflow import Workflow
from infra.flags import sticky
from infra.native import native, unguarded
from infra.place import FUNCTIONS, WITNESS, Place
from infra.rewarded import reported
from infra.spec.environment import Environment


class ControlStack(TerraformStack):
    """Everything that drives rollouts; deployed before what it drives."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, artifact: Artifact, work: Path
    ) -> None:
        super().__init__(scope, id_)
        name, control = environment.name, environment.control
        place = Place(name, environment.account, environment.region)
        foundation.lay(self, environment, "control")
        encrypt(self, environment.kms_key)
        Ledger(self, "ledger", environment=name, protected=control.deletion_protection)
        Notifications(self, "notifications", place=place, emails=control.notify)
        wake = _wake(environment)
        rules = {function: f"serinus-{name}-{function}" for function in wake}
        every = [rule_name(rules[function], index) for function, found in wake.items() for index in range(len(found))]
        dead_letters = DeadLetters(self, "dead-letters", place=place, rules=every).arn

        told = Health(self, "health", place=place, period=control.metric_period, emails=control.notify).topic
        code = self._code(artifact, work)
        needed = dict.fromkeys((*FUNCTIONS, *wake))
        routing = Routing(self, "routing", environment=environment, alarms=told) if sticky(environment) else None
        reach = routing.resources if routing else []
        functions = {
            function: Function(self, function, environment=environment, code=code, routing=reach)
            for function in needed
        }
        if routing:
            Router(self, "routing-requests", environment=environment, code=code, routing=routing)
        arns = {function: made.arn for function, made in functions.items()}
        Workflow(self, "workflow", environment=environment, functions=arns)
        for function, found in wake.items():
            Rules(
                self,
                f"when-to-{function}",
                name=rules[function],
                patterns=found,
                target=functions[function],
                dead_letters=dead_letters,
            )

        if captured.prefixes(environment):
            Comparison(self, "comparison", environment=environment, code=code, dead_letters=dead_letters)
        if reported(environment):
            Rewards(self, "rewards", environment=environment, code=code, dead_letters=dead_letters)

    def _code(self, artifact: Artifact, work: Path) -> Code:
        path = str(artifact.write(work))
        return Code(
            TerraformAsset(self, "code", path=path, type=AssetType.FILE), artifact.digest, powertools_layer(self)
        )


def _wake(environment: Environment) -> dict[str, list[patterns.Pattern]]:
    """Say which events wake which function."""
    endpoints = [endpoint.name for endpoint in environment.endpoints]
    wake = {"begin": patterns.in_service(endpoints), "rollback": patterns.alarm(environment.name)}
    watched = native(environment)
    return wake | {WITNESS: patterns.deployment(watched, unguarded(environment))} if watched else wake
