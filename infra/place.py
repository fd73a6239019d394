"""Where an environment lives, and the names of its things as ARNs."""

from dataclasses import dataclass

from lambdas.rollout import names

FUNCTIONS = ("live", "begin", "advance", "rollback")
CAPTURES = "captures"
"""The function that reads captures and ground truth; where neither shadow nor schema asks for it there is none."""
ROUTER = "router"
"""The function in front of endpoints with sticky routing; where there are none there is no router."""
FORGET = "forget"
"""The function that empties an endpoint's AppConfig profile before Terraform deletes it."""
REWARD = "reward"
"""The function that counts rewards; where no plan has an experiment or a bandit there is none."""
WITNESS = "witness"
"""The function that keeps what SageMaker does by itself; where no endpoint is native there is none."""
TAG = "serinus:environment"
"""The tag that all of an environment's resources have."""


@dataclass(frozen=True, slots=True)
class Place:
    """An environment's name, account and region."""

    environment: str
    account: str
    region: str

    @property
    def partition(self) -> str:
        """The partition that the region belongs to."""
        prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
        return next((found for prefix, found in prefixes.items() if self.region.startswith(prefix)), "aws")

    def arn(self, service: str, resource: str) -> str:
        """Name a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def function(self, name: str) -> str:
        """Name one of the functions."""
        return self.arn("lambda", f"function:{names.function(self.environment, name)}")

    @property
    def ledger(self) -> str:
        """Name the ledger table."""
        return self.arn("dynamodb", f"table/{names.ledger_table(self.environment)}")

    @property
    def pairs(self) -> str:
        """Name the table of pairs of captured answers."""
        return self.arn("dynamodb", f"table/{names.pairs_table(self.environment)}")

    @property
    def predictions(self) -> str:
        """Name the table of requests whose prediction or truth may still come."""
        return self.arn("dynamodb", f"table/{names.predictions_table(self.environment)}")

    @property
    def rewards(self) -> str:
        """Name the table of rewards that have been counted."""
        return self.arn("dynamodb", f"table/{names.rewards_table(self.environment)}")

    @property
    def captures(self) -> str:
        """Name the queue of capture files."""
        return self.arn("sqs", names.captures_queue(self.environment))

    @property
    def workflow(self) -> str:
        """Name the state machine."""
        return self.arn("states", f"stateMachine:{names.workflow(self.environment)}")

    @property
    def topic(self) -> str:
        """Name the topic of notifications."""
        return self.arn("sns", names.notifications_topic(self.environment))

    @property
    def dead_letters(self) -> str:
        """Name the queue of events that could not be delivered or handled."""
        return self.arn("sqs", dead_letter_queue(self.environment))

    def endpoint(self, endpoint: str) -> str:
        """Name an endpoint; SageMaker writes the names in its ARNs in lower case."""
        return self.arn("sagemaker", f"endpoint/{endpoint.lower()}")

    def endpoint_configs(self, endpoint: str) -> str:
        """Match the endpoint's configurations, whatever their models."""
        prefix = names.config_prefix(endpoint, "?" * 8, "?" * 8).lower()
        return self.arn("sagemaker", f"endpoint-config/{prefix}*")


def dead_letter_queue(environment: str) -> str:
    """Name the environment's dead-letter queue."""
    return f"serinus-{environment}-dead-letters"
