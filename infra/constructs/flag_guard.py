"""What takes changed feature flags back: an alarm on the router failing, and its monitor."""

from cdktf_cdktf_provider_aws.appconfig_environment import AppconfigEnvironmentMonitor
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm, CloudwatchMetricAlarmMetricQuery
from constructs import Construct

from infra import policies, router_alarm
from infra.constructs.role import Role
from infra.place import Place
from infra.spec.environment import Environment
from lambdas.rollout import names


class FlagGuard(Construct):
    """``monitor`` is for the flags' AppConfig environment alone: assignments never wait for an alarm.

    ``topic`` (an ARN) hears of the alarm.

    AppConfig takes back what it deploys while an alarm is in ALARM **or in INSUFFICIENT_DATA**, in which every new
    alarm starts, and looks at no alarm whose actions are disabled. So the actions are enabled as ``armed`` (a
    Terraform expression) says: from the flags' second version on, before which there is nothing to go back to.
    Sources: AppConfig user guide, "Monitoring deployments for automatic rollback", "Configure permissions for
    automatic rollback".
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, armed: str, topic: str) -> None:
        super().__init__(scope, id_)
        place = Place(environment.name, environment.account, environment.region)
        arguments = router_alarm.build(environment.name, environment.control.metric_period).arguments()
        queries = [CloudwatchMetricAlarmMetricQuery(**query) for query in arguments.pop("metric_query")]
        alarm = CloudwatchMetricAlarm(self, "alarm", metric_query=queries, alarm_actions=[topic], **arguments)
        alarm.add_override("actions_enabled", armed)
        name = names.flags_monitor(environment.name)
        role = Role(self, "role", name=name, service="appconfig", policy=policies.alarm_reader(place))
        self.depends_on = [role.policy]
        self.monitor = AppconfigEnvironmentMonitor(alarm_arn=alarm.arn, alarm_role_arn=role.arn)
