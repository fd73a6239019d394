"""IAM policies of the control plane: each role holds exactly its actions on exactly its resources.

Plain documents, so that tests read them without Terraform. Some grants name no resource, because AWS offers
none: ``xray:Put*``, ``cloudwatch:GetMetricData``, the log delivery of Step Functions, AppConfig's lists of
applications and strategies, and ``ecr:GetAuthorizationToken`` (`infra.execution`). ``cloudwatch:DescribeAlarms`` is
checked against ``alarm:*`` whichever names are asked for.
Source: AWS Service Authorization Reference, the pages of each service.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.place import CAPTURES, FORGET, REWARD, ROUTER, TAG, Place
from lambdas.rollout import names

Statement = dict[str, Any]
Document = dict[str, Any]

ANYTHING = "*"
FITS = 10_240
"""Characters of all inline policies of a role, white space aside (IAM user guide, "IAM and STS quotas")."""


def allow(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Allow ``actions`` on ``resources``."""
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": sorted(resources)}


def document(statements: Sequence[Statement]) -> Document:
    """Make a policy of statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def assumable_by(service: str) -> Document:
    """Let an AWS service (``lambda``, ``states``, ``sagemaker``) take the role."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return document([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}])


def alarm_reader(place: Place) -> Document:
    """Let AppConfig read the alarm that it watches (AppConfig user guide, "Configure permissions for …rollback")."""
    return document([_alarms(place)])


_IN_OUR_NAMESPACE = {"StringEquals": {"cloudwatch:namespace": ["Serinus"]}}


@dataclass(frozen=True, slots=True)
class Reach:
    """What of an environment a function works on.

    ``endpoints`` are names, ``captures`` ARNs of the objects that `captures` reads, ``routing`` ARNs of what
    AppConfig holds for routers (empty where there are none), ``streams`` ARNs of what brings reports, ``truths`` ARNs
    of the objects that `reward` writes. Of the endpoints, ``staged`` are those whose rollouts begin with a shadow,
    ``known`` those with a schema, ``returning`` those whose rollbacks have a second way.
    """

    endpoints: Sequence[str]
    captures: Sequence[str] = ()
    routing: Sequence[str] = ()
    streams: Sequence[str] = ()
    truths: Sequence[str] = ()
    staged: Sequence[str] = ()
    known: Sequence[str] = ()
    returning: Sequence[str] = ()


def size(policy: Document) -> int:
    """Count the characters of a policy as IAM does."""
    return len(json.dumps(policy, separators=(",", ":")))


def function(place: Place, name: str, reach: Reach) -> Document:
    """Say what a function may do, from what its code calls.

    Endpoints are named one by one where there is room, and else told by the tag that Terraform gives to all that is
    the environment's (docs/decisions/0018-many-endpoints.md).
    """
    named = _function(place, name, reach)
    return named if size(named) <= FITS else document([_by_tag(place, each) for each in named["Statement"]])


def _by_tag(place: Place, statement: Statement) -> Statement:
    """Grant the same on whatever is tagged as the environment's, where a statement names endpoints."""
    kinds = {place.arn("sagemaker", kind) for kind in ("endpoint/", "endpoint-config/")}
    wide = {f"{kind}*" for kind in kinds for each in statement["Resource"] if each.startswith(kind)}
    if not wide:
        return statement
    own = {"StringEquals": {f"aws:ResourceTag/{TAG}": place.environment}}
    return allow(statement["Action"], list(wide)) | {"Condition": own}


def _function(place: Place, name: str, reach: Reach) -> Document:
    endpoints = reach.endpoints
    if name == CAPTURES:
        return document([*_captures(place, reach), *_runtime(place, name)])
    if name == ROUTER:
        return document([*_route(place, reach), *_runtime(place, name)])
    if name == REWARD:
        return document([*_reward(place, reach), *_runtime(place, name)])
    if name == FORGET:
        return document([*_forget(reach), *_runtime(place, name)])
    own = {"live": _live, "begin": _begin, "advance": _advance, "rollback": _rollback, "witness": _witness}[name]
    return document(
        [
            *own(place, endpoints),
            *_assign(name, reach.routing),
            *_configure(place, name, reach),
            *_runtime(place, name),
        ]
    )


def workflow(place: Place) -> Document:
    """Let the workflow run its two functions, renew itself, trace and log."""
    functions = [place.function("advance"), place.function("rollback")]
    renew = allow(["states:StartExecution"], [place.workflow])
    return document([allow(["lambda:InvokeFunction"], functions), renew, _trace(), _deliver_logs()])


def dead_letters(place: Place, rules: Sequence[str]) -> Document:
    """Let EventBridge put what it cannot deliver into the queue, for these rules only."""
    statement = allow(["sqs:SendMessage"], [place.dead_letters])
    condition = {"ArnEquals": {"aws:SourceArn": [place.arn("events", f"rule/{rule}") for rule in sorted(rules)]}}
    return document([statement | {"Principal": {"Service": "events.amazonaws.com"}, "Condition": condition}])


def _live(place: Place, endpoints: Sequence[str]) -> list[Statement]:
    return [
        allow(["sagemaker:DescribeEndpoint"], [place.endpoint(name) for name in endpoints]),
        allow(["sagemaker:ListTags"], [place.endpoint_configs(name) for name in endpoints]),
        allow(["dynamodb:GetItem"], [place.ledger]),
    ]


def _begin(place: Place, endpoints: Sequence[str]) -> list[Statement]:
    return [
        allow(["sagemaker:DescribeEndpoint"], [place.endpoint(name) for name in endpoints]),
        _record(place, "dynamodb:Query"),
        allow(["states:StartExecution"], [place.workflow]),
        _notify(place),
        _dead_letter(place),
    ]


def _advance(place: Place, endpoints: Sequence[str]) -> list[Statement]:
    return [
        _weigh(place, endpoints),
        allow(["cloudwatch:GetMetricData"], [ANYTHING]),
        _alarms(place),
        _record(place, "dynamodb:Query"),
        _notify(place),
    ]


def _rollback(place: Place, endpoints: Sequence[str]) -> list[Statement]:
    return [
        _weigh(place, endpoints),
        _record(place),
        allow(["states:StartExecution"], [place.workflow]),
        _notify(place),
        _dead_letter(place),
    ]


def _witness(place: Place, endpoints: Sequence[str]) -> list[Statement]:
    return [
        allow(["sagemaker:DescribeEndpoint"], [place.endpoint(name) for name in endpoints]),
        _alarms(place),
        allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], [place.ledger]),
        _notify(place),
        _dead_letter(place),
    ]


def _captures(place: Place, reach: Reach) -> list[Statement]:
    """Grant what is read, and what it is joined in: pairs for shadow steps, predictions for schemas."""
    pairs = [allow(["dynamodb:BatchGetItem", "dynamodb:PutItem"], [place.pairs])]
    predictions = [
        allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], [place.predictions]),
        allow(["cloudwatch:PutMetricData"], [ANYTHING]) | {"Condition": _IN_OUR_NAMESPACE},
    ]
    return [
        allow(["dynamodb:GetItem"], [place.ledger]),
        *(pairs if reach.staged else ()),
        *(predictions if reach.known else ()),
        allow(["s3:GetObject"], reach.captures),
        allow(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], [place.captures]),
    ]


def _reward(place: Place, reach: Reach) -> list[Statement]:
    """Grant the put of what is counted and told, and what Lambda needs to read a stream in the function's name."""
    counted = allow(["dynamodb:PutItem"], [place.rewards])
    told = [allow(["dynamodb:GetItem"], [place.ledger]), allow(["s3:PutObject"], reach.truths)]
    reads = ["DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"]
    streamed = [allow([f"kinesis:{read}" for read in reads], reach.streams), _dead_letter(place)]
    return [counted, *(told if reach.truths else ()), *(streamed if reach.streams else ())]


def _route(place: Place, reach: Reach) -> list[Statement]:
    return [
        allow(["sagemaker:InvokeEndpoint"], [place.endpoint(name) for name in reach.endpoints]),
        allow(["appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession"], reach.routing),
    ]


def _forget(reach: Reach) -> list[Statement]:
    lists = [
        f"appconfig:List{each}" for each in ("ConfigurationProfiles", "Environments", "HostedConfigurationVersions")
    ]
    return [
        allow(["appconfig:ListApplications"], [ANYTHING]),
        allow([*lists, "appconfig:DeleteHostedConfigurationVersion"], reach.routing),
    ]


def _assign(name: str, routing: Sequence[str]) -> list[Statement]:
    """Grant reading assignments to those who look, and writing them to those who decide."""
    if not routing or name not in ("begin", "advance", "rollback"):
        return []
    seen = ["ConfigurationProfiles", "Deployments", "Environments", "HostedConfigurationVersions"]
    own = [*(f"appconfig:List{each}" for each in seen), "appconfig:GetHostedConfigurationVersion"]
    lists = ["appconfig:ListApplications"]
    if name != "begin":
        own += ["appconfig:CreateHostedConfigurationVersion", "appconfig:StartDeployment"]
        lists += ["appconfig:ListDeploymentStrategies"]
    return [allow(lists, [ANYTHING]), allow(own, routing)]


def captured(place: Place, buckets: Sequence[str]) -> Document:
    """Let S3 tell the queue of capture files, from these buckets (ARNs) only."""
    condition = {
        "ArnEquals": {"aws:SourceArn": sorted(buckets)},
        "StringEquals": {"aws:SourceAccount": place.account},
    }
    statement = allow(["sqs:SendMessage"], [place.captures])
    return document([statement | {"Principal": {"Service": "s3.amazonaws.com"}, "Condition": condition}])


def _weigh(place: Place, endpoints: Sequence[str]) -> Statement:
    actions = ["sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"]
    return allow(actions, [place.endpoint(name) for name in endpoints])


def _configure(place: Place, name: str, reach: Reach) -> list[Statement]:
    """Grant the way from one stage's configuration to another; UpdateEndpoint is checked for both resources."""
    ways = {"advance": {*reach.staged, *reach.returning}, "rollback": {*reach.returning}}.get(name)
    resources = [
        each for endpoint in ways or () for each in (place.endpoint(endpoint), place.endpoint_configs(endpoint))
    ]
    return [allow(["sagemaker:UpdateEndpoint"], resources)] if resources else []


def _alarms(place: Place) -> Statement:
    return allow(["cloudwatch:DescribeAlarms"], [place.arn("cloudwatch", "alarm:*")])


def _record(place: Place, *also: str) -> Statement:
    """Grant GetItem, what a TransactWriteItems of conditional puts is checked for, and to take out what was sent."""
    return allow(["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", *also], [place.ledger])


def _notify(place: Place) -> Statement:
    return allow(["sns:Publish"], [place.topic])


def _dead_letter(place: Place) -> Statement:
    return allow(["sqs:SendMessage"], [place.dead_letters])


def _trace() -> Statement:
    return allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], [ANYTHING])


def _deliver_logs() -> Statement:
    """Grant what Step Functions needs for ``logging_configuration``; AWS's guide asks for each on ``*``."""
    delivery = ["Create", "Get", "Update", "Delete"]
    resource_policies = ["logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"]
    actions = [f"logs:{verb}LogDelivery" for verb in delivery]
    return allow([*actions, "logs:ListLogDeliveries", *resource_policies], [ANYTHING])


def _runtime(place: Place, name: str) -> list[Statement]:
    group = place.arn("logs", f"log-group:/aws/lambda/{names.function(place.environment, name)}:*")
    return [allow(["logs:CreateLogStream", "logs:PutLogEvents"], [group]), _trace()]
