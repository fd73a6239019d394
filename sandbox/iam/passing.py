"""What takes a role must be trusted by it: functions, state machines and models are refused otherwise.

Sources, for the words: Lambda, Step Functions and SageMaker API references, the errors of CreateFunction,
CreateStateMachine and CreateModel.
"""

from typing import Any

from moto.awslambda.models import LambdaBackend
from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from sandbox.iam.roles import trusts
from sandbox.registry import method, original


def install() -> None:
    """Extend moto."""
    create = original(LambdaBackend, "create_function")

    def create_function(self: LambdaBackend, spec: dict[str, Any]) -> Any:
        if not trusts(spec["Role"], "lambda.amazonaws.com"):
            words = "The role defined for the function cannot be assumed by Lambda."
            raise JsonRESTError("InvalidParameterValueException", words)
        return create(self, spec)

    method(LambdaBackend)(create_function)
    _check_state_machines()


def _check_state_machines() -> None:
    create = original(StepFunctionsParserBackend, "create_state_machine")

    def create_state_machine(self: Any, **asked: Any) -> Any:
        if not trusts(asked["roleArn"], "states.amazonaws.com"):
            words = (
                "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to "
                "assume the provided role."
            )
            raise JsonRESTError("AccessDeniedException", words)
        return create(self, **asked)

    method(StepFunctionsParserBackend)(create_state_machine)
