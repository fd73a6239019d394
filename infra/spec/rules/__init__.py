"""What an environment file must keep to beyond its shape: pure functions, in one table by what they look at."""

from collections.abc import Mapping

from infra.spec.analysis import Analysis
from infra.spec.asynchronous import Asynchronous
from infra.spec.drill import Drill
from infra.spec.endpoint import Autoscaling, BreakGlass, Capture, Endpoint, Serverless, Traffic
from infra.spec.environment import Control, Environment, Rewards, State
from infra.spec.flag import Condition, Flag
from infra.spec.model import Instance, ModelVersion
from infra.spec.monitor import Monitor
from infra.spec.rollout import AgeBound, BacklogBound, Deployment, ErrorRateBound, LatencyBound, Native, Size
from infra.spec.rules import (
    analyses,
    answers,
    asynchronous,
    baselines,
    challengers,
    deployments,
    drills,
    endpoints,
    environments,
    fairness,
    flags,
    guardrails,
    kpis,
    models,
    monitors,
    native,
    quantities,
    schemas,
    steps,
)
from infra.spec.rules.finding import Finding, Rule
from infra.spec.rules.guardrails import at_least_one, between
from lambdas.rollout.guardrails import (
    Alarm,
    Calibration,
    Counts,
    DisparateImpact,
    ErrorRate,
    Fairness,
    Latency,
    Quality,
    Value,
    Values,
)
from lambdas.rollout.plan import Bandit, Budget, Experiment, Plan, Shadow, Step
from lambdas.rollout.quality.schema import Predicted, Schema
from lambdas.rollout.quantities import Metric, Quantity

__all__ = ["RULES", "Finding", "Rule"]

_SHARE = "write more than 0% and less than 100%"
_CHANCE = "write more than 0% and less than 50%, such as 1%"
_PERCENTILE = "write more than 0 and less than 100, such as 95"

_WORSE: tuple[Rule, ...] = (guardrails.margin_tolerates_equality, guardrails.detect_is_worse_than_margin)
_RATE: tuple[Rule, ...] = (
    *_WORSE,
    between("negligible", 0, 1, _SHARE),
    guardrails.one_fault_is_one_error_at_least,
)

RULES: Mapping[type, tuple[Rule, ...]] = {
    Step: (
        steps.weight_is_possible,
        steps.shadow_is_seen_by_nobody,
        steps.step_is_one_thing,
        steps.test_has_two_arms,
        challengers.arms_leave_stable_something,
        steps.bake_is_some_time,
        steps.max_bake_covers_bake,
        steps.min_bake_is_within_bake,
    ),
    Shadow: (between("max_disagreement", 0, 1, _SHARE), guardrails.shadow_detects_more, at_least_one("burst")),
    Experiment: (
        between("minimum_effect", 0, 1, _SHARE),
        between("alpha", 0, 0.5, _CHANCE),
        between("power", 0, 1, _SHARE),
        at_least_one("burst"),
    ),
    Bandit: (between("until", 0.5, 1, "write more than 50% and less than 100%, such as 99%"), at_least_one("burst")),
    Alarm: (
        at_least_one("breaches"),
        at_least_one("periods"),
        at_least_one("min_requests"),
        guardrails.breaches_fit_periods,
    ),
    ErrorRate: (
        *_RATE,
        between("at_most", 0, 1, _SHARE),
        between("alarm_above", 0, 1, _SHARE),
        guardrails.bounded_has_no_alarm,
    ),
    Quality: (*_RATE, between("at_least", 0, 1, _SHARE)),
    Counts: (*_RATE, between("at_most", 0, 1, _SHARE), quantities.name_is_fit),
    Fairness: (*_RATE, at_least_one("min_group")),
    DisparateImpact: (
        between("at_least", 0, 1, _SHARE),
        guardrails.impact_detects_more,
        guardrails.one_fault_is_one_error_at_least,
        at_least_one("min_group"),
    ),
    Latency: (
        *_WORSE,
        between("percentile", 0, 100, _PERCENTILE),
        guardrails.latency_bound_is_positive,
        guardrails.latency_alarm_tolerates_equality,
        guardrails.bounded_has_no_alarm,
    ),
    Value: _WORSE,
    Calibration: (*_WORSE, guardrails.one_fault_is_one_error_at_least),
    Values: (*_WORSE, quantities.name_is_fit, quantities.values_are_of_a_variant),
    Metric: (
        quantities.metric_is_named,
        quantities.dimensions_have_values,
        quantities.placeholders_are_known,
    ),
    Quantity: (
        quantities.quantity_is_one_thing,
        quantities.quantity_is_of_a_variant,
        quantities.dimensions_have_values,
        quantities.placeholders_are_known,
        quantities.statistic_exists,
        quantities.expression_uses_its_metrics,
        quantities.expression_is_one_number,
    ),
    Budget: (
        at_least_one("bad_answers_p95"),
        steps.budget_allows_some_time,
        between("false_rollback", 0, 1, _SHARE),
    ),
    Plan: (
        steps.there_are_steps,
        steps.shadow_comes_first,
        steps.steps_rise,
        steps.last_step_is_everything,
        steps.flags_need_the_router,
        guardrails.there_are_guardrails,
        guardrails.guardrails_differ,
        guardrails.conversion_has_its_losses,
        guardrails.guardrails_fit_the_alarm_limit,
        between("false_rollback", 0, 0.5, _CHANCE),
        between("false_pass", 0, 0.5, _CHANCE),
    ),
    ErrorRateBound: (between("above", 0, 1, _SHARE),),
    LatencyBound: (between("percentile", 0, 100, _PERCENTILE), guardrails.bound_is_positive),
    BacklogBound: (at_least_one("above"), asynchronous.queues_have_no_least),
    AgeBound: (asynchronous.age_is_reached, asynchronous.queues_have_no_least),
    Size: (native.one_size,),
    Native: (
        native.size_fits_strategy,
        native.only_rolling_rolls_back_in_batches,
        native.rollback_size_is_possible,
        native.native_waits,
        guardrails.alarms_differ,
        guardrails.alarms_fit_the_limit,
    ),
    Deployment: (native.deployment_waits,),
    Instance: (at_least_one("count"), models.guardrails_reach_the_instance),
    ModelVersion: (
        models.one_image,
        models.framework_is_known,
        models.framework_has_its_model,
        models.model_data_is_an_archive,
        models.variables_have_names,
    ),
    Predicted: (
        schemas.something_is_predicted,
        schemas.favourable_is_a_label,
        schemas.classes_stand_alone,
        schemas.classes_are_labels,
        between("threshold", 0, 1, _SHARE),
    ),
    Schema: (
        schemas.schema_has_columns,
        schemas.groups_are_categories,
        schemas.groups_have_names,
        schemas.truths_have_a_place,
        schemas.kpis_are_told,
    ),
    Autoscaling: (
        asynchronous.one_target,
        asynchronous.fleet_is_counted,
        at_least_one("invocations_per_instance"),
        at_least_one("backlog_per_instance"),
        endpoints.autoscaling_bounds,
    ),
    Drill: (drills.within_is_some_time, drills.version_leaves_room),
    Condition: (flags.one_comparison,),
    Flag: (flags.flag_is_for_somebody, flags.expiry_is_a_date),
    Traffic: (
        endpoints.traffic_is_some,
        between("error_rate", 0, 1, _SHARE),
        between("conversion_rate", 0, 1, _SHARE),
    ),
    Serverless: (endpoints.serverless_sizes,),
    Asynchronous: (asynchronous.concurrency_is_possible,),
    Capture: (
        endpoints.sample_is_some,
        endpoints.captures_are_kept_for_days,
        endpoints.ten_contents_of_a_kind,
    ),
    Monitor: (monitors.schedule_exists, monitors.runtime_fits_the_schedule, monitors.volume_exists),
    Analysis: (analyses.limit_exists,),
    BreakGlass: (endpoints.break_glass_is_everything,),
    Endpoint: (
        endpoints.canary_has_a_label_of_its_own,
        endpoints.canary_is_another_model,
        challengers.challengers_have_names,
        challengers.challengers_have_company,
        challengers.challengers_are_other_models,
        challengers.tests_have_their_challengers,
        endpoints.native_has_no_canary,
        endpoints.something_serves,
        endpoints.serverless_has_one_variant,
        endpoints.serverless_has_no_instances,
        asynchronous.async_is_native,
        asynchronous.async_stands_alone,
        asynchronous.async_reads_its_requests,
        asynchronous.async_scales_by_its_queue,
        asynchronous.queue_is_watched_where_there_is_one,
        endpoints.fleet_is_divisible,
        endpoints.rollback_batch_fits,
        endpoints.native_waits_fit,
        endpoints.count_is_in_bounds,
        endpoints.break_glass_has_its_variants,
        answers.answers_have_what_is_judged,
        kpis.nothing_is_earned_in_a_shadow,
        kpis.kpis_are_told_once,
        fairness.groups_are_known,
        fairness.groups_are_judged_once,
        flags.steps_have_their_flags,
        endpoints.shadow_is_captured,
        baselines.baseline_has_its_data,
        baselines.features_have_names,
        monitors.monitor_has_its_data,
        monitors.reports_are_no_captures,
        analyses.analysis_has_its_data,
        analyses.results_are_no_data,
        endpoints.shadow_is_possible,
        drills.saboteur_fits_its_endpoint,
        drills.saboteur_begins_by_itself_with_a_part,
    ),
    State: (environments.one_state,),
    Control: (
        environments.metric_period_exists,
        environments.log_retention_exists,
        environments.function_timeout_exists,
        environments.flags_bake_exists,
    ),
    Rewards: (environments.reward_window_is_some_time,),
    Environment: (
        environments.region_is_known,
        environments.tags_are_ours,
        environments.prices_are_of_instances,
        environments.metrics_are_published_in_time,
        environments.stream_is_of_this_region,
        environments.keys_are_of_this_region,
        environments.rewarded_endpoints_fit,
        deployments.times_fit_the_alarms,
        deployments.alarms_look_back_a_day_at_most,
        deployments.evidence_outlives_the_step,
        deployments.images_are_reachable,
        deployments.frameworks_have_images,
        deployments.role_is_of_the_account,
        monitors.analyzers_are_reachable,
        drills.saboteurs_have_images,
        drills.drills_last_long_enough,
    ),
}
"""Each rule runs on every object of its type, as soon as that object has its right shape."""
