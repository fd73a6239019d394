"""The environment files: validated into frozen types, or refused with every error at once."""

from infra.spec.analysis import Analysis
from infra.spec.asynchronous import Asynchronous
from infra.spec.check import Report, check
from infra.spec.drill import Drill
from infra.spec.endpoint import Autoscaling, BreakGlass, Capture, Endpoint, Serverless, Traffic
from infra.spec.environment import Control, Environment, Rewards, S3State, State
from infra.spec.errors import SpecError, SpecErrors
from infra.spec.load import load, load_all
from infra.spec.model import Framework, Instance, ModelVersion
from infra.spec.monitor import Monitor
from infra.spec.rollout import (
    AgeBound,
    BacklogBound,
    Bound,
    Deployment,
    ErrorRateBound,
    LatencyBound,
    Native,
    Progressive,
    Rollout,
    Size,
    Strategy,
)

__all__ = [
    "AgeBound",
    "Analysis",
    "Asynchronous",
    "Autoscaling",
    "BacklogBound",
    "Bound",
    "BreakGlass",
    "Capture",
    "Control",
    "Deployment",
    "Drill",
    "Endpoint",
    "Environment",
    "ErrorRateBound",
    "Framework",
    "Instance",
    "LatencyBound",
    "ModelVersion",
    "Monitor",
    "Native",
    "Progressive",
    "Report",
    "Rewards",
    "Rollout",
    "S3State",
    "Serverless",
    "Size",
    "SpecError",
    "SpecErrors",
    "State",
    "Strategy",
    "Traffic",
    "check",
    "load",
    "load_all",
]
