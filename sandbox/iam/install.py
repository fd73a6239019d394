"""Put IAM in front of every call that a role makes, and give Step Functions its role's keys."""

import sys
from typing import Any

import boto3
from botocore.config import Config
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.errors import COMMON_ERROR_CODES
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.s3.exceptions import S3AccessDeniedError
from moto.s3.responses import S3Response
from moto.stepfunctions.parser.asl.utils import boto_client

from sandbox.iam import journal, passing
from sandbox.iam.asked import Access, UnknownAccessError
from sandbox.iam.guard import DeniedError, ask
from sandbox.iam.requests import asked_of, signed_by
from sandbox.iam.roles import assume
from sandbox.place import here
from sandbox.registry import method, original

_XML_CODES = {"sns": "AuthorizationError"}
"""How services that answer in XML call it; the others say AccessDenied."""


def install() -> None:
    """Extend moto; after every other extension, so that nothing answers before IAM does."""
    _guard_actions()
    _guard_objects()
    _lend_roles_to_executions()
    passing.install()
    journal.install()


def start() -> None:
    """Nothing runs in the background."""


def stop() -> None:
    """Nothing to stop."""


def _guard_actions() -> None:
    COMMON_ERROR_CODES.extend(["AccessDenied", "AccessDeniedException", "AuthorizationError"])  # else moto warns
    call_action = original(BaseResponse, "call_action")

    def answer(self: BaseResponse) -> Any:
        caller = signed_by(str(self.headers.get("Authorization") or ""))
        if caller:
            try:
                ask(caller, asked_of(self))
            except (DeniedError, UnknownAccessError) as denied:
                status, headers, body = self.serialized(ActionResult(_refusal(self, str(denied))))
                return status, *self._enrich_response(headers, body)  # a request id, which SDKs look for
        return call_action(self)

    method(BaseResponse, "call_action")(answer)


class _AccessDenied(ServiceException):
    """A refusal of any service; moto looks a `ServiceException` of its own up in the model of a service."""


def _refusal(response: BaseResponse, message: str) -> ServiceException:
    speaks_xml = "xml" in str(response.headers.get("Accept")) or "form" in str(response.headers.get("Content-Type"))
    code = _XML_CODES.get(response.boto3_service_name, "AccessDenied") if speaks_xml else "AccessDeniedException"
    return _AccessDenied(code, message)


def _guard_objects() -> None:
    """S3 has a dispatcher of its own, which asks here."""

    def authorize(self: S3Response, bucket_name: str | None = None, key_name: str | None = None) -> None:
        caller = signed_by(str(self.headers.get("Authorization") or ""))
        if caller:
            named = "/".join(part for part in (bucket_name, key_name) if part) or "*"
            action = self._get_action()
            try:
                ask(caller, [Access(f"s3:{action}", f"arn:aws:s3:::{named}")])
            except DeniedError as denied:
                raise S3AccessDeniedError from denied

    method(ActionAuthenticatorMixin, "_authenticate_and_authorize_s3_action")(authorize)


def _lend_roles_to_executions() -> None:
    """An execution's calls are its role's; moto signs them with made-up keys."""
    plain = boto_client.boto_client_for

    def boto_client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        if state_credentials is None:
            return plain(region, service)
        keys = assume(state_credentials.role_arn, "execution")
        make: Any = boto3.client
        return make(
            service,
            region_name=region,
            endpoint_url=here().url,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            aws_session_token=keys.token,
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        )

    for module in list(sys.modules.values()):
        if getattr(module, "boto_client_for", None) is plain:
            module.boto_client_for = boto_client_for  # type: ignore[attr-defined] # moto's modules hold it by name
