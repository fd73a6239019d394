"""Checks on what an environment file must not say."""

from collections.abc import Iterator

from infra.checks.check import error
from infra.spec.errors import KeyPath
from infra.spec.rules.finding import Finding
from infra.spec.secrets import secret
from infra.spec.source import Document

_FIX = "keep it in Secrets Manager, write its ARN, and let the container read it with its role"


@error
def secret_in_file(document: Document) -> Iterator[Finding]:
    """What a file says stands in every plan, in Terraform's state, and in what SageMaker tells of a model."""
    for keys, text in _texts((), document.data):
        if what := secret(str(keys[-1]), text):
            yield Finding(keys, f"looks like {what}", _FIX)


def _texts(keys: KeyPath, value: object) -> Iterator[tuple[KeyPath, str]]:
    """Walk down to every text, with its key path."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _texts((*keys, key), child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _texts((*keys, index), child)
    elif isinstance(value, str):
        yield keys, value
