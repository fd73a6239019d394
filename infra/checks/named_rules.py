"""The rules that refuse a file and have a page: their findings carry these ids."""

from infra.checks.check import refusal

evaluation_outlasts_bake = refusal(
    "evaluation-outlasts-bake", "A stage that ends before its slowest alarm could have spoken is guarded by nothing."
)
canary_below_one_instance = refusal(
    "canary-below-one-instance", "SageMaker moves whole instances: a fleet that cannot be parted has no canary."
)
guardrails_do_not_apply = refusal(
    "guardrails-do-not-apply",
    "Where SageMaker's guardrails do not apply it switches all at once, without bake or rollback, and says nothing.",
)
provider_gives_up_first = refusal(
    "provider-gives-up-first", "Terraform waits 60 minutes for an update: a longer one ends in an error, half done."
)
timeout_beyond_provider = refusal(
    "timeout-beyond-provider", "SageMaker takes a timeout of 8 hours; the Terraform provider takes 4."
)
detect_within_margin = refusal(
    "detect-within-margin", "What is tolerated cannot be told from what must be ruled out where detect is no more."
)
metric_period_below_publication = refusal(
    "metric-period-below-publication", "SageMaker publishes once a minute: shorter periods are mostly empty."
)
evidence_expires = refusal(
    "evidence-expires",
    "CloudWatch drops fine-grained counts after hours or days, and the judge needs a step's first.",
)
too_many_alarms = refusal("too-many-alarms", "SageMaker takes ten rollback alarms at most.")
bucket_has_two_owners = refusal(
    "bucket-has-two-owners",
    "A bucket has one set of notifications and of lifecycle rules: two environments would take it from each other.",
)

NAMED_RULES = (
    evaluation_outlasts_bake,
    canary_below_one_instance,
    guardrails_do_not_apply,
    provider_gives_up_first,
    timeout_beyond_provider,
    detect_within_margin,
    metric_period_below_publication,
    evidence_expires,
    too_many_alarms,
    bucket_has_two_owners,
)
