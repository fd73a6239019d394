from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.appconfig.store import Store, refused

if TYPE_CHECKING:
    from tests.conftest import Sandbox


@pytest.fixture
def store(sandbox: Sandbox) -> Store:
    made = Store(sandbox)
    made.settled(made.deploy(made.version({"a": 1}, VersionLabel="first")))
    return made


def _when_allowed(store: Store, token: str) -> tuple[Any, str]:
    """Poll as soon as the session's interval is over."""

    def polled() -> tuple[Any, str] | None:
        try:
            return store.poll(token)
        except ClientError as error:
            if "Request too early" not in str(error):
                raise
            return None

    found: tuple[Any, str] = store.sandbox.eventually(polled)
    return found


def test_a_session_gets_the_configuration_once_and_then_only_news(store: Store) -> None:
    document, token = store.poll(store.session(RequiredMinimumPollIntervalInSeconds=15))
    assert document == {"a": 1}
    document, token = _when_allowed(store, token)
    assert document is None
    store.settled(store.deploy(store.version({"a": 2})))
    document, _ = _when_allowed(store, token)
    assert document == {"a": 2}


def test_a_label_and_the_interval_are_told(store: Store) -> None:
    answer = store.data.get_latest_configuration(ConfigurationToken=store.session())
    assert (answer["VersionLabel"], answer["NextPollIntervalInSeconds"]) == ("first", 60)
    assert answer["ContentType"] == "application/json"
    token = store.session(RequiredMinimumPollIntervalInSeconds=20)
    assert store.data.get_latest_configuration(ConfigurationToken=token)["NextPollIntervalInSeconds"] == 20


def test_an_early_poll_is_refused(store: Store) -> None:
    _, token = store.poll(store.session())
    told = refused("BadRequestException", lambda: store.poll(token), "Request too early")
    assert told["Details"] == {
        "InvalidParameters": {"ConfigurationToken": {"Problem": "PollIntervalNotSatisfied"}},
    }


def test_a_token_works_once(store: Store) -> None:
    token = store.session()
    store.poll(token)
    refused("BadRequestException", lambda: store.poll(token), "Invalid")


def test_there_is_nothing_before_the_first_deployment_and_without_an_environment(sandbox: Sandbox) -> None:
    bare = Store(sandbox)
    refused("ResourceNotFoundException", bare.served)
    bare.settled(bare.deploy(bare.version({})))
    token = bare.session()
    bare.api.delete_environment(**bare.here)
    refused("ResourceNotFoundException", lambda: bare.poll(token))
    refused("ResourceNotFoundException", bare.session)


def test_a_growing_deployment_reaches_some_clients_first(store: Store) -> None:
    store.deploy(store.version({"a": 2}), store.strategy(minutes=6, factor=50))

    def mixed() -> bool:
        found = [store.served()["a"] for _ in range(12)]
        return 1 in found and 2 in found

    store.sandbox.eventually(mixed, timeout=60)
