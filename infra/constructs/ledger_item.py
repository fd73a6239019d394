"""An item of the ledger that Terraform writes: what a deploy tells the functions."""

import json

from cdktf_cdktf_provider_aws.dynamodb_table_item import DynamodbTableItem
from constructs import Construct

from lambdas.rollout import names
from lambdas.rollout.schema import SCHEMA


def ledger_item(scope: Construct, environment: str, *, endpoint: str, item: str, document: str) -> DynamodbTableItem:
    """Put a ``document`` as the endpoint's ``item``, with the version of its form."""
    content = {
        "endpoint": {"S": endpoint},
        "item": {"S": item},
        "schema": {"N": str(SCHEMA)},
        "document": {"S": document},
    }
    return DynamodbTableItem(
        scope,
        "item",
        table_name=names.ledger_table(environment),
        hash_key="endpoint",
        range_key="item",
        item=json.dumps(content),
    )
