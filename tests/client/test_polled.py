"""Polling by an explicit clock, over AppConfig Data in memory, whose rules are those of the sandbox."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas.client.polled import Place, Polled, Times

TIMES = Times(interval=15, lifetime=120)


class Data:
    """One configuration; tokens work once, and a session gets news only."""

    def __init__(self) -> None:
        self.content, self.gone = b"1", False
        self.sessions: list[int] = []
        self.polls = 0
        self._valid: dict[str, bytes | None] = {}

    def start_configuration_session(self, **asked: Any) -> Any:
        self._answer()
        self.sessions.append(asked["RequiredMinimumPollIntervalInSeconds"])
        return {"InitialConfigurationToken": self._token(None)}

    def get_latest_configuration(self, **asked: Any) -> Any:
        self.polls += 1
        self._answer()
        known = self._valid.pop(asked["ConfigurationToken"])
        news = b"" if known == self.content else self.content
        return {"Configuration": io.BytesIO(news), "NextPollConfigurationToken": self._token(self.content)}

    def _token(self, known: bytes | None) -> str:
        token = f"token-{self.polls}-{len(self.sessions)}"
        self._valid[token] = known
        return token

    def _answer(self) -> None:
        if self.gone:
            raise EndpointConnectionError(endpoint_url="appconfig")


class Case:
    """A polled number."""

    def __init__(self) -> None:
        self.data, self.time = Data(), 1_000.0
        self.polled = Polled(self.data, Place("a", "e", "p"), int, TIMES, lambda: self.time)

    def after(self, seconds: float) -> int | None:
        self.time += seconds
        return self.polled.get()


@pytest.fixture
def case() -> Case:
    return Case()


def test_it_is_asked_once_per_interval_and_keeps_its_session(case: Case) -> None:
    assert [case.after(seconds) for seconds in (0, 1, 13.9)] == [1, 1, 1]
    assert case.data.polls == 1
    case.data.content = b"2"
    assert [case.after(0.2), case.after(15)] == [2, 2]
    assert (case.data.polls, case.data.sessions) == (3, [15])


def test_without_appconfig_the_last_document_is_believed_for_its_lifetime(case: Case) -> None:
    assert case.after(0) == 1
    case.data.gone = True
    assert [case.after(60), case.after(60), case.after(1)] == [1, 1, None]
    case.data.gone, case.data.content = False, b"3"
    assert case.after(15) == 3


def test_a_failure_is_told_once_and_not_asked_again_at_each_request(case: Case) -> None:
    case.data.gone = True
    assert [case.after(0), case.after(1), case.after(1)] == [None, None, None]
    assert "appconfig" in case.polled.trouble()
    assert case.polled.trouble() == ""
    case.data.gone = False
    assert [case.after(1), case.after(12)] == [None, 1]


def test_a_document_that_cannot_be_read_is_no_news_however_often_it_comes(case: Case) -> None:
    assert case.after(0) == 1
    case.data.content = b"not a number"
    assert [case.after(15) for _ in range(8)] == [1] * 8
    assert "invalid literal" in case.polled.trouble()
    assert case.after(15) is None


def test_a_confirmed_document_does_not_grow_old(case: Case) -> None:
    assert [case.after(15) for _ in range(20)] == [1] * 20


def test_other_errors_are_the_programmers(case: Case) -> None:
    case.polled = Polled(case.data, Place("a", "e", "p"), _broken, TIMES, lambda: case.time)
    with pytest.raises(ZeroDivisionError):
        case.polled.get()


def _broken(content: bytes) -> int:
    return len(content) // 0


def test_a_refusal_of_appconfigs_is_trouble_too(case: Case) -> None:
    case.after(0)
    error = ClientError({"Error": {"Code": "BadRequestException", "Message": "Request too early"}}, "Get")

    def refuse(**_asked: Any) -> Any:
        raise error

    case.data.get_latest_configuration = refuse  # type: ignore[method-assign] # AppConfig's mood changes
    assert case.after(15) == 1
    assert "too early" in case.polled.trouble()
