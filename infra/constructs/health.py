"""Who is told when the control plane itself fails."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from infra import health, transport
from infra.constructs.alarm import MathAlarm
from infra.place import Place
from lambdas.rollout import names


class Health(Construct):
    """The alarms on the control plane, and the topic (``topic``, an ARN) that all of its alarms go to.

    CloudWatch cannot publish to the topic of decisions, which has SNS's own key; an alarm's text is no secret.
    """

    def __init__(self, scope: Construct, id_: str, *, place: Place, period: int, emails: Sequence[str]) -> None:
        super().__init__(scope, id_)
        policy = json.dumps(transport.alarms(place))
        topic = SnsTopic(self, "topic", name=names.alarms_topic(place.environment), policy=policy)
        for email in emails:
            SnsTopicSubscription(self, email, topic_arn=topic.arn, protocol="email", endpoint=email)
        self.topic = topic.arn
        for alarm in health.build(place, period):
            MathAlarm(self, alarm.name, alarm=alarm, tells=self.topic)
