"""What holds for all environments and all alarms."""

from __future__ import annotations

import json
import operator
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.checks.alarms.definition import from_api, from_terraform
from infra.checks.alarms.published import METRICS
from infra.checks.alarms.threshold import alarm_always_fires, alarm_never_fires
from infra.checks.alarms.watch import Watch
from infra.checks.check import Severity
from infra.checks.examine import examine
from infra.checks.table import OF_ALARMS
from infra.spec.load import load_with_places
from tests.checks.pages import TODAY
from tests.infra.environments import environments
from tests.infra.written import write

if TYPE_CHECKING:
    from infra.spec import Environment

COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
NAMES = [(namespace, name) for namespace, metrics in METRICS.items() for name in metrics]
STATISTICS = ["Average", "Sum", "Minimum", "Maximum", "SampleCount", "p50", "p99.9", "TM(10%:90%)"]


@st.composite
def alarms(draw: st.DrawFn) -> dict[str, Any]:
    namespace, name = draw(
        st.sampled_from([*NAMES, ("AWS/SQS", "NumberOfMessagesSent"), ("AWS/SageMaker", "Nonsense")])
    )
    names = draw(st.sets(st.sampled_from(["EndpointName", "VariantName", "EndpointConfigName", "Else"])))
    return {
        "AlarmName": "any",
        "Namespace": namespace,
        "MetricName": name,
        "Statistic": draw(st.sampled_from(STATISTICS)),
        "Dimensions": [{"Name": each, "Value": "mortgage"} for each in sorted(names)],
        "Period": draw(st.sampled_from([10, 60, 300, 3600, 86_400])),
        "EvaluationPeriods": draw(st.integers(1, 100)),
        "DatapointsToAlarm": draw(st.integers(1, 100)),
        "ComparisonOperator": draw(st.sampled_from(list(COMPARISONS))),
        "Threshold": draw(st.sampled_from([-1, 0, 0.5, 1, 100, 1e6]) | st.floats(-1e9, 1e9)),
        "TreatMissingData": draw(st.sampled_from(["missing", "ignore", "breaching", "notBreaching"])),
    }


@settings(max_examples=40, deadline=None)
@given(environments())
def test_every_environment_that_can_be_read_is_examined_and_every_notice_has_its_place(
    environment: Environment,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = write(environment, Path(folder))
        for notice in examine(load_with_places([file])[0], TODAY):
            assert notice.place.file == file
            assert notice.problem
            assert notice.fix
            assert notice.check.severity in Severity


@given(alarms())
def test_every_alarm_is_looked_at_and_what_is_said_has_a_fix(document: dict[str, Any]) -> None:
    watch = Watch(from_api(document))
    for check in OF_ALARMS:
        assert all(finding.problem and finding.fix for finding in check.look(watch))


@given(alarms(), st.floats(0, 1))
def test_what_never_or_always_fires_does_so_for_every_value_that_a_share_can_have(
    document: dict[str, Any], share: float
) -> None:
    watch = Watch(from_api(document | {"MetricName": "Invocation5XXErrors", "Namespace": "AWS/SageMaker"}))
    value = share if document["Statistic"] not in {"Sum", "SampleCount"} else 1e9 * share
    fires = COMPARISONS[document["ComparisonOperator"]](value, document["Threshold"])
    if fires:
        assert not [*alarm_never_fires.look(watch)]
    else:
        assert not [*alarm_always_fires.look(watch)]


@given(alarms())
def test_terraforms_words_mean_the_same_as_the_apis(document: dict[str, Any]) -> None:
    resource = {
        "alarm_name": document["AlarmName"],
        "namespace": document["Namespace"],
        "metric_name": document["MetricName"],
        "statistic": document["Statistic"],
        "dimensions": {each["Name"]: each["Value"] for each in document["Dimensions"]},
        "period": document["Period"],
        "evaluation_periods": document["EvaluationPeriods"],
        "datapoints_to_alarm": document["DatapointsToAlarm"],
        "comparison_operator": document["ComparisonOperator"],
        "threshold": document["Threshold"],
        "treat_missing_data": document["TreatMissingData"],
    }
    assert from_terraform(json.loads(json.dumps(resource))) == from_api(document)
