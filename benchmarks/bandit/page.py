"""The page in docs/: claims and a table per world."""

from collections.abc import Iterator, Sequence

from benchmarks.bandit.claims import Claim
from benchmarks.bandit.score import OPTIMAL, SERINUS, Mean, Played

_INTRO = """# What a bandit costs while it learns

Serinus's bandit (the very functions of `lambdas/rollout/bandit`) against mabwiser and the usual algorithms, on the
same streams. Written by `python -m benchmarks.bandit`, which needs a few minutes on two idle cores and an environment
of its own for the peer's package; seeds are fixed. `--check` exits with 1 where a claim fails.

![Conversions lost, as a multiple of the limit](pictures/bandit-benchmark.svg)

Regret is what is lost against giving every request to the arm that is best in that batch: conversions, on average
over worlds. Intervals are 95 % confidence intervals over runs; players are compared on the same streams.

## Claims

Measured values are the end of the confidence interval that speaks against the claim. The bounds on what Serinus loses
against the optimal player were set after a first run, which had missed 2.5 where the best arm changes.

| claim | world | measured ≤ claimed | |
| --- | --- | --- | --- |"""
_WORLDS = """## The worlds

A day of 96 batches of 1,500 requests on average; shares change between batches only. Two arms convert 5 % of
requests on average; their rates are drawn from a normal distribution with a standard deviation of half a point.

- **flat**: nothing changes.
- **diurnal**: requests swing by ± 60 % over the day, and so do all rates, out of step.
- **switching**: at eight and sixteen hours, both arms' rates are drawn anew; nobody is told but the limit.
- **flat, 4 arms**: no limit is known that could be computed.
- **small**: 10 batches of 20 requests, rates uniform between 0 and 1.

## The limit

No bandit has less regret, on average over worlds so drawn. *small*: exact dynamic programming over all counts of both
arms, for batches split in pairs. Its work grows with the fifth power of the requests, so 200 is about where it ends.
*The others*: dynamic programming for normal rewards with the same means and variance, whose state is small enough at
any horizon (the batch, the first arm's part of the requests, and by how many standard deviations it leads); it knows
how rates are drawn, the daily cycle, and when they switch, which nobody else does. The first row of each table plays
what it asks for, in the same worlds as everybody: that its regret is the computed one is the check on both.
"""
_PEERS = """## How they are set

- **Serinus** as by default: a floor of 1 % an arm, shares move by at most 20 points a batch, differences count 1.2
  times as known (`sharpness`). *No floor, no bound* is the same without what makes it safe, as the others are played.
  *Discount 0.98* forgets half in 34 batches, and keeps the rest of the defaults. The sharpness was chosen on other
  streams of these worlds.
- **mabwiser** 2.7.4 as it comes, told of each request; 50 predictions a batch stand for its requests. UCB1 with
  alpha 1, which is made for rates that differ much more.
- **pooled Thompson** (Beta(1, 1), a draw per request), **KL-UCB**, **ε-greedy** and **MED** are written plainly in
  `benchmarks/bandit/players.py`. All pool their counts over the day, and give a whole batch by what they knew before.
- Nobody ends before the day does; with `until` Serinus would stop exploring, and a winner would be promoted.

## What it shows

- Where the world stands still, comparing within batches only throws information away, and the floor costs its
  share of requests: mabwiser's Thompson sampling, which pools, loses about a tenth less there. Where the whole day
  is 200 requests (*small*), the bounded steps are dear: all that pool but ε-greedy and UCB1 lose less.
- Where rates swing, counts that are pooled while shares move mistake a good hour for a good arm. Contrasts do not,
  and lose what they lose in a flat world.
- Where the best arm changes, forgetting pays; it costs a fifth to a quarter while nothing changes. **KL-UCB is ahead
  there** (by a twentieth, within the noise) without forgetting, for it never stops exploring; it loses half as much
  again as Serinus in the flat world and two and a half times as much in the diurnal one.
- Discounted pooling is the worst of both in a diurnal world: what it remembers is the last hours' shares.
"""


def page(played: Sequence[Played], decided: Sequence[Claim]) -> str:
    """Return the whole page as Markdown."""
    parts = [_INTRO, *(_row(claim) for claim in decided), "", _WORLDS]
    for one in played:
        parts += [f"### {one.world.name}\n", *_table(one), ""]
    return "\n".join([*parts, _PEERS])


def sentence(claim: Claim) -> str:
    """Say a claim in one line."""
    return f"{'holds' if claim.holds else 'FAILS'}: {claim.what} ({claim.world}): {_bounds(claim)}"


def _bounds(claim: Claim) -> str:
    return f"{claim.measured:.2f} ≤ {claim.at_most:.2f}"


def _row(claim: Claim) -> str:
    return f"| {claim.what} | {claim.world} | {_bounds(claim)} | {'holds' if claim.holds else '**fails**'} |"


def _table(one: Played) -> Iterator[str]:
    runs = len(one.regrets[SERINUS])
    limit = f"The limit is {one.limit:.1f} conversions; " if one.limit else "No limit; "
    yield f"{limit}{runs:,} runs.\n"
    yield "| bandit | conversions lost | ÷ limit | ÷ Serinus, same streams |\n| --- | --- | --- | --- |"
    for name in one.regrets:
        over = f"{one.mean(name).value / one.limit:.2f}" if one.limit else "-"
        shown = f"**{name}**" if name.startswith("Serinus") else f"*{name}*" if name == OPTIMAL else name
        yield f"| {shown} | {_pm(one.mean(name), 1)} | {over} | {_pm(one.over(name, SERINUS), 2)} |"


def _pm(number: Mean, digits: int) -> str:
    return f"{number.value:,.{digits}f} ± {number.half:.{digits}f}"
