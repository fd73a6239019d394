"""What an account says about the alarms and roles that an environment file names."""

from collections.abc import Sequence
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.exits import Exit, RefusedError
from cli.failures import fix_for
from infra.checks.given import Documents, examine_account, existing_alarms
from infra.checks.notice import Notice
from infra.checks.resources import DESCRIBE_ALARMS, Role
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
    except (BotoCoreError, ClientError) as error:
        raise RefusedError(Exit.AWS, str(error), fix_for(error, environment.name)) from error
    return examine_account(loaded, documents, roles)


def alarms(cloudwatch: Any, names: Sequence[str]) -> Documents:
    """Read metric alarms by name (at most 100: DescribeAlarms, AlarmNames); those that do not exist are left out."""
    found = cloudwatch.describe_alarms(
        AlarmNames=list(dict.fromkeys(names)), AlarmTypes=["MetricAlarm"], MaxRecords=100
    )
    return {alarm["AlarmName"]: alarm for alarm in found["MetricAlarms"]}


def role(iam: Any, arn: str) -> Role:
    """Ask IAM whether a role may describe alarms; boundaries and managed policies are reckoned in."""
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[DESCRIBE_ALARMS])
    allowed = any(result["EvalDecision"] == "allowed" for result in answer["EvaluationResults"])
    return Role(arn, ({"Effect": "Allow", "Action": DESCRIBE_ALARMS},) if allowed else ())
