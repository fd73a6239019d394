"""Function URLs: an HTTP address per function, on the sandbox's own port.

Source: Lambda developer guide, "Creating and managing Lambda function URLs" and its payload format 2.0. A signature
must be there where the URL wants IAM, and is not verified.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.awslambda.models import FunctionUrlConfig, LambdaFunction, lambda_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from werkzeug.wrappers import Request, Response

from sandbox.clock import now
from sandbox.lambda_runtime import service
from sandbox.lambda_runtime.pool import ThrottledError
from sandbox.place import ACCOUNT_ID, REGION, here
from sandbox.registry import method, original

PAYLOAD_LIMIT = 6 * 1024 * 1024
_PATH = re.compile(r"/lambda-url/([0-9a-f]{32})(/.*)?")
_TEXT = re.compile(r"text/.*|application/(.*\+)?(json|xml|javascript)|application/x-www-form-urlencoded")

Environ = dict[str, Any]
Start = Callable[..., Any]


def install() -> None:
    """Give functions addresses that can be reached, and answer there."""
    _address()
    dispatch = original(DomainDispatcherApplication, "__call__")

    def call(self: DomainDispatcherApplication, environ: Environ, start: Start) -> Iterable[bytes]:
        found = _PATH.fullmatch(environ["PATH_INFO"])
        if not found:
            onward: Iterable[bytes] = dispatch(self, environ, start)
            return onward
        return _answer(found[1], found[2] or "/", Request(environ))(environ, start)

    method(DomainDispatcherApplication, "__call__")(call)


def _address() -> None:
    make = original(FunctionUrlConfig, "__init__")

    def init(self: FunctionUrlConfig, function: LambdaFunction, config: dict[str, Any]) -> None:
        make(self, function, config)
        identifier = self.url.removeprefix("https://").partition(".")[0]
        self.url = f"{here().url}/lambda-url/{identifier}/"

    method(FunctionUrlConfig, "__init__")(init)


def _answer(identifier: str, path: str, request: Request) -> Response:
    function = _function(identifier)
    if function is None or function.url_config is None:
        return _error(404, "Not Found")
    signed = request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 ")
    if function.url_config.config.get("AuthType") == "AWS_IAM" and not signed:
        return _error(403, "Forbidden")
    payload = json.dumps(event(identifier, path, request)).encode()
    if len(payload) > PAYLOAD_LIMIT:
        return _error(413, "Request Too Long")
    try:
        outcome = service.invoke(function, payload)
    except ThrottledError:
        return _error(429, "Too Many Requests")
    return _error(502, "Internal Server Error") if outcome.error else _response(json.loads(outcome.payload))


def _function(identifier: str) -> LambdaFunction | None:
    functions = lambda_backends[ACCOUNT_ID][REGION].list_functions()
    return next((each for each in functions if each.url_config and identifier in each.url_config.url), None)


def event(identifier: str, path: str, request: Request) -> dict[str, Any]:
    """Write a request as an event of payload format 2.0."""
    body, text = request.get_data(), bool(_TEXT.fullmatch(request.mimetype))
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query_string.decode(),
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": identifier,
            "domainName": request.host,
            "http": {"method": request.method, "path": path, "sourceIp": request.remote_addr},
            "timeEpoch": int(now() * 1000),
        },
        "isBase64Encoded": not text,
        "body": body.decode() if text else base64.b64encode(body).decode(),
    }


def _response(answer: Any) -> Response:
    """Read a handler's answer; what has no status code is the body itself, as JSON."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(json.dumps(answer), 200, content_type="application/json")
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    headers = {"Content-Type": "application/json"} | {
        name.title(): value for name, value in (answer.get("headers") or {}).items()
    }
    return Response(content, answer["statusCode"], headers)


def _error(status: int, message: str) -> Response:
    return Response(json.dumps({"Message": message}), status, content_type="application/json")
