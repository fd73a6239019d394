"""EventBridge: events go to rules, and from rules to their targets, in the background."""

from sandbox.events.bus import emit

__all__ = ["emit"]
