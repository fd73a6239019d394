import json
from collections.abc import Mapping
from dataclasses import replace

import jsonschema  # type: ignore[import-untyped] # it ships no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.rollout.assignment import UNROUTED, Assignment, assign, bucket, first, parse, reweigh
from lambdas.rollout.assignment_schema import SCHEMA
from lambdas.rollout.documents import DamagedDocumentError, encode
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL

EMPTY = first("mortgage", 17, 3)
USERS = [f"user-{number}" for number in range(20_000)]


@st.composite
def all_shares(draw: st.DrawFn) -> dict[str, int]:
    """Shares of up to four variants beside stable."""
    cuts = sorted(draw(st.lists(st.integers(0, FULL), min_size=4, max_size=4)))
    parts = [after - before for before, after in zip([0, *cuts], cuts, strict=False)]
    return dict(zip(draw(st.permutations([CANARY, "b", "c", "d"])), parts, strict=True))


def _with(share: int, document: Assignment = EMPTY) -> Assignment:
    return reweigh(document, {CANARY: share}, document.revision + 1)


def _people(document: Assignment) -> dict[str, str]:
    return {user: assign(document, user) for user in USERS}


def _variation(before: Mapping[str, int], after: Mapping[str, int]) -> int:
    """Basis points that must move at least."""
    return sum(max(0, after.get(name, 0) - before.get(name, 0)) for name in {*before, *after})


def _moved(before: Assignment, after: Assignment) -> int:
    one_in_each = zip(_buckets(before), _buckets(after), strict=True)
    return sum(left != right for left, right in one_in_each)


def _buckets(document: Assignment) -> list[str]:
    return [
        v for b, e, v in zip((0, *document.ends), document.ends, document.variants, strict=False) for _ in range(b, e)
    ]


@settings(max_examples=25)
@given(st.lists(all_shares(), min_size=1, max_size=5))
def test_a_change_gives_the_shares_that_were_asked_and_moves_as_few_as_can_be(changes: list[dict[str, int]]) -> None:
    document = EMPTY
    for shares in changes:
        after = reweigh(document, shares, document.revision + 1)
        given_ = {name: share for name, share in shares.items() if share}
        assert {name: share for name, share in after.shares.items() if name != STABLE} == given_
        assert sum(after.shares.values()) == FULL
        assert _moved(document, after) == _variation(document.shares, after.shares)
        document = after


@settings(max_examples=25)
@given(st.lists(st.integers(0, FULL), max_size=4), st.integers(0, FULL))
def test_of_two_variants_the_same_share_is_the_same_people_whatever_the_way(way: list[int], share: int) -> None:
    document = EMPTY
    for weight in way:
        document = _with(weight, document)
    assert (_with(share, document).ends, _with(share, document).variants) == (
        _with(share).ends,
        _with(share).variants,
    )


@given(st.text(min_size=1), st.integers(0, FULL), st.integers(0, FULL))
def test_who_has_the_canary_keeps_it_while_it_grows(key: str, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert assign(_with(small), key) == STABLE or assign(_with(large), key) == CANARY
    assert assign(_with(0), key) == STABLE
    assert assign(_with(FULL), key) == CANARY


def test_real_keys_move_as_their_buckets_do() -> None:
    before, after = _people(_with(500)), _people(_with(2_500))
    moved = sum(before[user] != after[user] for user in USERS)
    assert 0.9 < moved / (0.2 * len(USERS)) < 1.1
    assert 0.045 < list(before.values()).count(CANARY) / len(USERS) < 0.055


def test_the_canaries_users_of_two_rollouts_are_independent() -> None:
    here = _people(_with(5_000))
    there = _people(_with(5_000, first("mortgage", 18, 1)))
    elsewhere = _people(_with(5_000, first("churn", 17, 1)))
    for other in (there, elsewhere):
        both = sum(here[user] == other[user] == CANARY for user in USERS)
        assert 0.23 < both / len(USERS) < 0.27


def test_buckets_are_even() -> None:
    counts = [0] * 10
    for user in USERS:
        counts[bucket(EMPTY.salt, user) // 1_000] += 1
    assert all(0.9 < count / (len(USERS) / 10) < 1.1 for count in counts)


def test_a_key_has_the_same_bucket_for_ever() -> None:
    assert EMPTY.salt == "0674a4c7f3ff5a60"
    assert [bucket(EMPTY.salt, key) for key in ("alice", "bob", "Zoë", "\ud800")] == [3_887, 56, 6_085, 3_991]


@pytest.mark.parametrize("key", ["", "alice"])
def test_stable_for_nobody_in_particular_for_whom_the_flag_is_off_and_when_the_kill_switch_is_on(key: str) -> None:
    everybody = _with(FULL)
    assert assign(everybody, key) == (CANARY if key else STABLE)
    assert assign(everybody, key, on=False) == STABLE
    assert assign(replace(everybody, stable_only=True), key) == STABLE


def test_a_router_that_is_not_to_decide_names_no_variant_but_for_the_kill_switch() -> None:
    neutral = replace(_with(FULL), routed=False)
    assert (assign(neutral, "alice"), assign(neutral, "")) == (UNROUTED, UNROUTED)
    assert assign(replace(neutral, stable_only=True), "alice") == STABLE


@pytest.mark.parametrize("shares", [{CANARY: -1}, {CANARY: FULL + 1}, {CANARY: 6_000, "b": 5_000}, {STABLE: 5_000}])
def test_shares_that_do_not_fit_are_refused(shares: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="shares"):
        reweigh(EMPTY, shares, 4)


@given(all_shares(), st.text(), st.booleans())
def test_a_document_is_read_back_as_it_was_written_and_passes_the_validator(
    shares: dict[str, int],
    flag: str,
    stable_only: bool,  # noqa: FBT001 - drawn
) -> None:
    document = replace(reweigh(EMPTY, shares, 4), flag=flag, stable_only=stable_only)
    assert parse(encode(document)) == document
    jsonschema.validate(json.loads(encode(document)), SCHEMA, cls=jsonschema.Draft4Validator)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "unknown keys"),
        ({"version": 2}, "version"),
        ({"salt": ""}, "salt"),
        ({"ends": [500, 500, 10_000], "variants": ["canary", "b", "stable"]}, "must rise"),
        ({"ends": [500], "variants": ["canary"]}, "must rise"),
        ({"ends": [500, 10_000], "variants": ["canary"]}, "one for each"),
        ({"ends": [], "variants": []}, "must rise"),
        ({"variants": [""]}, "without a name"),
        ({"rollout": "17"}, "rollout"),
    ],
)
def test_a_damaged_document_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(json.dumps(json.loads(encode(EMPTY)) | change))


def test_what_lacks_a_field_is_damaged() -> None:
    with pytest.raises(DamagedDocumentError, match="missing keys"):
        parse('{"endpoint": "mortgage"}')
