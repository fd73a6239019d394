"""Checks on what is deployed: images, fleet swaps, overrides that were left in."""

from collections.abc import Iterator

from infra.checks.check import warning
from infra.checks.setting import Setting, sight
from infra.spec.images import model_versions
from infra.spec.rollout import Native, Strategy
from infra.spec.rules.finding import Finding
from infra.spec.units import duration


@warning
def override_left_in(setting: Setting) -> Iterator[Finding]:
    """`force` and `break_glass` are for one deploy; left in the file they override the next one, too."""
    for key in ("force", "break_glass"):
        if setting.protected and getattr(setting.endpoint, key):
            yield Finding(
                (key,), "overrides what protects the endpoint, in every deploy", "take it out after the deploy"
            )


@warning
def image_tag_moves(setting: Setting) -> Iterator[Finding]:
    """An image without a tag, or tagged latest, is another one after the next push, under the same version."""
    for role, model in model_versions(setting.endpoint):
        _, _, last = model.image.rpartition("/")
        if not model.framework and (":" not in last or last.endswith(":latest")):
            problem = f"can become another image while version stays {model.version}"
            yield Finding(
                (*role, "image"), problem, "write a tag that is never pushed again, or a digest (@sha256:...)"
            )


@warning
def swap_bakes_unseen(setting: Setting) -> Iterator[Finding]:
    """A fleet swap that bakes for less time than its alarms need is never taken back by them."""
    rollout, control = setting.endpoint.rollout, setting.environment.control
    if isinstance(rollout, Native):
        if rollout.strategy in {Strategy.ALL_AT_ONCE, Strategy.ROLLING}:
            return  # of these two the rules refuse what is too short
        at: tuple[str, ...] = ("rollout", "baking")
        baking = rollout.baking or 0
    else:
        at, baking = ("rollout", "deployment", "baking"), rollout.deployment.baking
    needed = sight((each.alarm for _, each in setting.alarmed() if each.metric == "error_rate"), control)
    if baking < needed:
        problem = f"is over before the fleet's alarm can see ({duration(needed)} of periods and delay)"
        yield Finding(at, problem, f"write {duration(needed)} or more")
