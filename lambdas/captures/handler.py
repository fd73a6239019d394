"""The `captures` function: files of captures and of ground truth as they arrive, from S3 by way of a queue."""

import os
import random
import time
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.adapters.baselines import baselines
from lambdas.adapters.captures import S3Captures
from lambdas.adapters.comparisons import EmbeddedComparisons
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.pairs import DynamoDBPairs
from lambdas.adapters.predictions import DynamoDBPredictions
from lambdas.adapters.quality import CloudWatchQuality
from lambdas.adapters.shadow_periods import LedgerShadowPeriods
from lambdas.adapters.telemetry import logger
from lambdas.adapters.truths import S3Truths
from lambdas.adapters.watch import LedgerWatch
from lambdas.adapters.world import BEGINNING, config
from lambdas.captures.request import files
from lambdas.control.count_quality import Quality, count_predictions, count_truths
from lambdas.control.pair_up import Pairing, pair_up

_dynamodb, _s3 = boto3.client("dynamodb"), boto3.client("s3")
_ledger = DynamoDBLedger(_dynamodb, os.environ["SERINUS_LEDGER"])
_baselines = baselines(_dynamodb, os.environ["SERINUS_LEDGER"], os.environ.get("SERINUS_BASELINES", ""))
_pairing = Pairing(
    periods=LedgerShadowPeriods(_ledger),
    captures=S3Captures(_s3),
    pairs=DynamoDBPairs(_dynamodb, os.environ["SERINUS_PAIRS"], time.time),
    published=EmbeddedComparisons(),
    pause=lambda attempt: time.sleep(random.uniform(0, 0.02 * 2 ** min(attempt, 6))),  # noqa: S311 - to spread writers
)
_quality = Quality(
    watch=LedgerWatch(_dynamodb, os.environ["SERINUS_LEDGER"], _ledger, _baselines),
    captures=S3Captures(_s3),
    truths=S3Truths(_s3),
    predictions=DynamoDBPredictions(_dynamodb, os.environ["SERINUS_PREDICTIONS"], time.time),
    published=CloudWatchQuality(boto3.client("cloudwatch", config=config(BEGINNING))),
    now=time.time,
    grain=float(os.environ["SERINUS_METRIC_PERIOD"]),
)
_processor = BatchProcessor(event_type=EventType.SQS)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> Any:
    """Read each message's files; the messages that failed are told to the queue, and come again."""
    return process_partial_response(event, _read, _processor, context)


def _read(record: SQSRecord) -> None:
    for file in files(record.body):
        logger.info(
            "file read",
            key=file.key,
            pairs=pair_up(_pairing, file.bucket, file.key),
            predictions=count_predictions(_quality, file.bucket, file.key),
            truths=count_truths(_quality, file.bucket, file.key),
        )
