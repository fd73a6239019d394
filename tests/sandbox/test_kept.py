"""With `--keep` a sandbox that was killed comes back as it was; on one directory, in this order."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.__main__ import main
from sandbox.server import Running, start
from tests.sandbox.roles import EVERYTHING, role
from tests.sandbox.sagemaker.hosting import Hosting
from tests.stacks.test_deploy import client, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL_SERVER = Path(__file__).parent / "sagemaker" / "model_server.py"
PAIR = [
    {"VariantName": name, "ModelName": "model", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    for name in ("stable", "canary")
]
WORKFLOW = {
    "StartAt": "Wait",
    "States": {"Wait": {"Type": "Wait", "Seconds": 4, "Next": "Done"}, "Done": {"Type": "Succeed"}},
}


def code() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return event\n")
    return out.getvalue()


def furnish(running: Running) -> None:
    """Make one thing of everything."""
    sagemaker, dynamodb = client(running, "sagemaker"), client(running, "dynamodb")
    taken = role(Hosting(running), "lambda,sagemaker,states", EVERYTHING, name="role")
    sagemaker.create_model(ModelName="model", PrimaryContainer={"Image": "image:1"}, ExecutionRoleArn=taken)
    sagemaker.create_endpoint_config(EndpointConfigName="one", ProductionVariants=PAIR)
    sagemaker.create_endpoint(EndpointName="endpoint", EndpointConfigName="one")
    dynamodb.create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="table", Item={"key": {"S": "kept"}})
    client(running, "lambda").create_function(
        FunctionName="function", Role=taken, Runtime="python3.13", Handler="app.handler", Code={"ZipFile": code()}
    )
    monitor(running, taken)
    queue = client(running, "sqs").create_queue(QueueName="queue")["QueueUrl"]
    client(running, "sqs").send_message(QueueUrl=queue, MessageBody="kept")
    client(running, "s3").create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client(running, "s3").put_object(Bucket="bucket", Key="key", Body=b"kept")
    client(running, "ssm").put_parameter(Name="parameter", Value="kept", Type="String")
    client(running, "cloudwatch").put_metric_alarm(
        AlarmName="alarm",
        Namespace="Own",
        MetricName="metric",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    steps = client(running, "stepfunctions")
    machine = steps.create_state_machine(name="machine", definition=json.dumps(WORKFLOW), roleArn=taken)
    waits(running)
    client(running, "sagemaker").update_endpoint_weights_and_capacities(
        EndpointName="endpoint",
        DesiredWeightsAndCapacities=[
            {"VariantName": "stable", "DesiredWeight": 7_500},
            {"VariantName": "canary", "DesiredWeight": 2_500},
        ],
    )
    waits(running)
    steps.start_execution(stateMachineArn=machine["stateMachineArn"], name="running", input='{"a": 1}')


def monitor(running: Running, role: str) -> None:
    sagemaker, job = client(running, "sagemaker"), "job"
    place = {"LocalPath": "/opt/ml/processing/input", "DatasetFormat": {"Csv": {"Header": True}}}
    sagemaker.create_data_quality_job_definition(
        JobDefinitionName=job,
        DataQualityAppSpecification={"ImageUri": "image:1"},
        DataQualityJobInput={"BatchTransformInput": {"DataCapturedDestinationS3Uri": "s3://bucket/in"} | place},
        DataQualityJobOutputConfig={
            "MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://bucket/out", "LocalPath": "/opt/ml/out"}}]
        },
        JobResources={"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
        RoleArn=role,
    )
    sagemaker.create_monitoring_schedule(
        MonitoringScheduleName="schedule",
        MonitoringScheduleConfig={
            "MonitoringJobDefinitionName": job,
            "MonitoringType": "DataQuality",
            "ScheduleConfig": {"ScheduleExpression": "cron(0 0/6 ? * * *)"},
        },
    )


def waits(running: Running) -> None:
    described = client(running, "sagemaker").describe_endpoint
    eventually(lambda: described(EndpointName="endpoint")["EndpointStatus"] == "InService")


@contextlib.contextmanager
def killed(folder: Path) -> Iterator[Running]:
    """Run a sandbox and kill it at the end of the block."""
    images = folder.parent / "images.json"
    images.write_text(json.dumps({"image:1": [sys.executable, str(MODEL_SERVER)]}))
    with start(directory=folder, images=images, keep=True) as running:
        yield running
        os.kill(running.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("kept") / "sandbox"
    with killed(folder) as running:
        furnish(running)
        port = int(running.url.rpartition(":")[2])
    with start(directory=folder, port=port, keep=True) as again:
        yield again


def test_state_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "sandbox:metrics.pickle").write_bytes(b"not a pickle")

    with pytest.raises(RuntimeError, match=r"state/sandbox:metrics.pickle is damaged, or of another version"):
        start(directory=tmp_path, keep=True).__enter__()


def test_keeping_needs_a_place(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["up", "--keep"])
    assert "--keep needs --dir" in capsys.readouterr().err


def test_endpoints_serve_with_the_weights_that_they_had(back: Running) -> None:
    shown = client(back, "sagemaker").describe_endpoint(EndpointName="endpoint")

    assert [variant["CurrentWeight"] for variant in shown["ProductionVariants"]] == [7_500, 2_500]
    assert (
        client(back, "sagemaker-runtime")
        .invoke_endpoint(EndpointName="endpoint", Body=b"{}", TargetVariant="canary")["Body"]
        .read()
    )


def test_an_execution_that_ran_ends(back: Running) -> None:
    steps = client(back, "stepfunctions")
    (machine,) = steps.list_state_machines()["stateMachines"]

    def ended() -> Any:
        (found,) = steps.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        return found if found["status"] != "RUNNING" else None

    assert eventually(ended)["status"] == "SUCCEEDED"
    told = steps.describe_execution(executionArn=ended()["executionArn"])
    assert (told["name"], json.loads(told["output"])) == ("running", {"a": 1})


def test_what_was_acknowledged_is_there(back: Running) -> None:
    queue = client(back, "sqs").get_queue_url(QueueName="queue")["QueueUrl"]
    answer = client(back, "lambda").invoke(FunctionName="function", Payload=b'{"is": "kept"}')

    assert client(back, "dynamodb").get_item(TableName="table", Key={"key": {"S": "kept"}})["Item"]
    assert json.loads(answer["Payload"].read()) == {"is": "kept"}
    assert client(back, "sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "kept"
    assert client(back, "s3").get_object(Bucket="bucket", Key="key")["Body"].read() == b"kept"
    assert client(back, "ssm").get_parameter(Name="parameter")["Parameter"]["Value"] == "kept"
    assert client(back, "cloudwatch").describe_alarms(AlarmNames=["alarm"])["MetricAlarms"]
    assert client(back, "iam").get_role(RoleName="role")["Role"]["RoleName"] == "role"
    schedule = client(back, "sagemaker").describe_monitoring_schedule(MonitoringScheduleName="schedule")
    job = schedule["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"]
    assert client(back, "sagemaker").describe_data_quality_job_definition(JobDefinitionName=job)["RoleArn"]
