"""The schema: what an endpoint's data means, told to the functions through the ledger."""

import json

from cdktf_cdktf_provider_aws.dynamodb_table_item import DynamodbTableItem
from constructs import Construct

from infra.spec.environment import Environment
from lambdas.rollout import names
from lambdas.rollout.documents import encode
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.schema import SCHEMA


class SchemaItem(Construct):
    """The ledger's ``schema`` item of one endpoint, written before the endpoint changes."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, endpoint: str, schema: Schema
    ) -> None:
        super().__init__(scope, id_)
        item = {
            "endpoint": {"S": endpoint},
            "item": {"S": "schema"},
            "schema": {"N": str(SCHEMA)},
            "document": {"S": encode(schema)},
        }
        self.resource = DynamodbTableItem(
            self,
            "item",
            table_name=names.ledger_table(environment.name),
            hash_key="endpoint",
            range_key="item",
            item=json.dumps(item),
        )
