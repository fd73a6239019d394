"""Each pair counts once: in any order, however often, in any split into files, with a crash at any call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.control.pair_up import pair_up
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.ports import ConflictError
from tests.shadow.examples import key, line, side
from tests.shadow.fakes import PERIOD, CrashError, Fate, MemoryPairs, MemoryPublished, pairing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from lambdas.rollout.shadow.ports import ShadowPeriod, Stored
    from lambdas.rollout.shadow.summary import Summary

FATES = ("", "", "", "crash before", "crash after", "conflict")


def written(variant: str, number: int) -> bytes:
    """The canary disagrees on every third request, breaks on every seventh; the times are around a minute's end."""
    score = 0.9 if variant == "canary" and number % 3 == 0 else 0.1
    output = side("{" if variant == "canary" and number % 7 == 6 else f"[{score}]")
    request = side(f'[{{"kind": "{"even" if number % 2 == 0 else "odd"}"}}]')
    second = 40 + number + (variant == "canary")
    at = f"2026-11-21T09:{40 + second // 60}:{second % 60:02d}Z"
    return line(output, request, inference_id=f"id-{number:03d}", event_id=f"e-{variant}-{number}", at=at)


def run(files: dict[str, list[bytes]], order: list[str]) -> tuple[MemoryPairs, MemoryPublished]:
    pairs, published = MemoryPairs(), MemoryPublished()
    for name in order:
        pair_up(pairing(files, pairs, published), "bucket", name)
    return pairs, published


def in_one_go(count: int) -> tuple[Summary, MemoryPublished]:
    files = {key(variant): [written(variant, n) for n in range(count)] for variant in ("stable", "canary")}
    pairs, published = run(files, list(files))
    return pairs.summary, published


@st.composite
def split(draw: st.DrawFn) -> tuple[int, dict[str, list[bytes]], list[str]]:
    """Draw how many requests there were, the files that their records came in, and the order of the messages."""
    count = draw(st.integers(1, 30))
    files: dict[str, list[bytes]] = {}
    for variant in ("stable", "canary"):
        for number in range(count):
            for copy in draw(st.sets(st.integers(0, 4), min_size=1, max_size=2)):
                files.setdefault(key(variant, str(copy)), []).append(written(variant, number))
    files = {name: draw(st.permutations(lines)) for name, lines in files.items()}
    order = draw(st.permutations([*files, *draw(st.lists(st.sampled_from(sorted(files)), max_size=4))]))
    return count, files, order


@given(split())
def test_any_order_any_doubling_and_any_split_count_each_pair_once(
    given_files: tuple[int, dict[str, list[bytes]], list[str]],
) -> None:
    count, files, order = given_files
    pairs, published = run(files, order)
    expected, expected_published = in_one_go(count)
    assert pairs.summary == expected
    assert pairs.summary.requests == count
    assert published.minutes == expected_published.minutes
    assert published.bad == expected_published.bad


@given(split(), st.lists(st.sampled_from(FATES), max_size=60))
def test_a_crash_at_any_call_loses_and_doubles_no_count_of_the_table(
    given_files: tuple[int, dict[str, list[bytes]], list[str]], fates: list[str]
) -> None:
    count, files, order = given_files
    fate = Fate(iter(fates))
    pairs, published = MemoryPairs(fate), MemoryPublished(fate)
    crashes = 0
    for name in order:
        while True:  # the queue shows the message again
            try:
                pair_up(pairing(files, pairs, published), "bucket", name)
                break
            except (CrashError, ConflictError):
                crashes += 1
    expected, expected_published = in_one_go(count)
    assert pairs.summary == expected
    # What the judge reads is never more than the truth, and all of it where nothing crashed.
    for at, total in published.minutes.items():
        assert total <= expected_published.minutes[at]
        assert published.bad[at] <= expected_published.bad[at]
    assert crashes or published.total == expected_published.total


class OvertakenPairs(MemoryPairs):
    """Somebody else is faster, once, between the first look at a pair and the commit."""

    def __init__(self, overtake: Callable[[MemoryPairs], object]) -> None:
        super().__init__()
        self._overtake: Callable[[MemoryPairs], object] | None = overtake

    def load(self, period: ShadowPeriod, ids: Collection[str]) -> Stored:
        before = super().load(period, ids)
        if overtake := self._overtake:
            self._overtake = None
            overtake(self)
        return before


def test_two_that_read_at_the_same_time_count_once() -> None:
    files = {key(variant): [written(variant, 0)] for variant in ("stable", "canary")}
    published = MemoryPublished()

    def complete(pairs: MemoryPairs) -> None:
        for name in files:
            pair_up(pairing(files, pairs, published), "bucket", name)

    pairs = OvertakenPairs(complete)
    pair_up(pairing(files, pairs, published), "bucket", key("canary"))
    assert (pairs.summary.requests, published.total.total) == (1, 1)


def test_damaged_lines_are_counted_once_and_the_others_are_read() -> None:
    files = {
        key("stable"): [b"{", written("stable", 1), b"nonsense"],
        key("canary"): [written("canary", 1), b"\xff"],
    }
    pairs, _ = run(files, [*files, *files])
    assert (pairs.summary.damaged, pairs.summary.requests) == (3, 1)


def test_a_file_that_has_been_read_is_not_read_again() -> None:
    files = {key("stable"): [written("stable", 1)]}
    pairs, published = MemoryPairs(), MemoryPublished()
    assert pair_up(pairing(files, pairs, published), "bucket", key("stable")) == 1
    assert pair_up(pairing({}, pairs, published), "bucket", key("stable")) == 0


def test_records_from_before_the_rollout_are_of_another_one() -> None:
    files = {key(variant): [written(variant, 0)] for variant in ("stable", "canary")}
    pairs, published = MemoryPairs(), MemoryPublished()
    later = PERIOD._replace(since=1_795_255_000.0)
    for name in files:
        assert pair_up(pairing(files, pairs, published, later), "bucket", name) == 0
    assert (pairs.pairs, published.total) == ({}, Arm(0, 0))


@pytest.mark.parametrize(
    "name", [key("shadow"), key("stable", endpoint="another"), "captured/mortgage/stable/x.jsonl", "model.tar.gz"]
)
def test_what_is_nobodys_is_left_alone(name: str) -> None:
    assert pair_up(pairing({}, MemoryPairs(), MemoryPublished()), "bucket", name) is None


def test_outside_of_a_shadow_period_nothing_is_kept() -> None:
    files = {key("stable"): [written("stable", 1)]}
    assert pair_up(pairing(files, MemoryPairs(), MemoryPublished(), None), "bucket", key("stable")) is None


def test_whoever_never_gets_through_gives_the_message_back() -> None:
    files = {key("stable"): [written("stable", 1)]}
    pairs = MemoryPairs(Fate(iter(["conflict"] * 100)))
    with pytest.raises(ConflictError):
        pair_up(pairing(files, pairs, MemoryPublished()), "bucket", key("stable"))
