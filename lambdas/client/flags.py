"""Feature flags: Powertools' evaluation, over a document that is polled for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.feature_flags import (
    ConfigurationStoreError,
    FeatureFlags,
    SchemaValidator,
    StoreProvider,
)
from aws_lambda_powertools.utilities.feature_flags.exceptions import SchemaValidationError

from lambdas.rollout.names import feature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.client.polled import Polled

Document = dict[str, Any]


def read(content: bytes) -> Document:
    """Read a document of Powertools' schema; ValueError where it has another form."""
    document = json.loads(content)
    try:
        SchemaValidator(schema=document).validate()
    except SchemaValidationError as error:
        raise ValueError(str(error)) from error
    return dict(document)


class Flags:
    """The flags of an environment; whatever cannot be read is off."""

    def __init__(self, polled: Polled[Document]) -> None:
        self._flags = FeatureFlags(_Store(polled))

    def on(self, endpoint: str, flag: str, attributes: Mapping[str, Any]) -> bool:
        """Tell whether an endpoint's flag is on for a user with these attributes."""
        found = self._flags.evaluate(name=feature(endpoint, flag), context=dict(attributes), default=False)
        return found is True


class _Store(StoreProvider):
    """What Powertools asks for its document; it takes this error for "not known", and answers the default."""

    def __init__(self, polled: Polled[Document]) -> None:
        self._polled = polled

    @property
    def get_raw_configuration(self) -> Document:
        return self.get_configuration()

    def get_configuration(self) -> Document:
        document = self._polled.get()
        if document is None:
            raise ConfigurationStoreError("the flags cannot be read")
        return document
