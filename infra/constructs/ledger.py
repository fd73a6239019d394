"""The ledger: the table of rollouts and their history."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
)
from constructs import Construct

from lambdas.rollout import names


class Ledger(Construct):
    """A table keyed by ``endpoint`` and ``item``; paid by request, encrypted, restorable to any second of 35 days."""

    def __init__(self, scope: Construct, id_: str, *, environment: str, protected: bool) -> None:
        super().__init__(scope, id_)
        DynamodbTable(
            self,
            "table",
            name=names.ledger_table(environment),
            billing_mode="PAY_PER_REQUEST",
            hash_key="endpoint",
            range_key="item",
            attribute=[DynamodbTableAttribute(name=key, type="S") for key in ("endpoint", "item")],
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True),
            deletion_protection_enabled=protected,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=protected),
        )
