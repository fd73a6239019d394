"""How the sandbox extends moto: methods on its classes, and an answer for what is not there."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from moto.core.responses import BaseResponse
from moto.moto_server import threaded_moto_server
from werkzeug.exceptions import NotFound

Method = TypeVar("Method", bound=Callable[..., Any])


def method(target: type, name: str | None = None) -> Callable[[Method], Method]:
    """Put the decorated function on `target`, a response or model class of moto, under its own name.

    moto looks an action up by its snake-case name at each request, so this is all an action needs.
    """

    def put(function: Method) -> Method:
        setattr(target, name or function.__name__, function)
        return function

    return put


def original(target: type, name: str) -> Callable[..., Any]:
    """Return moto's own method, to be called by the one that takes its place."""
    found: Callable[..., Any] = getattr(target, name)
    return found


def refuse_unknown_actions() -> None:
    """Answer 400 to an action that nobody emulates: moto's HTML 500 makes clients retry for minutes."""
    call_action = original(BaseResponse, "call_action")

    def answer(self: BaseResponse) -> Any:
        try:
            return call_action(self)
        except NotImplementedError as error:
            return _refusal(self, self._get_action(), str(error))

    method(BaseResponse, "call_action")(answer)
    _refuse_unknown_paths()


def _refuse_unknown_paths() -> None:
    """Of a REST service an unknown action is an unknown path; Flask's 404 would read as "no such resource"."""
    server: Any = threaded_moto_server  # which imports the name that is replaced here, and does not export it
    create = server.create_backend_app

    def refuse(error: NotFound) -> Any:
        if request.url_rule is not None:
            return error  # the path is known: the answer is the service's own
        message = f"The sandbox does not emulate {request.method} {request.path}."
        headers = {"x-amzn-errortype": "NotImplemented", "content-type": "application/json"}
        return json.dumps({"__type": "NotImplemented", "message": message}), 400, headers

    def create_backend_app(service: Any) -> Any:
        app = create(service)
        app.register_error_handler(404, refuse)
        return app

    server.create_backend_app = create_backend_app


def _refusal(response: BaseResponse, action: str, why: str = "") -> tuple[int, dict[str, str], str]:
    message = f"The sandbox does not emulate {response.service_name}:{action}. {why}".strip()
    xml = (
        "<ErrorResponse><Error><Type>Sender</Type><Code>NotImplemented</Code>"
        f"<Message>{message}</Message></Error><RequestId>sandbox</RequestId></ErrorResponse>"
    )
    if _speaks_json(response):
        body = json.dumps({"__type": "NotImplemented", "message": message})
        return 400, {"x-amzn-errortype": "NotImplemented", "content-type": "application/json"}, body
    return 400, {"content-type": "text/xml"}, xml


def _speaks_json(response: BaseResponse) -> bool:
    kind = str(response.headers.get("Content-Type") or "")
    return "json" in kind or response.service_name in {"lambda", "sagemaker", "awslambda"}
