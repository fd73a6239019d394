"""What every stack stands on: the provider and where Terraform keeps its state."""

from cdktf import LocalBackend, S3Backend, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags

from infra.place import TAG
from infra.spec.environment import Environment

_BESIDE_THE_OUTPUT = "../../.."
"""From ``cdktf.out/stacks/NAME``, where Terraform runs, to the folder that holds ``cdktf.out``."""


def lay(stack: TerraformStack, environment: Environment, part: str) -> None:
    """Give ``stack``, the environment's ``part``, its provider and state backend."""
    AwsProvider(
        stack,
        "aws",
        region=environment.region,
        allowed_account_ids=[environment.account],
        default_tags=[AwsProviderDefaultTags(tags=_tags(environment))],
    )
    _keep_state(stack, environment, part)


def _tags(environment: Environment) -> dict[str, str]:
    return {**environment.tags, TAG: environment.name}


def _keep_state(stack: TerraformStack, environment: Environment, part: str) -> None:
    s3 = environment.state.s3
    if s3 is None:
        folder = f"{_BESIDE_THE_OUTPUT}/{environment.state.local}"
        LocalBackend(stack, path=f"{folder}/{environment.name}-{part}.tfstate")
        return
    # With its name, as beside the output: two environments never share a state, whatever their prefixes.
    key = "/".join(filter(None, (s3.prefix, f"{environment.name}-{part}.tfstate")))
    S3Backend(stack, bucket=s3.bucket, key=key, region=environment.region, encrypt=True)
    # The 0.21 binding has no argument for S3's own lock (Terraform 1.10 and later).
    stack.add_override("terraform.backend.s3.use_lockfile", True)  # noqa: FBT003  # the binding's signature
