"""Sticky assignment beside its peers: decisions per second, and users moved by changes of weight, in one run.

Run: ``python -m benchmarks.assignment``. A peer that is not installed is told as such: ``pip install growthbook
openfeature-sdk`` into an environment of your own brings them. What travels between machines is the ratio. Each peer
decides for the same keys, as its documentation has it, over features that are in memory.
"""

import bisect
import importlib
import random
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lambdas.rollout.assignment import assign, bucket, first, reweigh
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL

Decide = Callable[[str], bool]
Shares = Mapping[str, int]
KEYS = [f"user-{number:05}" for number in range(20_000)]
SHARE = 500
_ARMS = ("a", "b", "c", STABLE)


def main() -> None:
    """Measure and print."""
    document = reweigh(first("mortgage", 17, 1), {CANARY: SHARE}, 2)
    own, share = _per_second(lambda key: assign(document, key) == CANARY)
    print(f"{'a canary of 5 %':<40} {'decisions/s':>12} {'has it':>8}   Serinus is faster by")
    print(f"{'Serinus':<40} {own:>12,.0f} {share:>8.1%}")
    for name, build in _PEERS.items():
        try:
            rate, share = _per_second(build())
        except ModuleNotFoundError as error:
            print(f"{name:<40} {'-':>12}   {error.name} is not installed")
            continue
        print(f"{name:<40} {rate:>12,.0f} {share:>8.1%}   {own / rate:.1f}")
    print("\nusers moved ÷ the least that must move (total variation), 200 random changes of four arms")
    for name, move in (
        ("Serinus", _table),
        ("rendezvous hashing", _rendezvous),
        ("cumulative intervals", _intervals),
    ):
        print(f"{name:<40} {_moved(move):>12.3f}")
    print("\nusers with the canary in both of two rollouts at 50 %; independent: 25 %")
    print(f"{'Serinus':<40} {_both(_own_halves()):>12.1%}")
    print(f"{'crc32 with a salt in front':<40} {_both(_crc_halves()):>12.1%}")


def _per_second(decide: Decide) -> tuple[float, float]:
    """Return decisions per second of processor time, the best of five rounds, and the share that has the canary."""
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for key in KEYS:
            decide(key)
        best = min(best, time.process_time() - began)
    return len(KEYS) / best, sum(decide(key) for key in KEYS) / len(KEYS)


def _powertools() -> Decide:
    """Powertools FeatureFlags over a store in memory, with a hash of our own (it has none) and its modulo rule."""
    flags = importlib.import_module("aws_lambda_powertools.utilities.feature_flags")
    value = {"BASE": FULL, "START": 0, "END": SHARE - 1}
    condition = {"action": "MODULO_RANGE", "key": "bucket", "value": value}
    schema = {CANARY: {"default": False, "rules": {"share": {"when_match": True, "conditions": [condition]}}}}

    class Store(flags.StoreProvider):  # type: ignore[name-defined,misc] # imported at run time, like every peer
        get_raw_configuration = schema

        def get_configuration(self) -> dict[str, Any]:
            return schema

    evaluate = flags.FeatureFlags(Store()).evaluate
    return lambda key: bool(evaluate(name=CANARY, context={"bucket": zlib.crc32(key.encode())}, default=False))


def _openfeature() -> Decide:
    """OpenFeature's provider in memory, whose flag calls a hash of our own."""
    api = importlib.import_module("openfeature.api")
    memory = importlib.import_module("openfeature.provider.in_memory_provider")
    details = importlib.import_module("openfeature.flag_evaluation").FlagResolutionDetails
    context = importlib.import_module("openfeature.evaluation_context").EvaluationContext

    def choose(_flag: Any, given: Any) -> Any:
        return details(value=zlib.crc32(given.targeting_key.encode()) % FULL < SHARE)

    flag = memory.InMemoryFlag("off", {"on": True, "off": False}, context_evaluator=choose)
    api.set_provider(memory.InMemoryProvider({CANARY: flag}))
    client = api.get_client()
    return lambda key: bool(
        client.get_boolean_value(CANARY, default_value=False, evaluation_context=context(targeting_key=key))
    )


def _growthbook() -> Decide:
    """GrowthBook's own rollout rule, with a client per user as its documentation has it."""
    library = importlib.import_module("growthbook")
    features = {CANARY: {"defaultValue": False, "rules": [{"force": True, "coverage": SHARE / FULL}]}}
    client = library.GrowthBook(features=features)

    def decide(key: str) -> bool:
        client.set_attributes({"id": key})
        return bool(client.is_on(CANARY))

    return decide


_PEERS: Mapping[str, Callable[[], Decide]] = {
    "Powertools FeatureFlags, own hash": _powertools,
    "OpenFeature in memory, own hash": _openfeature,
    "GrowthBook": _growthbook,
}


def _moved(people: Callable[[Iterator[Shares]], Iterator[Sequence[str]]]) -> float:
    draw = random.Random(1)  # noqa: S311 - the same changes in every run
    changes = [_shares(draw) for _ in range(200)]
    moved = least = 0.0
    before: tuple[Shares, Sequence[str]] | None = None
    for shares, now in zip(changes, people(iter(changes)), strict=True):
        if before:
            moved += sum(left != right for left, right in zip(before[1], now, strict=True)) / len(now)
            least += sum(max(0, shares[arm] - before[0][arm]) for arm in _ARMS) / FULL
        before = shares, now
    return moved / least


def _shares(draw: random.Random) -> Shares:
    cuts = sorted(draw.sample(range(1, FULL), len(_ARMS) - 1))
    return {arm: end - begin for arm, begin, end in zip(_ARMS, (0, *cuts), (*cuts, FULL), strict=True)}


def _table(changes: Iterator[Shares]) -> Iterator[Sequence[str]]:
    document = first("mortgage", 17, 1)
    for shares in changes:
        document = reweigh(document, {arm: shares[arm] for arm in _ARMS if arm != STABLE}, document.revision + 1)
        yield [assign(document, key) for key in KEYS[:5_000]]


def _intervals(changes: Iterator[Shares]) -> Iterator[Sequence[str]]:
    for shares in changes:
        ends = [sum(shares[arm] for arm in _ARMS[: index + 1]) for index in range(len(_ARMS))]
        yield [_ARMS[bisect.bisect_right(ends, bucket("salt", key))] for key in KEYS[:5_000]]


def _rendezvous(changes: Iterator[Shares]) -> Iterator[Sequence[str]]:
    """Weighted rendezvous hashing: the arm with the greatest weight ÷ exponential draw."""
    keys = KEYS[:5_000]
    draws = [{arm: random.Random(f"{arm}/{key}").expovariate(1.0) for arm in _ARMS} for key in keys]  # noqa: S311
    for shares in changes:
        yield [max(_ARMS, key=lambda arm, drawn=drawn: shares[arm] / drawn[arm]) for drawn in draws]  # type: ignore[misc]


def _own_halves() -> Iterator[Sequence[bool]]:
    for number in (1, 2):
        document = reweigh(first("mortgage", number, 1), {CANARY: FULL // 2}, 2)
        yield [assign(document, key) == CANARY for key in KEYS]


def _crc_halves() -> Iterator[Sequence[bool]]:
    for salt in ("rollout-1/", "rollout-2/"):
        yield [zlib.crc32((salt + key).encode()) < 2**31 for key in KEYS]


def _both(halves: Iterator[Sequence[bool]]) -> float:
    one, other = halves
    return sum(left and right for left, right in zip(one, other, strict=True)) / len(one)


if __name__ == "__main__":
    main()
