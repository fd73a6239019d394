"""SageMaker's refusals, in its words."""

from sandbox.place import ACCOUNT_ID, REGION

VALIDATION = "ValidationException"
IN_USE, NOT_FOUND = "ResourceInUse", "ResourceNotFound"


class Refused(Exception):  # noqa: N818 - SageMaker refuses; that is an answer, not a fault of the sandbox
    """An answer with an error `code` and status 400."""

    def __init__(self, message: str, code: str = VALIDATION) -> None:
        super().__init__(message)
        self.code = code


def arn(kind: str, name: str) -> str:
    """Return the ARN of a model, endpoint-config or endpoint; SageMaker writes names there in lower case."""
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT_ID}:{kind}/{name.lower()}"


_WORDS = {"model": "model", "endpoint-config": "endpoint configuration", "endpoint": "endpoint"}
_MONITORING = {"data-quality-job-definition": "job definition", "monitoring-schedule": "monitoring schedule"}
"""Kinds whose refusals have codes of their own."""


def not_found(kind: str, name: str) -> Refused:
    """Say that there is no such resource."""
    words = f'Could not find {(_WORDS | _MONITORING)[kind]} "{arn(kind, name)}".'
    return Refused(words, NOT_FOUND if kind in _MONITORING else VALIDATION)


def already_exists(kind: str, name: str) -> Refused:
    """Say that the name is taken."""
    words = f'Cannot create already existing {(_WORDS | _MONITORING)[kind]} "{arn(kind, name)}".'
    return Refused(words, IN_USE if kind in _MONITORING else VALIDATION)


def in_progress(name: str) -> Refused:
    """Say that the endpoint is being created, updated or deleted."""
    return Refused(f'Cannot update in-progress endpoint "{arn("endpoint", name)}".')


def constraint(value: object, member: str, rule: str) -> Refused:
    """Say which member breaks which rule of the API's model."""
    return Refused(f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {rule}")
