"""The topic that tells people what was decided, and the queue of what could not be delivered or handled."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from infra import policies, transport
from infra.place import Place, dead_letter_queue
from lambdas.rollout import names

_TWO_WEEKS = 14 * 24 * 3600


class Notifications(Construct):
    """The environment's topic with its e-mail subscriptions."""

    def __init__(self, scope: Construct, id_: str, *, place: Place, emails: Sequence[str]) -> None:
        super().__init__(scope, id_)
        name = names.notifications_topic(place.environment)
        # Only the functions publish, so the AWS-managed key will do (CloudWatch and EventBridge could not use it).
        policy = json.dumps(transport.decisions(place))
        topic = SnsTopic(self, "topic", name=name, kms_master_key_id="alias/aws/sns", policy=policy)
        for email in emails:
            SnsTopicSubscription(self, email, topic_arn=topic.arn, protocol="email", endpoint=email)


class DeadLetters(Construct):
    """The environment's one dead-letter queue, into which the named rules may put their events too."""

    def __init__(self, scope: Construct, id_: str, *, place: Place, rules: Sequence[str]) -> None:
        super().__init__(scope, id_)
        queue = SqsQueue(
            self,
            "queue",
            name=dead_letter_queue(place.environment),
            message_retention_seconds=_TWO_WEEKS,
            sqs_managed_sse_enabled=True,
            # Not as a resource of its own: the provider waits 25 s for each.
            policy=json.dumps(transport.queue(policies.dead_letters(place, rules))),
        )
        self.arn = queue.arn
