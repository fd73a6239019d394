"""What an account says about the alarms, roles and buckets that an environment file names."""

from collections.abc import Callable, Sequence
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.exits import Exit, RefusedError
from cli.failures import fix_for
from infra import captured
from infra.checks.buckets import Bucket, bucket
from infra.checks.given import Documents, examine_account, existing_alarms
from infra.checks.notice import Notice
from infra.checks.resources import DESCRIBE_ALARMS, Role
from infra.place import Place
from infra.spec.environment import Environment
from infra.spec.load import Loaded


def examine(loaded: Loaded) -> tuple[Notice, ...]:
    """Ask the account of an environment, and check what it says; refuses where it does not answer."""
    environment = loaded.environment
    session = boto3.Session(region_name=environment.region)
    names = [name for endpoint in environment.endpoints for name in existing_alarms(endpoint)]
    arns = [endpoint.execution_role for endpoint in environment.endpoints if endpoint.execution_role]
    try:
        documents = alarms(session.client("cloudwatch"), names) if names else {}
        roles = [role(session.client("iam"), arn) for arn in dict.fromkeys(arns)]
        known = buckets(session.client("s3"), environment)
    except (BotoCoreError, ClientError) as error:
        raise RefusedError(Exit.AWS, str(error), fix_for(error, environment.name)) from error
    return examine_account(loaded, documents, roles, known)


def alarms(cloudwatch: Any, names: Sequence[str]) -> Documents:
    """Read metric alarms by name (at most 100: DescribeAlarms, AlarmNames); those that do not exist are left out."""
    found = cloudwatch.describe_alarms(
        AlarmNames=list(dict.fromkeys(names)), AlarmTypes=["MetricAlarm"], MaxRecords=100
    )
    return {alarm["AlarmName"]: alarm for alarm in found["MetricAlarms"]}


def buckets(s3: Any, environment: Environment) -> list[Bucket]:
    """Ask S3 what the buckets have that a deploy would set; one that is not there yet has nothing."""
    place = Place(environment.name, environment.account, environment.region)
    told, kept = captured.prefixes(environment), captured.kept(environment)
    found = []
    for name in captured.owned(environment):
        notification = _or_none(s3.get_bucket_notification_configuration, name) if name in told else {}
        life = _or_none(s3.get_bucket_lifecycle_configuration, name) if name in kept else {}
        found.append(bucket(name, place.captures, notification, life.get("Rules", [])))
    return found


def _or_none(ask: Callable[..., dict[str, Any]], name: str) -> dict[str, Any]:
    try:
        return ask(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchBucket", "NoSuchLifecycleConfiguration"):
            return {}
        raise


def role(iam: Any, arn: str) -> Role:
    """Ask IAM whether a role may describe alarms; boundaries and managed policies are reckoned in."""
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[DESCRIBE_ALARMS])
    allowed = any(result["EvalDecision"] == "allowed" for result in answer["EvaluationResults"])
    return Role(arn, ({"Effect": "Allow", "Action": DESCRIBE_ALARMS},) if allowed else ())
