"""What AWS refuses, in AWS's own sentence, and what helps."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from cli.exits import Exit, RefusedError
from lambdas.rollout.ports import EndpointRefusedError

_MISSING = ("ResourceNotFoundException", "StateMachineDoesNotExist", "NotFound", "NotFoundException")
_DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN = (
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
)
_LOCAL = {
    "NoCredentialsError": "sign in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and its secret",
    "PartialCredentialsError": "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "ProfileNotFound": "set AWS_PROFILE to a profile of ~/.aws/config",
    "UnauthorizedSSOTokenError": "sign in: `aws sso login`",
    "SSOTokenLoadError": "sign in: `aws sso login`",
    "TokenRetrievalError": "sign in: `aws sso login`",
    "EndpointConnectionError": "check the network, the region in the environment file, and AWS_ENDPOINT_URL",
    "ConnectTimeoutError": "check the network, and AWS_ENDPOINT_URL",
    "ReadTimeoutError": "try again; check the network, and AWS_ENDPOINT_URL",
    "ConnectionClosedError": "try again; check the network, and AWS_ENDPOINT_URL",
}


def require_aws(model: OperationModel, parsed: dict[str, Any], **_: Any) -> None:
    """Refuse what a web server answered that is not AWS: botocore reads any page as an answer that has nothing in it.

    Each answer of AWS has a request id. Registered with botocore for ``after-call``.
    """
    if "RequestId" not in parsed.get("ResponseMetadata", {}):
        raise RefusedError(
            Exit.AWS,
            f"what answered {model.service_model.service_name}'s {model.name} is not AWS: it gave no request id",
            "check AWS_ENDPOINT_URL, and what stands between here and AWS",
        )


def fix_for(error: BotoCoreError | ClientError | EndpointRefusedError, environment: str) -> str:
    """Say what to do about an error of AWS or on the way to it; empty where nothing is known to help."""
    cause = error.__cause__ if isinstance(error, EndpointRefusedError) else error
    if not isinstance(cause, ClientError):
        return _LOCAL.get(type(cause).__name__, "")
    code = cause.response["Error"]["Code"]
    if code in _MISSING:
        return f"was `cdktf deploy {environment}-control` run? Are the credentials of the environment file's account?"
    if code in _DENIED:
        return "take a role that may do this: docs/cli.md lists the permissions of each command"
    if code in _EXPIRED:
        return "sign in again: the credentials have expired"
    if code in _UNKNOWN:
        return "check AWS_PROFILE and the credentials: AWS does not know them"
    return ""
