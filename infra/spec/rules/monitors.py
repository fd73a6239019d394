"""Rules on SageMaker Model Monitor's schedules.

Sources: SageMaker developer guide, "The cron expression for monitoring schedule"; API reference, ScheduleConfig,
MonitoringStoppingCondition, MonitoringClusterConfig.
"""

import re
from collections.abc import Iterator

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.image_registry import regions
from infra.spec.images import analyzer
from infra.spec.monitor import Monitor
from infra.spec.rules.finding import Finding
from infra.spec.units import duration

HOUR, DAY = 3_600, 86_400
LARGEST_VOLUME = 16_384
"""GB (MonitoringClusterConfig, VolumeSizeInGB)."""
_ECR_REGION = re.compile(r"[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.")


def schedule_exists(monitor: Monitor) -> Iterator[Finding]:
    """Model Monitor starts at whole hours of the day, the same on each day."""
    if monitor.every % HOUR or not monitor.every or DAY % monitor.every:
        yield Finding(("every",), "is no schedule that Model Monitor has", "write 1h, 1d, or 2h, 3h, 4h, 6h, 8h, 12h")


def runtime_fits_the_schedule(monitor: Monitor) -> Iterator[Finding]:
    """A job is over before the next one begins."""
    longest = min(monitor.every, DAY) or HOUR
    if not 1 <= monitor.max_runtime <= longest:
        problem = f"is no time, or longer than the {duration(longest)} until the next job"
        yield Finding(("max_runtime",), problem, f"write 1s to {duration(longest)}")


def volume_exists(monitor: Monitor) -> Iterator[Finding]:
    """SageMaker bounds a job's volume."""
    if not 1 <= monitor.volume_gb <= LARGEST_VOLUME:
        yield Finding(("volume_gb",), "is out of SageMaker's bounds", f"write 1 to {LARGEST_VOLUME}, such as 20")


def monitor_has_its_data(endpoint: Endpoint) -> Iterator[Finding]:
    """A monitor compares what is captured with what was usual."""
    if endpoint.monitor is None:
        return
    if endpoint.capture is None:
        problem = "reads captured requests, and nothing is captured"
        yield Finding(("monitor",), problem, "add capture: {to: s3://BUCKET/PREFIX}, or take monitor out")
    if endpoint.baseline is None:
        problem = "compares with a baseline, and the endpoint has none"
        fix = "add baseline: PATH/statistics.json, or take monitor out; docs/quality.md says how to write one"
        yield Finding(("monitor",), problem, fix)


def reports_are_no_captures(endpoint: Endpoint) -> Iterator[Finding]:
    """What lies under the captures is read as captures, by the monitor as by the functions."""
    if endpoint.monitor is None or endpoint.capture is None:
        return
    captures, to = (f"{uri.rstrip('/')}/" for uri in (endpoint.capture.to, endpoint.monitor.to))
    own = f"{captures}{endpoint.name}/"
    if f"{to}{endpoint.name}/".startswith(own):
        problem = f"puts reports among the captures, {own}*"
        yield Finding(("monitor", "to"), problem, "write another prefix, such as s3://BUCKET/monitor")


def analyzers_are_reachable(environment: Environment) -> Iterator[Finding]:
    """SageMaker pulls from the endpoint's region; AWS has its analyzer in most of them."""
    for endpoint in environment.endpoints if environment.region in regions() else ():
        if endpoint.monitor is None:
            continue
        at = ("endpoints", endpoint.name, "monitor", "image")
        if endpoint.monitor.image is None:
            try:
                analyzer(environment.region)
            except LookupError:
                problem = f"is missing, and the SageMaker SDK knows no analyzer of {environment.region}"
                fix = "write image: ACCOUNT.dkr.ecr.REGION.amazonaws.com/sagemaker-model-monitor-analyzer"
                yield Finding(at, problem, fix)
        elif (place := _ECR_REGION.match(endpoint.monitor.image)) and place[1] != environment.region:
            problem = f"is in {place[1]}, and SageMaker pulls from the endpoint's region only"
            yield Finding(at, problem, f"write the one of {environment.region}, or take it out: AWS's own is taken")
