"""The sandbox, one per test session: AWS on loopback for every test that needs it."""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import settings

from sandbox.server import Running, start
from tests.sandbox.sagemaker.hosting import IMAGE, Hosting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A deadline is a timed assertion: on a busy machine it fails what is right. Every run draws the same examples, so
# that a pull request fails for what it changed only; `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile("serinus", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile("serinus")

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sandbox:
    """The running sandbox as a test sees it."""

    running: Running

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def env(self) -> dict[str, str]:
        return self.running.env

    def client(self, service: str) -> Any:
        """Return a boto3 client of the sandbox that never retries: a test sees the first answer."""
        make: Callable[..., Any] = boto3.client
        return make(
            service,
            region_name="eu-west-1",
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 2}, read_timeout=60),
        )

    @staticmethod
    def name(stem: str = "t") -> str:
        """Return a name that no other test has."""
        return f"{stem}-s{next(_numbers)}"  # apart from the names of `Hosting`, which shares the sandbox

    @staticmethod
    def eventually(condition: Callable[[], Any], timeout: float = 20) -> Any:
        """Return the first truthy answer of `condition`; an AssertionError if none comes in `timeout` s."""
        deadline = time.monotonic() + timeout
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(f"Not within {timeout} s: {found!r}")
            time.sleep(0.05)
        return found


_QUICK = {
    "PROVISIONING": "0.1",
    "WEIGHT_CHANGE": "0.2",
    "DELETION": "0.2",
    "ROLLBACK": "0.1",
    "HEALTH_CHECK": "1",
    "INVOCATION": "2",
    "TERMINATION": "3",
    "ALARM_POLL": "0.05",
    "CAPTURE_FLUSH": "0.3",
}
"""Seconds that SageMaker takes in tests (sandbox/sagemaker/settings.py)."""


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    images = tmp_path_factory.mktemp("images") / "images.json"
    server = Path(__file__).parent / "sandbox" / "sagemaker" / "model_server.py"
    images.write_text(json.dumps({IMAGE: [sys.executable, str(server)]}))
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            for setting, value in _QUICK.items():
                patch.setenv(f"SANDBOX_SAGEMAKER_{setting}", value)
            patch.setenv("SANDBOX_APPCONFIG_PACE", str(1 / 60))  # minutes are seconds, a poll each 15 s is 4 a second
            running = stack.enter_context(start(images=images))
        yield Sandbox(running)


@pytest.fixture(scope="session")
def hosting(sandbox: Sandbox) -> Hosting:
    return Hosting(sandbox.running)


_LONGEST_FIRST = ("tests/e2e/", "tests/stacks/", "tests/explorer/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: whichever comes last keeps one worker busy and the others waiting."""

    def place(item: pytest.Item) -> int:
        return next((i for i, folder in enumerate(_LONGEST_FIRST) if folder in item.nodeid), len(_LONGEST_FIRST))

    items.sort(key=place)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much the explorer has looked at (tests/explorer)."""
    passed = terminalreporter.stats.get("passed", [])
    explored = [value for report in passed for name, value in report.user_properties if name == "explored"]
    if explored:
        terminalreporter.section("explored: orders of calls, and what may befall each")
        for line in sorted(explored):
            terminalreporter.write_line(line)
