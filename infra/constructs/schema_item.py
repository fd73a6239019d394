"""What an endpoint's data means, and what it was like before: told to the functions through the ledger."""

from constructs import Construct

from infra.constructs.ledger_item import ledger_item
from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from lambdas.rollout.documents import encode
from lambdas.rollout.quality.schema import Schema


class SchemaItem(Construct):
    """The ledger's ``schema`` item of one endpoint, written before the endpoint changes."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, endpoint: str, schema: Schema
    ) -> None:
        super().__init__(scope, id_)
        self.resource = ledger_item(self, environment.name, endpoint=endpoint, item="schema", document=encode(schema))


class BaselineItem(Construct):
    """The ledger's ``baseline`` item of one endpoint that has one."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, endpoint: Endpoint) -> None:
        super().__init__(scope, id_)
        text = encode(endpoint.inputs)
        self.resource = ledger_item(self, environment.name, endpoint=endpoint.name, item="baseline", document=text)
