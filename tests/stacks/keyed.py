"""What AWS says of the keys under which an environment's control plane keeps its data."""

from collections.abc import Callable, Iterator
from typing import Any

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

Client = Callable[[str], Any]


def keys_of_the_control_plane(client: Client) -> dict[str, str | None]:
    """Tell the key of each table, queue, topic, log group, function, workflow and AppConfig profile of Serinus."""
    return {name: key for name, key in (*_stores(client), *_runs(client), *_appconfig(client)) if "serinus" in name}


def _stores(client: Client) -> Iterator[tuple[str, str | None]]:
    for table in client("dynamodb").list_tables()["TableNames"]:
        described = client("dynamodb").describe_table(TableName=table)["Table"]
        yield f"dynamodb {table}", described.get("SSEDescription", {}).get("KMSMasterKeyArn")
    for url in client("sqs").list_queues()["QueueUrls"]:
        shown = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        yield f"sqs {url.rpartition('/')[2]}", shown.get("KmsMasterKeyId")
    for topic in client("sns").list_topics()["Topics"]:
        shown = client("sns").get_topic_attributes(**topic)["Attributes"]
        yield f"sns {topic['TopicArn']}", shown.get("KmsMasterKeyId")


def _runs(client: Client) -> Iterator[tuple[str, str | None]]:
    for group in client("logs").describe_log_groups()["logGroups"]:
        yield f"logs {group['logGroupName']}", group.get("kmsKeyId")
    for function in client("lambda").list_functions()["Functions"]:
        yield f"lambda {function['FunctionName']}", function.get("KMSKeyArn")
    for machine in client("stepfunctions").list_state_machines()["stateMachines"]:
        described = client("stepfunctions").describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        yield f"states {machine['name']}", described["encryptionConfiguration"].get("kmsKeyId")


def _appconfig(client: Client) -> Iterator[tuple[str, str | None]]:
    api = client("appconfig")
    for application in api.list_applications()["Items"]:
        app = {"ApplicationId": application["Id"]}
        for profile in api.list_configuration_profiles(**app)["Items"]:
            described = api.get_configuration_profile(**app, ConfigurationProfileId=profile["Id"])
            yield f"serinus appconfig {profile['Name']}", described.get("KmsKeyArn")
        for place in api.list_environments(**app)["Items"]:
            for made in api.list_deployments(**app, EnvironmentId=place["Id"])["Items"]:
                number = made["DeploymentNumber"]
                told = api.get_deployment(**app, EnvironmentId=place["Id"], DeploymentNumber=number)
                yield f"serinus appconfig {place['Name']} {number}", told.get("KmsKeyArn")
