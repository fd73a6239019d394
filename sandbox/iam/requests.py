"""Who asks, and for what, of a request to moto."""

import re
from typing import Any

from moto.core.model import ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from sandbox.appconfig.data import identified
from sandbox.athena.executions import workgroup_of
from sandbox.iam.asked import Access, accesses
from sandbox.iam.roles import Caller, caller

_KEY = re.compile(r"Credential=([^/]+)/")


def signed_by(authorization: str) -> Caller | None:
    """Tell who has signed, by the request's header; None for the administrator, or nobody."""
    found = _KEY.search(authorization)
    return caller(found[1]) if found else None


def asked_of(response: BaseResponse) -> list[Access]:
    """List what a request that moto is about to answer is checked for."""
    service = get_service_model(response.boto3_service_name)
    operation = response._get_action()  # noqa: SLF001 - moto's own way to find it
    given = _parameters(response, service, operation)
    if service.service_name == "appconfigdata":
        given = identified(given)
    if service.service_name == "athena" and "QueryExecutionId" in given:
        given["WorkGroup"] = workgroup_of(given["QueryExecutionId"])
    return accesses(service.signing_name, operation, given)


def _parameters(response: BaseResponse, service: ServiceModel, operation: str) -> dict[str, Any]:
    request: Any = response.normalized_request
    parser = PROTOCOL_PARSERS[determine_request_protocol(service, request.content_type)]
    parsed: dict[str, Any] = parser(service.operation_model(operation), map_type=dict).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": response.uri_match,
        }
    )
    return parsed
