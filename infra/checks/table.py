"""All checks, by what they look at."""

from infra.checks import (
    buckets,
    budgets,
    deployments,
    drills,
    environments,
    evidence,
    flags,
    fleets,
    groups,
    guardrails,
    ignored,
    resources,
    secrets,
    shadows,
    steps,
)
from infra.checks.alarms import live, meaning, source, threshold, timing
from infra.checks.named_rules import NAMED_RULES

OF_FILES = (secrets.secret_in_file,)
OF_ENVIRONMENTS = (
    environments.nobody_notified,
    environments.metric_delay_too_short,
    environments.function_timeout_too_short,
    environments.function_timeout_too_long,
    environments.period_blurs_incidents,
    environments.state_on_this_machine,
)
OF_SETTINGS = (
    steps.first_step_too_large,
    steps.jump_too_large,
    steps.last_bake_shortest,
    steps.no_time_to_decide,
    steps.too_few_looks,
    guardrails.no_error_guardrail,
    guardrails.no_latency_guardrail,
    guardrails.median_hides_tail,
    guardrails.error_budget_too_thin,
    guardrails.false_rollback_too_loose,
    guardrails.false_pass_too_loose,
    guardrails.percentile_of_too_few,
    guardrails.one_error_is_a_breach,
    guardrails.alarm_sees_only_collapse,
    groups.truths_never_come,
    groups.nothing_is_captured,
    evidence.step_sees_nothing,
    evidence.test_too_short,
    evidence.exposures_are_not_users,
    evidence.step_cannot_pass,
    evidence.alarm_never_speaks,
    evidence.negligible_hides_detect,
    shadows.shadow_cannot_tell,
    shadows.capture_lies_elsewhere,
    shadows.shadow_captures_everything,
    budgets.budget_without_traffic,
    budgets.budget_below_promise,
    drills.drill_beyond_budget,
    fleets.single_instance,
    fleets.canary_fleet_too_small,
    fleets.canary_on_other_instance,
    fleets.autoscaling_below_traffic,
    fleets.canary_outgrows_fleet,
    fleets.stable_cannot_take_back,
    fleets.size_rounds_up,
    deployments.override_left_in,
    deployments.image_tag_moves,
    deployments.swap_bakes_unseen,
)
OF_FLAGS = (
    flags.flag_expired,
    flags.flag_expires_in_rollout,
    flags.flag_not_deployed,
    flags.flag_unused,
)
OF_READINGS = (source.wrong_namespace, source.unknown_metric, source.unknown_dimension)
OF_ALARMS = (
    *OF_READINGS,
    threshold.alarm_never_fires,
    threshold.alarm_always_fires,
    threshold.alarm_needs_total_failure,
    threshold.latency_in_milliseconds,
    threshold.latency_beyond_timeout,
    source.unknown_variant,
    source.metric_of_another_kind,
    source.another_endpoint,
    source.whole_endpoint_is_watched,
    source.period_below_publication,
    source.wrong_unit,
    meaning.fires_when_better,
    meaning.fires_in_quiet_hours,
    meaning.sum_grows_with_traffic,
    meaning.sum_of_durations,
    meaning.samples_are_requests,
    meaning.slowest_answer_decides,
    meaning.average_hides_tail,
    meaning.callers_roll_back,
    meaning.cpu_counts_cores,
    meaning.band_learns_the_canary,
    timing.more_breaches_than_periods,
    timing.looks_back_too_far,
    timing.alarm_outlasts_bake,
    timing.silence_fires,
    timing.silence_keeps_alarm,
    timing.one_period_fires,
    timing.few_samples_are_judged,
    live.alarm_fires_already,
)
OF_NAMED_ALARMS = (live.alarm_is_missing,)
OF_VARIANTS = (resources.weight_bends_in_float32,)
OF_BUCKETS = (buckets.bucket_is_set_by_others,)
OF_ROLES = (resources.role_cannot_describe_alarms,)
OF_IGNORES = (ignored.ignored_check_unknown, ignored.ignored_without_effect)

CHECKS = (
    *NAMED_RULES,
    *OF_FILES,
    *OF_ENVIRONMENTS,
    *OF_SETTINGS,
    *OF_FLAGS,
    *OF_ALARMS,
    *OF_NAMED_ALARMS,
    *OF_VARIANTS,
    *OF_ROLES,
    *OF_BUCKETS,
    *OF_IGNORES,
)
"""Every check that has a page."""
