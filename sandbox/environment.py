"""The environment variables that point AWS clients at the sandbox, and away from the real network."""

from collections.abc import Mapping
from pathlib import Path

from sandbox.place import REGION


def exports(url: str, directory: Path, region: str = REGION) -> dict[str, str]:
    """Return the variables for Terraform, boto3 and the AWS CLI.

    The profile and its files are the sandbox's own, so a developer's real profile is never read.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_PROFILE": "default",
        "AWS_CONFIG_FILE": str(directory / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(directory / "aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "4",
    }


def without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without any AWS_* variable: endpoints, profiles and keys of the real account."""
    return {name: value for name, value in environ.items() if not name.startswith("AWS_")}


def write_profile(directory: Path) -> None:
    """Write the profile files that `exports` names."""
    (directory / "aws-config").write_text(f"[default]\nregion = {REGION}\n")
    (directory / "aws-credentials").write_text("[default]\naws_access_key_id = test\naws_secret_access_key = test\n")
