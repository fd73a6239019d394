"""The sandbox, one per test session: AWS on loopback for every test that needs it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import settings

from sandbox.iam.journal import GATHERED
from sandbox.server import Running, start
from tests import privileges
from tests.sandbox.roles import EVERYTHING, role
from tests.sandbox.sagemaker.hosting import IMAGE, MODELS, Hosting

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

    def logged(self, function: str) -> list[str]:
        """Read all that a function has logged."""
        pages = (
            self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
        )
        return [event["message"] for page in pages for event in page["events"]]

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
    "HEALTH_CHECK": "5",  # a server starts slowly on a busy machine; one that never answers costs as long
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
        sandbox = Sandbox(running)
        role(sandbox, "sagemaker", EVERYTHING, name=MODELS)
        yield sandbox


@pytest.fixture(scope="session")
def hosting(sandbox: Sandbox) -> Hosting:
    return Hosting(sandbox.running)


_LONGEST_FIRST = (
    "tests/e2e/test_rollout",
    "tests/e2e/test_quality",
    "tests/e2e/test_judge",
    "tests/e2e/",
    "tests/stacks/",
    "tests/sandbox/test_terraform",
    "tests/explorer/",
    "tests/load/",
    "tests/benchmarks/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: whichever comes last keeps one worker busy and the others waiting."""

    def place(item: pytest.Item) -> int:
        return next((i for i, folder in enumerate(_LONGEST_FIRST) if folder in item.nodeid), len(_LONGEST_FIRST))

    items.sort(key=place)


def pytest_configure(config: pytest.Config) -> None:
    """Let every sandbox of this run, in whichever worker, write down who called what in one place."""
    if not hasattr(config, "workerinput"):
        os.environ[GATHERED] = tempfile.mkdtemp(prefix="serinus-iam-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(GATHERED), ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run where a role was denied a call, or, after all whole rollouts, holds a grant that nobody used."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if hasattr(session.config, "workerinput") or reporter is None:
        return
    found = privileges.compare(Path(os.environ[GATHERED]))
    passed = {report.nodeid.split("::")[0] for report in reporter.stats.get("passed", [])}
    whole = passed >= set(privileges.SCENES) and not reporter.stats.get("failed")
    wrong = found.denied + ((found.unused + found.outdated) if whole else [])
    if wrong:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    session.config.stash[_PRIVILEGES] = (found, wrong, whole)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much the explorer has looked at (tests/explorer), and whether roles hold what they need."""
    _tell_privileges(terminalreporter)
    passed = terminalreporter.stats.get("passed", [])
    explored = [value for report in passed for name, value in report.user_properties if name == "explored"]
    if explored:
        terminalreporter.section("explored: orders of calls, and what may befall each")
        for line in sorted(explored):
            terminalreporter.write_line(line)


_PRIVILEGES: pytest.StashKey[tuple[privileges.Found, list[str], bool]] = pytest.StashKey()


def _tell_privileges(reporter: pytest.TerminalReporter) -> None:
    told = reporter.config.stash.get(_PRIVILEGES, None)
    if told is None or not told[0].grants:
        return
    found, wrong, whole = told
    reporter.section("privileges: what roles may, and what they did")
    said = "each of them used, none missing" if whole else "none missing"
    reporter.write_line("\n".join(wrong) or f"{found.grants} grants of {found.roles} kinds of roles: {said}")
