"""Put every gap's mend on moto."""

from sandbox.gaps import autoscaling, dynamodb, notifications, s3, server, sqs, ssm
from sandbox.registry import refuse_unknown_actions
from sandbox.replay import replay_lost_answers


def install() -> None:
    """Extend moto."""
    refuse_unknown_actions()
    replay_lost_answers()
    for gap in (autoscaling, dynamodb, notifications, s3, server, sqs, ssm):
        gap.install()


def start() -> None:
    """Nothing runs in the background."""


def stop() -> None:
    """Nothing to stop."""
