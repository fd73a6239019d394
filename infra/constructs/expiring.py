"""A table whose items matter for a while only: neither backed up nor kept."""

from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct


def expiring_table(scope: Construct, id_: str, name: str) -> None:
    """Make a table keyed by ``item``, whose items go at the time in ``expires`` (seconds since the epoch)."""
    DynamodbTable(
        scope,
        id_,
        name=name,
        billing_mode="PAY_PER_REQUEST",
        hash_key="item",
        attribute=[DynamodbTableAttribute(name="item", type="S")],
        ttl=DynamodbTableTtl(attribute_name="expires", enabled=True),
        server_side_encryption=DynamodbTableServerSideEncryption(enabled=True),
    )
