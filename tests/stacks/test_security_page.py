"""docs/security.md and docs/bootstrap.md say what is so."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from infra.keys import services
from infra.place import Place
from stacks.app import PROJECT
from tools.permissions import PAGE, shown, table

if TYPE_CHECKING:
    from tests.conftest import Sandbox
    from tests.stacks.conftest import Synthesized

BOOTSTRAP = (PROJECT / "docs" / "bootstrap.md").read_text(encoding="utf-8")
ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def documents() -> list[Any]:
    return [json.loads(block) for block in re.findall(r"```json\n([\s\S]+?)\n```", BOOTSTRAP)]


def test_the_table_of_roles_is_what_the_stacks_grant(synthesized: Synthesized) -> None:
    told = shown(PAGE.read_text(encoding="utf-8"))
    assert told == table(synthesized.folder), "run python -m tools.permissions"


def test_every_test_that_the_page_names_exists() -> None:
    page = PAGE.read_text(encoding="utf-8")
    tests = {path.name: path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py")}
    named = set(re.findall(r"`(?:tests/\w+/)?(test_\w+(?:\.py)?)`", page))
    assert len(named) > 8
    assert [
        name for name in named if name not in tests and not any(f"def {name}(" in text for text in tests.values())
    ] == []


def test_the_keys_policy_is_what_services_need() -> None:
    (_, policy) = documents()
    assert policy["Statement"] == [ACCOUNT, *services(Place("prod", "123456789012", "eu-west-1"))["Statement"]]


def test_each_service_that_writes_by_itself_is_held_to_this_account_where_kms_can() -> None:
    statements = services(Place("prod", "123456789012", "eu-west-1"))["Statement"]
    bound = {each["Principal"]["Service"]: "Condition" in each for each in statements}
    assert bound == {
        "cloudwatch.amazonaws.com": True,
        "events.amazonaws.com": False,
        "s3.amazonaws.com": False,
        "logs.eu-west-1.amazonaws.com": True,
        "delivery.logs.amazonaws.com": True,
    }


def test_a_bucket_with_the_documented_policy_works_over_tls(sandbox: Sandbox) -> None:
    s3, bucket = sandbox.client("s3"), sandbox.name("private")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    (policy, _) = documents()
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy).replace("BUCKET", bucket))
    s3.put_object(Bucket=bucket, Key="state", Body=b"{}")
    assert s3.get_object(Bucket=bucket, Key="state")["Body"].read() == b"{}"
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert statement["Resource"] == [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
