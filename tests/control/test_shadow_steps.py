"""Rollouts that begin with a shadow: two configurations, and the way from one to the other."""

from dataclasses import replace

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.take_back import take_back
from lambdas.rollout.live import Live, Variant
from lambdas.rollout.names import CANARY, STABLE, config_prefix
from lambdas.rollout.plan import DISAGREEMENT, FULL, Shadow, Step
from lambdas.rollout.release import PAIR, SHADOW, Stage
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.examples import PLAN, RELEASE, healthy
from tests.fakes import FakeWorld

_PLAN = replace(PLAN, steps=(Step(0, 300, 1_200, shadow=Shadow(300)), *PLAN.steps[:2], Step(FULL, 120, 600)))
_SHAPES = {SHADOW: "cccc3333", PAIR: RELEASE.shape}
_CONFIGS = {stage: config_prefix("mortgage", RELEASE.pair, shape) + stage for stage, shape in _SHAPES.items()}
_STAGES = tuple(Stage(stage, _SHAPES[stage], config) for stage, config in _CONFIGS.items())
_RELEASE = replace(RELEASE, plan=_PLAN, stages=_STAGES)


def _live(stage: str) -> Live:
    """What serves in a stage; the shadow variant is no production variant."""
    pair = [Variant(CANARY, 0, 0, 1, 1)] if stage == PAIR else []
    stable = Variant(STABLE, FULL, FULL, 1, 1)
    return Live("mortgage", "InService", _CONFIGS[stage], pending=False, variants=(stable, *pair))


def _deployed() -> FakeWorld:
    fake = FakeWorld()
    fake.ledger.releases["mortgage"] = _RELEASE
    fake.endpoints.configurations = {config: _live(stage) for stage, config in _CONFIGS.items()}
    fake.endpoints.lives["mortgage"] = _live(SHADOW)
    begin_rollout(fake.world, "mortgage")
    return fake


def _rollout(fake: FakeWorld) -> Rollout:
    rollout = fake.ledger.load("mortgage").rollout
    assert rollout is not None
    return rollout


def _config(fake: FakeWorld) -> str:
    return fake.endpoints.lives["mortgage"].config


def _serve(fake: FakeWorld, periods: int, *, differing: int = 0, compared: int = 3_000) -> None:
    """Let requests flow, copies of them too while there is a shadow, and the workflow look."""
    for _ in range(periods):
        shadowed = _config(fake) == _CONFIGS[SHADOW]
        weight = FULL // 2 if shadowed else fake.endpoints.lives["mortgage"].canary_weight
        fake.metrics.tables.append(healthy(fake.time, weight=weight))
        if shadowed and compared:
            for name, count in (("Compared", compared), ("Disagreements", differing)):
                fake.metrics.values.setdefault((CANARY, name), {})[fake.time] = count
        fake.time += 60
        advance(fake.world, "mortgage")


def test_a_shadow_that_agrees_goes_on_to_people_by_way_of_the_pair() -> None:
    fake = _deployed()
    _serve(fake, 3)
    assert (_rollout(fake).phase, _rollout(fake).step, _config(fake)) == (Phase.PROGRESSING, 0, _CONFIGS[SHADOW])
    _serve(fake, 20)
    assert (_rollout(fake).phase, _config(fake)) == (Phase.PROMOTED, _CONFIGS[PAIR])
    assert fake.endpoints.writes == [1_000, 5_000, 10_000]


def test_nobody_gets_the_canary_before_its_shadow_has_passed() -> None:
    fake = _deployed()
    _serve(fake, 30, compared=0)
    assert (_rollout(fake).phase, fake.endpoints.writes) == (Phase.PAUSED, [])
    assert _config(fake) == _CONFIGS[SHADOW]
    last = fake.ledger.history("mortgage", 1)[-1]
    assert DISAGREEMENT in last.reason


def test_a_shadow_that_disagrees_is_taken_back_with_the_numbers_and_no_call_to_sagemaker() -> None:
    fake = _deployed()
    _serve(fake, 4, differing=150)
    assert _rollout(fake).phase is Phase.ROLLED_BACK
    assert (fake.endpoints.writes, _config(fake)) == ([], _CONFIGS[SHADOW])
    entry = next(e for e in fake.ledger.history("mortgage", 1) if e.kind is Kind.ROLL_BACK)
    assert "disagreement" in entry.reason
    assert "disagreement on canary 300 of 6000 (5.00 %)" in entry.reason


def test_disagreement_does_not_hold_up_later_steps_in_which_nothing_is_compared() -> None:
    fake = _deployed()
    _serve(fake, 9)
    entries = [e for e in fake.ledger.history("mortgage", 1) if e.step == 1]
    assert entries
    assert all(DISAGREEMENT not in e.reason for e in entries if e.kind is Kind.HOLD)


def test_a_change_that_sagemaker_takes_back_takes_the_rollout_back_with_sagemakers_reason() -> None:
    fake = _deployed()
    fake.endpoints.configurations[_CONFIGS[PAIR]] = replace(_live(SHADOW), failure="an alarm was in ALARM")
    _serve(fake, 8)
    rollout = _rollout(fake)
    assert (rollout.phase, rollout.weight, fake.endpoints.writes) == (Phase.ROLLING_BACK, 0, [])
    reason = next(e for e in fake.ledger.history("mortgage", 1) if e.kind is Kind.ROLL_BACK).reason
    assert "SageMaker took" in reason
    assert "an alarm was in ALARM" in reason


def test_a_busy_endpoint_is_asked_again() -> None:
    fake = _deployed()
    _serve(fake, 4)
    fake.endpoints.busy = True
    _serve(fake, 4)
    assert (_rollout(fake).step, _config(fake)) == (1, _CONFIGS[SHADOW])
    fake.endpoints.busy = False
    _serve(fake, 1)
    assert _config(fake) == _CONFIGS[PAIR]


def test_an_alarm_in_the_shadow_ends_it_and_changes_no_configuration() -> None:
    fake = _deployed()
    _serve(fake, 2)
    take_back(fake.world, "mortgage", cause="alarm", reason="errors", alarm_since=fake.time)
    assert (_rollout(fake).phase, _config(fake), fake.endpoints.writes) == (
        Phase.ROLLING_BACK,
        _CONFIGS[SHADOW],
        [],
    )


def test_an_abort_on_the_way_to_the_pair_leaves_people_with_stable() -> None:
    fake = _deployed()
    _serve(fake, 5)
    fake.endpoints.busy = True
    _serve(fake, 2)
    take_back(fake.world, "mortgage", cause="operator", reason="abort")
    fake.endpoints.busy = False
    fake.endpoints.lives["mortgage"] = _live(PAIR)  # SageMaker finishes what it was asked
    for _ in range(4):
        fake.time += 31
        advance(fake.world, "mortgage")
    assert (_rollout(fake).phase, fake.endpoints.lives["mortgage"].canary_weight) == (Phase.ROLLED_BACK, 0)
