import threading

from botocore.exceptions import ClientError, EndpointConnectionError

from demo.traffic import ask, send


class Runtime:
    """Answers as it is told to."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def invoke_endpoint(self, **_: object) -> None:
        raise self._error


def _model_error(original: str) -> ClientError:
    response = {
        "Error": {"Code": "ModelError", "Message": "Received server error (500)"},
        "OriginalMessage": original,
    }
    return ClientError(response, "InvokeEndpoint")  # type: ignore[arg-type]  # the stubs know no OriginalMessage


def test_requests_go_out_when_they_are_due_though_none_is_answered() -> None:
    sent: list[float] = []
    stop, answered = threading.Event(), threading.Event()

    def never_answered(number: int, due: float) -> None:
        sent.append(due)
        if number == 19:
            stop.set()
            answered.set()
        answered.wait(30)

    send(never_answered, 1000, stop)

    assert len(sent) >= 20
    steps = [after - before for before, after in zip(sorted(sent), sorted(sent)[1:], strict=False)]
    assert all(abs(step - 0.001) < 1e-6 for step in steps)


def test_a_models_failure_is_told_with_its_version() -> None:
    failing = Runtime(_model_error('{"model": "v3", "error": "ValueError: unknown"}'))
    answer = ask(failing, "mortgage", b"{}", due=1.0)  # type: ignore[arg-type]  # all that ask() needs of a client

    assert (answer.model, answer.error, answer.failed) == ("v3", "ValueError: unknown", True)


def test_a_failure_that_no_model_owns_up_to_is_told_as_it_is() -> None:
    for error in (_model_error("Container primary closed the connection"), EndpointConnectionError(endpoint_url="x")):
        answer = ask(Runtime(error), "mortgage", b"{}", due=1.0)  # type: ignore[arg-type]  # as above

        assert (answer.model, answer.failed) == ("", True)
