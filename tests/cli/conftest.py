from __future__ import annotations

import pytest

from cli.report.write import with_counts
from cli.story import Story, find_story
from tests.cli import histories


def _story(traffic: histories.Traffic) -> Story:
    return with_counts(traffic.fakes.world, find_story(traffic.fakes.ledger, "prod", histories.ENDPOINT))


@pytest.fixture(scope="session")
def good() -> histories.Traffic:
    return histories.healthy()


@pytest.fixture(scope="session")
def promoted(good: histories.Traffic) -> Story:
    return _story(good)


@pytest.fixture(scope="session")
def judged_bad() -> Story:
    return _story(histories.subtle())


@pytest.fixture(scope="session")
def alarmed() -> Story:
    return _story(histories.gross())


@pytest.fixture(scope="session")
def shadowed() -> Story:
    return _story(histories.shadowed())


@pytest.fixture(scope="session")
def differing() -> Story:
    return _story(histories.differing())
