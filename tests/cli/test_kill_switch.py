from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from cli.exits import Exit, RefusedError
from cli.kill_switch import turn
from lambdas.adapters.appconfig import AppConfigAssignments
from lambdas.adapters.routed import RoutedEndpoints
from lambdas.control.begin import begin_rollout
from lambdas.rollout.state import Kind
from tests.adapters.appconfig_memory import MemoryAppConfig
from tests.cli.terminal import WHO, serinus
from tests.examples import RELEASE, TURN, live
from tests.fakes import FakeWorld


class Routed(FakeWorld):
    """A world in which the canary has half of the users."""

    def __init__(self) -> None:
        super().__init__()
        self.appconfig = MemoryAppConfig(guarded=True)
        self.assignments = AppConfigAssignments(self.appconfig, "test")
        self.endpoints.lives["mortgage"] = live()
        routed = RoutedEndpoints(self.endpoints, self.assignments)
        routed.set_canary_weight(live(), 5_000, TURN)
        self.world = replace(self.world, endpoints=routed)

    @property
    def share(self) -> int:
        found = self.world.endpoints.live("mortgage")
        assert found is not None
        return found.canary_weight


def test_everybody_is_on_stable_until_it_is_off_and_people_are_told() -> None:
    routed = Routed()
    said = serinus(routed.world, "kill-switch", "prod", "--reason", "complaints")
    assert (said.code, routed.share) == (Exit.FINE, 0)
    ((subject, text),) = routed.notifier.told
    assert subject == "mortgage: kill switch on"
    assert WHO in text
    assert "complaints" in text
    assert serinus(routed.world, "kill-switch", "prod", "--off", "--json").document == {
        "environment": "prod",
        "endpoint": "mortgage",
        "stable_only": False,
    }
    assert routed.share == 5_000


def test_the_history_tells_who_turned_it_and_the_rollout_goes_on() -> None:
    routed = Routed()
    routed.ledger.releases["mortgage"] = RELEASE
    begin_rollout(routed.world, "mortgage")
    before = routed.ledger.load("mortgage").rollout
    serinus(routed.world, "kill-switch", "prod", "--reason", "complaints")
    (entry,) = (each for each in routed.ledger.history("mortgage", 1) if each.kind is Kind.SWITCH)
    assert (entry.reason, entry.cause) == ("kill switch on: everybody is on stable: complaints", f"operator {WHO}")
    assert routed.ledger.load("mortgage").rollout == before
    assert "SWITCH" in serinus(routed.world, "history", "prod").out


def test_a_ledger_that_refuses_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "GetItem")

    routed = Routed()
    monkeypatch.setattr(routed.ledger, "load", refuse)
    said = serinus(routed.world, "kill-switch", "prod")
    assert (said.code, routed.share) == (Exit.FINE, 0)
    assert "The ledger does not know of it" in said.out


def test_who_turned_it_hears_that_nobody_was_told() -> None:
    routed = Routed()
    routed.notifier.refuses = True
    said = serinus(routed.world, "kill-switch", "prod")
    assert (said.code, routed.share) == (Exit.FINE, 0)
    assert "Nobody was told: Rate exceeded" in said.out


def test_without_a_router_there_is_no_switch() -> None:
    said = serinus(FakeWorld().world, "kill-switch", "prod", "--json")
    assert (said.code, said.document["error"]["sentence"]) == (
        Exit.NOTHING,
        "no router stands in front of mortgage",
    )
    assert serinus(Routed().world, "kill-switch", "prod", "other", endpoints=("other",)).code == Exit.NOTHING


def test_it_is_turned_again_while_another_document_is_deployed() -> None:
    routed = Routed()
    deployment = routed.appconfig.deployments[-1]
    deployment["State"] = "DEPLOYING"
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            deployment["State"] = "COMPLETE"

    turn(routed.world.endpoints, "mortgage", on=True, wait=wait)
    assert (len(waited), routed.share) == (3, 0)
    routed.appconfig.deployments[-1]["State"] = "DEPLOYING"
    with pytest.raises(RefusedError, match="in-progress"):
        turn(routed.world.endpoints, "mortgage", on=False, wait=waited.append)
