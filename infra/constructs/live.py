"""What is live, told at plan time by the control stack's `live` function."""

import json
from collections.abc import Mapping
from typing import Protocol

from cdktf import Fn, TerraformCount, TerraformLocal, Token
from cdktf_cdktf_provider_aws.data_aws_lambda_functions import DataAwsLambdaFunctions
from cdktf_cdktf_provider_aws.data_aws_lambda_invocation import DataAwsLambdaInvocation
from constructs import Construct

from infra.content import pair, shadow_shape, shape
from infra.spec.endpoint import Endpoint
from infra.spec.rollout import Native
from lambdas.rollout import names
from lambdas.rollout.plan import FULL
from lambdas.rollout.release import PAIR, SHADOW

_NOTHING_LIVE = (
    f'{{refusal = "", stable = {{weight = {FULL}, count = null}}, canary = {{weight = 0, count = null}},'
    f' stage = "{SHADOW}"}}'
)


class Keeps(Protocol):
    """The weights and counts to deploy with, and why not to deploy; each a value or a Terraform expression."""

    refusal: str
    """An expression without ``${}``, empty text where nothing is refused; empty itself where nothing was asked."""

    def choose(self, stages: Mapping[str, str]) -> str:
        """Choose between the configurations of several stages, by what is live; addresses of their names, by stage.

        The first is for models that are new here.
        """

    def weight(self, role: str) -> float:
        """Tell a role's weight in basis points."""

    def count(self, role: str, configured: int) -> float:
        """Tell a role's count of instances, ``configured`` where nothing of it is live."""


class Source(Construct):
    """Whether there is a `live` function to ask; a data source that fails cannot be caught, so look first."""

    def __init__(self, scope: Construct, id_: str, *, environment: str) -> None:
        super().__init__(scope, id_)
        self.function = names.function(environment, "live")
        functions = DataAwsLambdaFunctions(self, "functions")
        there = Fn.contains(functions.function_names, self.function)
        self.times = TerraformCount.of(Token.as_number(Fn.conditional(there, 1, 0)))


class Live(Construct):
    """The answer for one endpoint; without the function, as for an endpoint that does not exist yet."""

    def __init__(self, scope: Construct, id_: str, *, source: Source, endpoint: Endpoint) -> None:
        super().__init__(scope, id_)
        asked = DataAwsLambdaInvocation(
            self, "asked", count=source.times, function_name=source.function, input=json.dumps(question(endpoint))
        )
        result = f"data.aws_lambda_invocation.{asked.friendly_unique_id}[0].result"
        answer = TerraformLocal(self, "answer", f"${{jsondecode(try({result}, jsonencode({_NOTHING_LIVE})))}}")
        self._answer = f"local.{answer.friendly_unique_id}"
        self.refusal = f"{self._answer}.refusal"

    def choose(self, stages: Mapping[str, str]) -> str:
        """Choose the configuration of the stage that is live."""
        (_, first), *others = stages.items()
        tested = "".join(f'{self._answer}.stage == "{stage}" ? {name} : ' for stage, name in others)
        return f"${{{tested}{first}}}"

    def weight(self, role: str) -> float:
        """Tell a role's live weight in basis points; challengers have their users from the router alone."""
        if role not in (names.STABLE, names.CANARY):
            return 0
        return Token.as_number(f"${{{self._answer}.{role}.weight}}")

    def count(self, role: str, configured: int) -> float:
        """Tell a role's live count of instances.

        An asynchronous fleet may be empty, and a new one begins with an instance (API reference, ProductionVariant).
        """
        challenger = role not in (names.STABLE, names.CANARY)
        kept = f'try({self._answer}.counts["{role}"], null)' if challenger else f"{self._answer}.{role}.count"
        return Token.as_number(f"${{max(1, coalesce({kept}, {configured}))}}")


class Written:
    """An answer that nobody is asked for: the weights given (basis points), counts as configured, no refusal."""

    refusal = ""

    def __init__(self, *, stable: int, canary: int) -> None:
        self._weights = {names.STABLE: stable, names.CANARY: canary}

    def choose(self, stages: Mapping[str, str]) -> str:
        """Choose the pair: weights that are written have production variants."""
        return f"${{{stages[PAIR]}}}"

    def weight(self, role: str) -> float:
        """Tell the written weight in basis points."""
        return self._weights.get(role, 0)

    def count(self, _role: str, configured: int) -> float:
        """Tell the configured count."""
        return configured


def question(endpoint: Endpoint) -> dict[str, str | bool | dict[str, str] | None]:
    """Ask about an endpoint, in the terms of `lambdas.rollout.preview.Desired`."""
    challengers = {name: model.version for name, model in endpoint.challengers.items()}
    return {
        "endpoint": endpoint.name,
        "stable": endpoint.stable.version,
        "canary": None if endpoint.canary is None else endpoint.canary.version,
        "pair": pair(endpoint),
        "shape": shape(endpoint),
        "force": endpoint.force or "",
        "native": isinstance(endpoint.rollout, Native),
        "shadow_shape": shadow_shape(endpoint),
        # Only where there are some: a function from before there were any does not know the word.
        **({"challengers": challengers} if challengers else {}),
    }
