"""One contract for every table of pairs: in memory, and DynamoDB over the sandbox."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.adapters.pairs import DynamoDBPairs
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.shadow.capture import Place, Record, read_line
from lambdas.rollout.shadow.join import Pair, Settled, settle
from lambdas.rollout.shadow.ports import Pairs, ShadowPeriod, Stored
from lambdas.rollout.shadow.summary import Summary
from tests.shadow.examples import line, side
from tests.shadow.fakes import PERIOD, MemoryPairs

if TYPE_CHECKING:
    from tests.conftest import Sandbox


def make_table(sandbox: Sandbox) -> str:
    name = sandbox.name("pairs")
    sandbox.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "item", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "item", "AttributeType": "S"}],
    )
    return name


@pytest.fixture(params=["memory", "dynamodb"])
def pairs(request: pytest.FixtureRequest) -> Pairs:
    if request.param == "memory":
        return MemoryPairs()
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    return DynamoDBPairs(sandbox.client("dynamodb"), make_table(sandbox), time.time)


def record(variant: str, number: int, score: float = 0.1) -> Record:
    return read_line(line(side(f"[{score}]"), inference_id=f"id-{number}"), Place("mortgage", variant))


def add(pairs: Pairs, before: Stored, *records: Record) -> None:
    pairs.commit(PERIOD, before, settle(before.pairs, before.summary, records, PERIOD.terms))


def test_an_empty_table_knows_nothing(pairs: Pairs) -> None:
    assert pairs.load(PERIOD, {"id-1"}) == Stored(0, Summary(), {})
    assert not pairs.is_read(PERIOD, "file")


def test_a_side_waits_until_the_other_one_completes_it(pairs: Pairs) -> None:
    add(pairs, pairs.load(PERIOD, {"id-1"}), record("canary", 1, 0.9))
    waiting = pairs.load(PERIOD, {"id-1"})
    assert waiting.pairs["id-1"].waiting == "canary"
    assert waiting.summary == Summary()
    add(pairs, waiting, record("stable", 1))
    after = pairs.load(PERIOD, {"id-1"})
    assert after.pairs["id-1"].counted
    assert after.pairs["id-1"].side is None
    assert after.summary.answers == Arm(1, 1)


def test_many_at_once(pairs: Pairs) -> None:
    ids = {f"id-{number}" for number in range(20)}
    for variant in ("stable", "canary"):
        add(pairs, pairs.load(PERIOD, ids), *(record(variant, number) for number in range(20)))
    assert pairs.load(PERIOD, ids).summary.requests == 20


def test_whoever_comes_second_has_to_look_again(pairs: Pairs) -> None:
    before = pairs.load(PERIOD, {"id-1"})
    add(pairs, before, record("stable", 1))
    with pytest.raises(ConflictError):
        add(pairs, before, record("canary", 1))
    waiting = pairs.load(PERIOD, {"id-1"})
    add(pairs, waiting, record("canary", 1))
    with pytest.raises(ConflictError):
        add(pairs, waiting, record("canary", 1))
    assert pairs.load(PERIOD, ()).summary.requests == 1


@pytest.mark.parametrize("earlier", [0, 1])
def test_a_summary_that_has_changed_is_not_overwritten(pairs: Pairs, earlier: int) -> None:
    ids = {f"id-{number}" for number in range(3)}
    add(pairs, pairs.load(PERIOD, ids), *(record("stable", number) for number in range(3)))
    for number in range(earlier):
        add(pairs, pairs.load(PERIOD, ids), record("canary", number))
    first, second = pairs.load(PERIOD, {"id-1"}), pairs.load(PERIOD, {"id-2"})
    add(pairs, first, record("canary", 1))
    with pytest.raises(ConflictError):
        add(pairs, second, record("canary", 2))
    after = pairs.load(PERIOD, {"id-2"})
    assert not after.pairs["id-2"].counted
    assert after.summary.requests == earlier + 1


def test_a_pair_that_has_changed_is_not_overwritten_even_where_the_summary_stays(pairs: Pairs) -> None:
    add(pairs, pairs.load(PERIOD, {"id-1"}), record("stable", 1))
    waiting = pairs.load(PERIOD, {"id-1"})
    add(pairs, waiting, record("canary", 1))
    with pytest.raises(ConflictError):
        pairs.commit(PERIOD, waiting, Settled({"id-1": Pair("canary", None)}, waiting.summary, {}))
    assert pairs.load(PERIOD, {"id-1"}).pairs["id-1"].counted


def test_a_file_is_finished_once(pairs: Pairs) -> None:
    for _ in range(2):
        pairs.finish(PERIOD, pairs.load(PERIOD, ()), "file", 2)
    assert pairs.is_read(PERIOD, "file")
    assert pairs.load(PERIOD, ()).summary.damaged == 2


def test_rollouts_are_kept_apart(sandbox: Sandbox) -> None:
    table = DynamoDBPairs(sandbox.client("dynamodb"), make_table(sandbox), time.time)
    add(table, table.load(PERIOD, {"id-1"}), record("stable", 1))
    table.finish(PERIOD, table.load(PERIOD, ()), "file", 1)
    for another in (ShadowPeriod("mortgage", 4, PERIOD.terms, 0.0), ShadowPeriod("credit", 3, PERIOD.terms, 0.0)):
        assert table.load(another, {"id-1"}) == Stored(0, Summary(), {})
        assert not table.is_read(another, "file")


def test_every_item_expires_and_a_side_that_waits_sooner(sandbox: Sandbox) -> None:
    client, name = sandbox.client("dynamodb"), make_table(sandbox)
    table = DynamoDBPairs(client, name, lambda: 1_000.0)
    add(table, table.load(PERIOD, {"id-1", "id-2"}), record("stable", 1), record("stable", 2))
    add(table, table.load(PERIOD, {"id-1"}), record("canary", 1))
    table.finish(PERIOD, table.load(PERIOD, ()), "file", 1)
    days: dict[str, Any] = {
        item["item"]["S"].split("#")[2] + item["item"]["S"].rpartition("#")[2][-1]: (
            int(item["expires"]["N"]) - 1_000
        )
        / 86_400
        for item in client.scan(TableName=name)["Items"]
    }
    assert days == {"pair1": 30, "pair2": 2, "summaryy": 30, "filee": 30}
