"""What `up` tells its user."""

from pathlib import Path

from sandbox.environment import exports

_EMULATED = """\
AWS on loopback: {url}   (account 123456789012, region eu-west-1; {state})

Emulated by the sandbox: SageMaker endpoints and their runtime, CloudWatch statistics, metric math and alarms,
  EventBridge delivery, Lambda from its deployed zip and at its URL, Step Functions, AppConfig.
  IAM: what a role does (a function, a workflow, a model) is asked of its policies; with the keys below, nothing is.
Emulated by moto: STS, S3, DynamoDB, SQS, SNS, CloudWatch Logs, Application Auto Scaling, and others.
Not emulated: people's permissions, signatures, quotas, cost, other accounts and regions, and
  any action that answers 400 NotImplemented. docs/sandbox.md has every behaviour and its test.

Use it from another shell:
{exports}
Models run as local processes; tell which image is which command in {directory}/images.json.
Stop with Ctrl-C.
"""


def notice(url: str, directory: Path, *, keep: bool = False) -> str:
    """Return what is emulated, what is not, and the exports that point a shell at the sandbox."""
    lines = "\n".join(f"  export {name}={value}" for name, value in exports(url, directory).items())
    state = "state is kept for the next `up` with this directory and port" if keep else "state is gone when it stops"
    return _EMULATED.format(url=url, state=state, exports=lines + "\n", directory=directory)
