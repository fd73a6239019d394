"""The ledger's items carry a version: what older ones wrote is read, what newer ones wrote is left alone.

`golden/items-1.json` was written by the adapters of version 1 (commit fd7ea1f) from the records in `kept`; of those
"written before" something, the keys that came with it were taken out, and version 1 read them as the same record.
`golden/items-2.json` was written by the adapters of version 2 (commit 1f6cbe1) from the same records,
`golden/items-3.json` by those of version 3 (commit 7b0cc9f), `golden/items-4.json` by those of 4 (commit 41fa1fe),
`golden/items-5.json` by those of 5 (commit 1674a6f).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.items import document, written
from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.control.take_back import take_back
from lambdas.rollout.documents import DamagedDocumentError
from lambdas.rollout.guardrails import DisparateImpact, Fairness
from lambdas.rollout.operate import Wish
from lambdas.rollout.release import Release
from lambdas.rollout.schema import FIRST, SCHEMA, NewerDocumentError
from lambdas.rollout.state import EndpointState, Entry, Kind
from tests.adapters.kept import GOLDEN, KEPT, items
from tests.adapters.records import forms
from tests.adapters.tables import world_on_a_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.control.world import World
    from tests.conftest import Sandbox
    from tests.fakes import FakeWorld


_IMPACT = DisparateImpact("disparate_impact", ("race=black",), "race=white", among=2)


def _text(item: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    raw = json.loads(item["document"]["S"])
    change(raw)
    return {**item, "document": {"S": json.dumps(raw)}}


OLDER = range(FIRST, SCHEMA)


@pytest.mark.parametrize("version", OLDER)
@pytest.mark.parametrize("name", KEPT)
def test_what_older_versions_wrote_is_read_as_it_was_meant(name: str, version: int) -> None:
    assert document(type(KEPT[name]), items(version)[name]) == KEPT[name]


@pytest.mark.parametrize("version", OLDER)
@pytest.mark.parametrize("name", KEPT)
def test_it_is_written_back_as_the_version_of_today(name: str, version: int) -> None:
    again = written(document(type(KEPT[name]), items(version)[name]), item="x")
    assert again["schema"] == {"N": str(SCHEMA)}
    assert document(type(KEPT[name]), again) == KEPT[name]


def test_a_plan_with_guardrails_on_groups_comes_back() -> None:
    judged = (Fairness("equal_opportunity", ("race=black",), among=2, worthy="negative"), _IMPACT)
    release = replace(KEPT["release"], plan=replace(KEPT["release"].plan, guardrails=judged))
    assert document(Release, written(release, item="x")) == release


def test_the_forms_of_this_version_are_known() -> None:
    """A record that got, lost or changed a field makes a new version: raise SCHEMA, and write the step to it."""
    known = json.loads((GOLDEN / f"forms-{SCHEMA}.json").read_text(encoding="utf-8"))
    assert forms() == known, "raise SCHEMA (docs/decisions/0016-ledger-schema.md), or take the change back"


@pytest.mark.parametrize("lost", ["phase", "step", "weight", "serving_since", "stable_count"])
def test_what_is_lost_is_not_taken_for_a_default(lost: str) -> None:
    whole = written(KEPT["state, baking"], endpoint="mortgage", item="state")
    with pytest.raises(DamagedDocumentError, match=rf"mortgage/state: Rollout: missing keys \['{lost}'\]"):
        document(EndpointState, _text(whole, lambda raw: raw["rollout"].pop(lost)))


@pytest.mark.parametrize("version", [{"N": "0"}, {"N": "-1"}, {"N": "1.5"}, {"S": "2"}, {"NULL": True}])
def test_a_version_that_never_was_is_damage(version: dict[str, Any]) -> None:
    with pytest.raises(DamagedDocumentError, match="mortgage/state"):
        document(EndpointState, items(1)["state, baking"] | {"schema": version})


@pytest.fixture
def fake(sandbox: Sandbox) -> FakeWorld:
    return world_on_a_table(sandbox)[0]


def _put(fake: FakeWorld, item: dict[str, Any]) -> None:
    ledger = fake.world.ledger
    assert isinstance(ledger, DynamoDBLedger)
    ledger._client.put_item(TableName=ledger._table, Item=item)


def _items(fake: FakeWorld) -> list[dict[str, Any]]:
    ledger = fake.world.ledger
    assert isinstance(ledger, DynamoDBLedger)
    return sorted(ledger._client.scan(TableName=ledger._table)["Items"], key=lambda item: item["item"]["S"])


def test_a_rollout_of_version_1_goes_on_where_it_stands_and_is_written_anew(fake: FakeWorld) -> None:
    begin_rollout(fake.world, "mortgage")
    item = next(item for item in _items(fake) if item["item"]["S"] == "state")
    _put(fake, {key: value for key, value in item.items() if key != "schema"})
    advance(fake.world, "mortgage")
    kept = {item["item"]["S"]: item.get("schema") for item in _items(fake)}
    written_now = ("state", "history#000001#000000001", "history#000001#000000002")
    assert kept == {"release": None} | {name: {"N": str(SCHEMA)} for name in written_now}
    assert fake.endpoints.writes == [1_000]


ACTIONS: dict[str, Callable[[World], object]] = {
    "advance": lambda world: advance(world, "mortgage"),
    "alarm": lambda world: take_back(world, "mortgage", cause="alarm a", reason="20 > 5"),
    "begin": lambda world: begin_rollout(world, "mortgage"),
    "pause": lambda world: grant_wish(world, "mortgage", Wish.PAUSE, who="ada"),
}
NEWER = {"schema": {"N": str(SCHEMA + 1)}}


@pytest.mark.parametrize("act", ACTIONS)
def test_what_a_newer_serinus_wrote_is_neither_read_nor_written_over_and_nothing_is_done(
    fake: FakeWorld, act: str
) -> None:
    state = items(1)["state, baking"] | NEWER
    _put(fake, _text(state, lambda raw: raw.update(later="a field of tomorrow")))
    before = _items(fake)
    with pytest.raises(NewerDocumentError, match=r"mortgage/state: .*written by a newer Serinus .*: deploy it"):
        ACTIONS[act](fake.world)
    assert (_items(fake), fake.endpoints.writes, fake.workflow.started) == (before, [], {})


def test_a_release_of_a_newer_serinus_begins_nothing(fake: FakeWorld) -> None:
    _put(fake, items(1)["release"] | NEWER)
    with pytest.raises(NewerDocumentError, match="mortgage/release"):
        begin_rollout(fake.world, "mortgage")
    assert fake.world.ledger.load("mortgage") == EndpointState("mortgage")


def test_a_newer_line_of_history_is_not_left_out_in_silence(fake: FakeWorld) -> None:
    _put(fake, items(1)["entry"] | NEWER)
    with pytest.raises(NewerDocumentError, match="history#000007#000000012: Entry"):
        fake.world.ledger.history("mortgage", 7)


def test_history_of_both_versions_is_one(fake: FakeWorld) -> None:
    _put(fake, items(1)["entry"])
    later = Entry("mortgage", 7, 13, 1.0, Kind.HOLD, "workflow", "baking", KEPT["entry"].phase, 1, 1_000, None)
    _put(fake, dict(written(later, endpoint="mortgage", item="history#000007#000000013")))
    assert fake.world.ledger.history("mortgage", 7) == (KEPT["entry"], later)


@pytest.mark.parametrize(
    "change", [{"revision": {"N": "11"}}, {"endpoint": {"S": "credit"}}, {"document": {"N": "1"}}]
)
def test_a_state_that_is_not_its_items_own_is_damaged(fake: FakeWorld, change: dict[str, Any]) -> None:
    item = items(1)["state, baking"] | change
    _put(fake, item)
    with pytest.raises(DamagedDocumentError, match=rf"{item['endpoint']['S']}/state"):
        fake.world.ledger.load(item["endpoint"]["S"])
