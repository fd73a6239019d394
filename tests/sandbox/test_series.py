"""What the metrics' store keeps is all that it knows, whenever it was kept before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloudwatch.series import KEPT
from sandbox.cloudwatch.store import Metric, Store
from sandbox.kept.pickling import dump, load

METRICS = [Metric.of("AWS/SageMaker", name, {"VariantName": "canary"}) for name in ("Invocations", "ModelLatency")]
BEGIN = 1_000_000


def _kept(store: Store) -> Store:
    again = Store()
    again.restore(load(dump(store.dump())))
    return again


def _seen(store: Store, metric: Metric, start: int, end: int) -> tuple[object, ...] | None:
    found = store.bucket(metric, start, end)
    if found is None:
        return None
    return (found.count, found.total, found.minimum, found.maximum, found.exact, found.ordered())


PUTS = st.lists(
    st.tuples(st.sampled_from(METRICS), st.sampled_from(["Count", "None"]), st.integers(0, 200), st.integers(0, 9))
)


@given(st.lists(PUTS, max_size=4))
def test_what_is_kept_after_any_number_of_times_is_everything(
    parts: list[list[tuple[Metric, str, int, int]]],
) -> None:
    store = Store()
    for part in parts:
        for metric, unit, second, value in part:
            if value:
                store.put(metric, value, unit, BEGIN + second)
            else:
                store.put_set(metric, (3, 6, 1, 3), unit, BEGIN + second)
        store.dump()
    again = _kept(store)
    for metric in METRICS:
        for start, end in ((0, 201), (59, 61), (60, 120), (100, 101)):
            asked = (metric, BEGIN + start, BEGIN + end)
            assert _seen(again, *asked) == _seen(store, *asked)


def test_what_is_too_old_is_forgotten_and_no_longer_kept() -> None:
    store = Store()
    store.put(METRICS[0], 1, "Count", BEGIN)
    store.dump()
    store.put(METRICS[0], 2, "Count", BEGIN + KEPT + 120)
    for each in (store, _kept(store)):
        assert _seen(each, METRICS[0], 0, BEGIN + 60) is None
        assert each.bucket(METRICS[0], 0, BEGIN + 2 * KEPT).total == 2  # type: ignore[union-attr]


def test_a_kept_store_goes_on() -> None:
    store = Store()
    for second in (0, 300):
        store.put(METRICS[0], 1, "Count", BEGIN + second)
    again = _kept(store)
    again.put(METRICS[0], 2, "Count", BEGIN)
    again.put(METRICS[0], 3, "Count", BEGIN + 70)
    whole = (METRICS[0], BEGIN, BEGIN + 301)
    assert again.bucket(*whole).total == 7  # type: ignore[union-attr]
    assert _seen(_kept(again), *whole) == _seen(again, *whole)
