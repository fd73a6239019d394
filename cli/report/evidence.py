"""The picture of the judge's evidence on its way to the thresholds."""

from collections.abc import Callable

from cli.quantities import utc
from cli.report.axis import decision_rules, time_axis, time_scale
from cli.report.shapes import Chart, Dot, Frame, Label, Line, Tick, apart, joined
from cli.story import Story
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.state import Entry

LOW, HIGH = -0.5, 1.2
"""The part of the scale that is drawn; 1 is the threshold, and evidence beyond is drawn at the edge."""


def evidence(story: Story, frame: Frame) -> Chart:
    """Draw harm and safety as shares of their bounds; of several guardrails the worst of each."""
    looks = [entry for entry in story.entries if entry.verdicts]
    x, y = time_scale(story, frame), frame.up(LOW, HIGH)
    return Chart(
        frame=frame,
        summary=_summary(looks),
        x_ticks=time_axis(story, frame),
        y_ticks=(
            Tick(y(LOW), f"≤ {100 * LOW:g} %".replace("-", "\N{MINUS SIGN}")),
            *(Tick(y(share), f"{100 * share:g} %") for share in (0, 0.5, 1)),
            Tick(y(HIGH), f"≥ {100 * HIGH:g} %"),
        ),
        rules=decision_rules(story, frame),
        lines=(
            Line("threshold", joined([(frame.left, y(1)), (frame.width - frame.right, y(1))])),
            *(Line(look, joined((x(e.at), y(_drawn(share(e)))) for e in looks)) for look, share in _SERIES.items()),
        ),
        dots=tuple(
            Dot(
                look if e is looks[-1] else f"{look} quiet",
                x(e.at),
                y(_drawn(share(e))),
                3,
                _title(e, look, share(e)),
            )
            for look, share in _SERIES.items()
            for e in looks
        ),
        labels=_ends(looks, frame),
    )


def harm(entry: Entry) -> float:
    """The worst guardrail's evidence of harm as a share of its bound: at 1 the judge says FAIL."""
    return max(verdict.harm / verdict.harm_bound for verdict in entry.verdicts)


def safety(entry: Entry) -> float:
    """The worst guardrail's evidence of safety as a share of its bound: at 1 the judge says PASS."""
    return min(verdict.safety / verdict.safety_bound for verdict in entry.verdicts)


_SERIES: dict[str, Callable[[Entry], float]] = {"harm": harm, "safety": safety}


def _drawn(share: float) -> float:
    return min(max(share, LOW), HIGH)


def _title(entry: Entry, look: str, share: float) -> str:
    outcomes = ", ".join(f"{v.guardrail} {v.outcome}" for v in entry.verdicts)
    return f"{utc(entry.at)}: {look} {100 * share:.0f} % of its threshold ({outcomes})"


def _summary(looks: list[Entry]) -> str:
    if not looks:
        return "The judge was not asked."
    last = looks[-1]
    failed = any(verdict.outcome is Outcome.FAIL for verdict in last.verdicts)
    against, in_favour = f"{100 * harm(last):.0f} %", f"{100 * safety(last):.0f} %"
    said = " (FAIL)" if failed else ""
    return f"Evidence of harm ended at {against} of its threshold{said}, of safety at {in_favour}."


def _ends(looks: list[Entry], frame: Frame) -> tuple[Label, ...]:
    y, right = frame.up(LOW, HIGH), frame.width - frame.right + 8
    ends = [
        Label(look, right, y(_drawn(share(looks[-1]))) + 4, _named(look)) for look, share in _SERIES.items() if looks
    ]
    return apart([Label("threshold", right, y(1) + 4, "threshold"), *ends], frame)


def _named(look: str) -> str:
    return "harm → FAIL" if look == "harm" else "safety → PASS"
