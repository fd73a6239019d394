"""What an environment file must keep to beyond its shape: pure functions, in one table by what they look at."""

from collections.abc import Mapping

from infra.spec.rules.finding import Finding, Rule

__all__ = ["RULES", "Finding", "Rule"]

RULES: Mapping[type, tuple[Rule, ...]] = {}
"""Each rule runs on every object of its type, as soon as that object has its right shape."""
