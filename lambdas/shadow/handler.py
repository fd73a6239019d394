"""The `shadow` function: capture files as they arrive, from S3 by way of a queue."""

import os
import random
import time
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.adapters.captures import S3Captures
from lambdas.adapters.comparisons import EmbeddedComparisons
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.pairs import DynamoDBPairs
from lambdas.adapters.shadow_periods import LedgerShadowPeriods
from lambdas.adapters.telemetry import logger
from lambdas.control.pair_up import Pairing, pair_up
from lambdas.shadow.request import files

_dynamodb = boto3.client("dynamodb")
_ports = Pairing(
    periods=LedgerShadowPeriods(DynamoDBLedger(_dynamodb, os.environ["SERINUS_LEDGER"])),
    captures=S3Captures(boto3.client("s3")),
    pairs=DynamoDBPairs(_dynamodb, os.environ["SERINUS_PAIRS"], time.time),
    published=EmbeddedComparisons(),
    pause=lambda attempt: time.sleep(random.uniform(0, 0.02 * 2 ** min(attempt, 6))),  # noqa: S311 - to spread writers
)
_processor = BatchProcessor(event_type=EventType.SQS)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> Any:
    """Read each message's files; the messages that failed are told to the queue, and come again."""
    return process_partial_response(event, _read, _processor, context)


def _read(record: SQSRecord) -> None:
    for file in files(record.body):
        read = pair_up(_ports, file.bucket, file.key)
        logger.info("nobody's capture" if read is None else "capture read", key=file.key, records=read)
