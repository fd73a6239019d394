"""Rules on an environment's own settings, and on what its endpoints need of them."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from infra.rewarded import rewarded
from infra.spec.environment import Control, Environment, Rewards, State
from infra.spec.forms import INSTANCE_TYPE, either
from infra.spec.image_registry import regions
from infra.spec.rules.finding import Finding

LOG_RETENTIONS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""Days (CloudWatch Logs API reference, PutRetentionPolicy)."""
LONGEST_FUNCTION = 900
LEAST_FLAGS_BAKE, LONGEST_FLAGS_BAKE = 120, 1440 * 60
"""Seconds (AppConfig API reference, CreateDeploymentStrategy: FinalBakeTimeInMinutes)."""
PUBLISHED_EVERY = 60
"""Seconds between the points that SageMaker publishes to CloudWatch."""
LONGEST_WINDOW = 14 * 86_400
"""Seconds: CloudWatch takes no older data points (API reference, PutMetricData)."""
MOST_REWARDED = 3_000
"""Characters for names of endpoints with tests: Lambda takes 4 KB of variables (developer guide, "Quotas")."""
MOST_TAGS = 45
"""AWS takes 50 tags on a resource; the stacks put up to five of their own."""
_OWN_TAGS = ("aws:", "serinus:")


def one_state(state: State) -> Iterator[Finding]:
    """Terraform's state lies in one place."""
    if (state.s3 is None) == (state.local is None):
        yield Finding((), "needs either s3 or local", "write one of them, such as {local: out/state}")


def metric_period_exists(control: Control) -> Iterator[Finding]:
    """CloudWatch's periods are 10 s, 30 s and whole minutes."""
    period = control.metric_period
    if period not in {10, 30} and (period == 0 or period % 60):
        yield Finding(("metric_period",), "is no period that CloudWatch has", "write 10s, 30s, 60s or whole minutes")


def log_retention_exists(control: Control) -> Iterator[Finding]:
    """CloudWatch Logs keeps logs for certain numbers of days only."""
    if control.log_retention_days not in LOG_RETENTIONS:
        nearest = min(LOG_RETENTIONS, key=lambda days: abs(days - control.log_retention_days))
        yield Finding(
            ("log_retention_days",), "is no retention that CloudWatch Logs has", f"write {nearest}, the nearest"
        )


def function_timeout_exists(control: Control) -> Iterator[Finding]:
    """A function runs for up to 15 minutes."""
    if not 1 <= control.function_timeout <= LONGEST_FUNCTION:
        yield Finding(("function_timeout",), "is out of Lambda's bounds", "write 1s to 15m")


def flags_bake_exists(control: Control) -> Iterator[Finding]:
    """AppConfig bakes for whole minutes, up to a day; an alarm on whole minutes needs two to have seen one."""
    bake = control.flags_bake
    if bake and (bake % 60 or not LEAST_FLAGS_BAKE <= bake <= LONGEST_FLAGS_BAKE):
        problem = "is no time that AppConfig bakes, or too short for its alarm to see a whole minute"
        yield Finding(("flags_bake",), problem, "write 0s (no bake), or whole minutes from 2m to 24h")


def reward_window_is_some_time(rewards: Rewards) -> Iterator[Finding]:
    """Rewards are counted at their exposure's minute, which must not be too old for CloudWatch."""
    if not 0 < rewards.window <= LONGEST_WINDOW:
        yield Finding(("window",), "takes no rewards, or such as CloudWatch does not take", "write 1m to 14d")


def rewarded_endpoints_fit(environment: Environment) -> Iterator[Finding]:
    """The `reward` function is told by a variable which endpoints have tests."""
    told = len(",".join(rewarded(environment)))
    if told > MOST_REWARDED:
        problem = (
            f"have experiments and bandits on so many that their names take {told:,} of {MOST_REWARDED:,} characters"
        )
        yield Finding(("endpoints",), problem, "give some a plan without a test, or move some to another environment")


def stream_is_of_this_region(environment: Environment) -> Iterator[Finding]:
    """Lambda reads streams of its own region only."""
    stream = environment.control.rewards.stream
    if stream and stream.split(":")[3] != environment.region:
        at = ("control", "rewards", "stream")
        yield Finding(at, "is in another region", f"choose a stream in {environment.region}")


def keys_are_of_this_region(environment: Environment) -> Iterator[Finding]:
    """A key encrypts in its own region only (KMS developer guide, "Multi-Region keys")."""
    for at, key in _keys(environment):
        if key and key.split(":")[3] != environment.region:
            fix = f"write a key in {environment.region}; of a multi-Region key, its replica there"
            yield Finding(at, "is in another region", fix)


def _keys(environment: Environment) -> Iterator[tuple[tuple[str, ...], str | None]]:
    yield ("kms_key",), environment.kms_key
    for endpoint in environment.endpoints:
        yield ("endpoints", endpoint.name, "kms_key"), endpoint.kms_key
        if endpoint.async_:
            yield ("endpoints", endpoint.name, "async", "kms_key"), endpoint.async_.kms_key


def metrics_are_published_in_time(environment: Environment) -> Iterator[Finding]:
    """On AWS there is one point a minute: shorter periods would be empty."""
    if environment.state.s3 and environment.control.metric_period < PUBLISHED_EVERY:
        at = ("control", "metric_period")
        problem = "is shorter than the minute in which SageMaker publishes its metrics on AWS"
        fix = "write 60s (shorter ones are for the sandbox, with state: {local: ...})"
        yield Finding(at, problem, fix, "metric-period-below-publication")


def prices_are_of_instances(environment: Environment) -> Iterator[Finding]:
    """A price is above 0, and its name an instance type."""
    for name, price in environment.prices.items():
        if not re.fullmatch(INSTANCE_TYPE.pattern, name):
            yield Finding(("prices", name), f"is not {INSTANCE_TYPE.what}", INSTANCE_TYPE.fix)
        if price <= 0:
            yield Finding(("prices", name), "is no price", "write USD per instance and hour, such as 0.115")


def region_is_known(environment: Environment) -> Iterator[Finding]:
    """AWS has the region."""
    if environment.region not in (known := regions()):
        near = get_close_matches(environment.region, known, 3, cutoff=0.4)
        yield Finding(("region",), "is no AWS region", f"write {either(near or ['a region such as eu-west-1'])}")


def tags_are_ours(environment: Environment) -> Iterator[Finding]:
    """Tag keys and values are such that AWS takes them and Serinus does not use them."""
    for key, value in environment.tags.items():
        for prefix in _OWN_TAGS:
            if key.lower().startswith(prefix):
                yield Finding(("tags", key), f"begins with {prefix}, which is reserved", "choose another key")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            fix = "write a key of at most 128 characters and a value of at most 256"
            yield Finding(("tags", key), "is longer than AWS takes, or empty", fix)
    if len(environment.tags) > MOST_TAGS:
        yield Finding(("tags",), f"are {len(environment.tags)}; AWS takes {MOST_TAGS} beside our own", "drop some")
