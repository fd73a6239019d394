"""The `reward` function: one report at its function URL, or a batch of them from SQS or Kinesis.

A report is of a reward, or of what turned out to be true.
"""

import os
import time
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.adapters.rewards import DynamoDBClaims, EmbeddedRewards
from lambdas.adapters.telemetry import logger
from lambdas.adapters.truths import S3Truths
from lambdas.adapters.watch import LedgerSchemas
from lambdas.control.count_reward import Counting, count_reward
from lambdas.control.tell_truth import Telling, tell_truth
from lambdas.reward import http
from lambdas.rollout.reward_report import RefusedRewardError, parse
from lambdas.rollout.rewards import Terms, rewarded
from lambdas.rollout.truth_report import parse_truth

_dynamodb = boto3.client("dynamodb")
_published = EmbeddedRewards()
_telling = Telling(LedgerSchemas(_dynamodb, os.environ["SERINUS_LEDGER"]), S3Truths(boto3.client("s3")), time.time)
_ports = Counting(
    claims=DynamoDBClaims(_dynamodb, os.environ["SERINUS_REWARDS"]),
    published=_published,
    terms=Terms(
        rewarded(os.environ["SERINUS_REWARDED"]),
        float(os.environ.get("SERINUS_REWARD_WINDOW", "86400")),
    ),
    now=time.time,
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> Any:
    """Take what came; of a batch, only reports that could not be noted come again."""
    if "Records" not in event:
        return _answer(event)
    stream = event["Records"][0]["eventSource"] == "aws:kinesis"
    processor = BatchProcessor(event_type=EventType.KinesisDataStreams if stream else EventType.SQS)
    return process_partial_response(event, _take, processor, context)


def _answer(event: dict[str, Any]) -> dict[str, Any]:
    try:
        posted = http.read(event)
        return http.taken(_count(posted.report, posted.endpoint))
    except RefusedRewardError as error:
        _refuse(error)
        return http.refused(error)
    except (ClientError, BotoCoreError):
        logger.exception("not noted")
        return http.unavailable()


def _take(record: SQSRecord | KinesisStreamRecord) -> None:
    """Count one; a report that cannot be understood now never will be, and must hold up no stream."""
    try:
        _count(record.body if isinstance(record, SQSRecord) else record.kinesis.data_as_bytes())
    except RefusedRewardError as error:
        _refuse(error)


def _count(report: str | bytes, endpoint: str = "") -> str:
    """Take a report; tells what became of it."""
    if told := parse_truth(report, endpoint):
        tell_truth(_telling, told)
        return "told"
    return count_reward(_ports, parse(report, _ports.terms, _ports.now(), endpoint))


def _refuse(error: RefusedRewardError) -> None:
    logger.warning("refused", reason=error.unquoted)
    _published.refused(os.environ["SERINUS_ENVIRONMENT"])
