"""What serves in an environment: models, configurations, endpoints, alarms, and the releases to roll out."""

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformStack
from constructs import Construct

from infra import captured
from infra.alarms import canary_alarms, fleet_alarm_names, fleet_alarms
from infra.analysed import analysed
from infra.constructs import foundation
from infra.constructs.alarm import MathAlarm
from infra.constructs.analysis import AthenaAnalysis, Catalog
from infra.constructs.capture_events import CaptureEvents
from infra.constructs.capture_life import CaptureLife
from infra.constructs.endpoint import Guard, ServedEndpoint
from infra.constructs.live import Keeps, Live, Source, Written
from infra.constructs.model import ExecutionRole, Model
from infra.constructs.monitor import ModelMonitor
from infra.constructs.overrides import proclaim
from infra.constructs.release import ReleaseItem
from infra.constructs.scaling import Scaling
from infra.constructs.schema_item import BaselineItem, SchemaItem
from infra.constructs.stages import Stages
from infra.constructs.wake import Wake
from infra.content import keeps_stable, roles
from infra.place import Place
from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from lambdas.rollout.names import CANARY, STABLE


class ServingStack(TerraformStack):
    """Every endpoint of an environment; deployed after the control plane, which it asks what is live."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        super().__init__(scope, id_)
        foundation.lay(self, environment, "serving")
        source = Source(self, "source", environment=environment.name)
        place = Place(environment.name, environment.account, environment.region)
        # Before the endpoints: a capture file that is written before is never told.
        told = [
            CaptureEvents(self, f"captures-{bucket}", bucket=bucket, prefixes=prefixes, queue=place.captures).resource
            for bucket, prefixes in captured.prefixes(environment).items()
        ]
        for bucket, days in captured.kept(environment).items():
            CaptureLife(self, f"kept-{bucket}", bucket=bucket, days=days)
        for endpoint in environment.endpoints:
            proclaim(self, endpoint)
            Serving(self, endpoint.name, environment=environment, endpoint=endpoint, source=source, after=told)
        self._analysis(environment)

    def _analysis(self, environment: Environment) -> None:
        """Make what Athena asks, beside the endpoints: it depends on none of them, and none on it."""
        places = {
            endpoint.name: place
            for endpoint in environment.endpoints
            if (place := analysed(environment.name, endpoint))
        }
        if not places:
            return
        catalog = Catalog(self, "catalog", environment=environment.name)
        for name, place in places.items():
            AthenaAnalysis(self, f"analysis-{name}", catalog=catalog, analysed=place)


class Serving(Construct):
    """One endpoint with all that belongs to it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        endpoint: Endpoint,
        source: Source,
        after: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id_)
        control = environment.control
        stages = Stages(
            self,
            endpoint=endpoint,
            models=self._models(environment, endpoint),
            live=self._live(endpoint, source),
        )
        fleet = [
            MathAlarm(self, alarm.name, alarm=alarm, anew_with=stages.last)
            for alarm in fleet_alarms(environment.name, endpoint, control.metric_period, stages.names)
        ]
        canary = [
            MathAlarm(self, alarm.name, alarm=alarm)
            for variant in (CANARY, *endpoint.challengers)
            for alarm in canary_alarms(environment.name, endpoint, control.metric_period, variant)
        ]
        known = [
            SchemaItem(self, "schema", environment=environment, endpoint=endpoint.name, schema=schema).resource
            for schema in [endpoint.schema]
            if schema
        ]
        if endpoint.inputs.features:
            known.append(BaselineItem(self, "baseline", environment=environment, endpoint=endpoint).resource)
        release = ReleaseItem(self, "release", environment=environment, endpoint=endpoint, stages=stages.by_name)
        served = ServedEndpoint(
            self,
            "endpoint",
            endpoint=endpoint,
            configuration=stages.live,
            guard=Guard(
                alarms=fleet_alarm_names(environment.name, endpoint),
                after=[*after, *known, release.resource, *(alarm.resource for alarm in (*fleet, *canary))],
                protected=control.deletion_protection,
            ),
        )
        self._scale(environment, endpoint, served)
        self._monitor(environment, endpoint, served)

    def _models(self, environment: Environment, endpoint: Endpoint) -> dict[str, str]:
        place = Place(environment.name, environment.account, environment.region)
        role = ExecutionRole(self, "execution", place=place, endpoint=endpoint)
        return {
            name: Model(self, f"model-{model.version}", endpoint=endpoint, version=model, role=role).name
            for name, model in roles(endpoint).items()
        }

    def _live(self, endpoint: Endpoint, source: Source) -> Keeps:
        if endpoint.break_glass is not None:
            return Written(stable=endpoint.break_glass.stable, canary=endpoint.break_glass.canary)
        return Live(self, "live", source=source, endpoint=endpoint)

    def _monitor(self, environment: Environment, endpoint: Endpoint, served: ServedEndpoint) -> None:
        if endpoint.monitor is None:
            return
        place = Place(environment.name, environment.account, environment.region)
        ModelMonitor(
            self, "monitor", place=place, endpoint=endpoint, monitor=endpoint.monitor, served=served.resource
        )

    def _scale(self, environment: Environment, endpoint: Endpoint, served: ServedEndpoint) -> None:
        limits = endpoint.autoscaling
        if limits is None:
            return
        for role in roles(endpoint):
            kept = role == STABLE and keeps_stable(endpoint)
            scaling = Scaling(
                self, f"scaling-{role}", endpoint=served.resource, variant=role, autoscaling=limits, kept=kept
            )
            if limits.minimum == 0:
                Wake(self, f"wake-{role}", environment=environment.name, endpoint=endpoint.name, scaling=scaling)
