"""The command line's grammar."""

import argparse
from pathlib import Path

from cli.batch_compare.arguments import add_flags as add_batch_compare_flags
from cli.drill.arguments import add_flags as add_drill_flags
from cli.explain.arguments import add_flags as add_explain_flags
from cli.quality.arguments import add_flags as add_quality_flags
from cli.quality.arguments import add_sources
from cli.simulate.arguments import add_flags as add_simulate_flags

_EPILOG = """\
exit codes:
  0    fine
  1    the wish is not possible, or there is nothing to show
  2    usage or bad input: an unknown environment or endpoint, an environment file with errors
  3    AWS refused or could not be reached, in AWS's own sentence
  4    watch: the rollout ended otherwise than promoted
  5    simulate: the plan breaks its budget
  6    batch-compare: more answers disagree than allowed
  7    drill: the saboteur was not detected and taken back in time
  8    drill: the endpoint could not be put back as it was
  130  interrupted (Ctrl-C)

Credentials and AWS_ENDPOINT_URL are boto3's own; SERINUS_ENVIRONMENTS names the folder of environment files.
docs/cli.md describes every command, the keys of --json and the permissions that each command needs.
"""


def parser() -> argparse.ArgumentParser:
    """Build the parser; `command` names the command that was given."""
    top = argparse.ArgumentParser(
        prog="serinus",
        description="Operate rollouts of models on SageMaker endpoints.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_readers(commands)
    _add_wishes(commands)
    add_simulate_flags(_command(commands, "simulate", "what becomes of rollouts, good and bad, by thousands"))
    add_explain_flags(_command(commands, "explain", "what a rollout will do: what it sees, whom it hurts, its cost"))
    add_drill_flags(_command(commands, "drill", "a canary known to be bad, deployed to see that it is taken back"))
    add_quality_flags(_command(commands, "quality", "how good captured answers were, to whom, and what has changed"))
    batch = "two model versions over the same input, compared before anything goes online"
    add_batch_compare_flags(_command(commands, "batch-compare", batch, environment=False))
    _command(
        commands, "flags", "feature flags: whose they are, until when, for whom they are on, which steps use them"
    )
    check = _command(commands, "check", "check environment files, and alarms", environment=False)
    check.add_argument("environments", nargs="*", metavar="ENV", help="names or paths; without any, all of them")
    check.add_argument("--strict", action="store_true", help="warnings fail, too")
    check.add_argument("--live", action="store_true", help="also ask AWS about existing_alarms and execution roles")
    check.add_argument(
        "--alarms", type=Path, metavar="FILE", help="also the alarms of a file (describe-alarms, JSON)"
    )
    sandbox = commands.add_parser("sandbox", help="AWS on loopback: `serinus sandbox up`", add_help=False)
    sandbox.add_argument("rest", nargs=argparse.REMAINDER)
    return top


def _add_readers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _command(commands, "status", "what is live, what is intended, and the evidence")
    history = _command(commands, "history", "a rollout's decisions with reasons and causes, or what SageMaker did")
    history.add_argument("--deployment", type=_number, metavar="N", help="of SageMaker's own, its number")
    history.add_argument("--all", action="store_true", help="also the looks that changed nothing")
    watch = _command(commands, "watch", "a rollout as it happens, until it ends")
    watch.add_argument("--every", type=_seconds, default=2.0, metavar="SECONDS", help="between looks (default: 2)")
    report = _command(commands, "report", "a rollout as one HTML page that needs nothing else")
    report.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder (default: out)")
    report.add_argument("--svg", action="store_true", help="also the picture of weights and errors, by itself")
    told = "also how good the answers of the rollout's time were, from files here, as `serinus quality` reads them"
    add_sources(report.add_argument_group("with captures", told))
    shadow = _command(commands, "shadow", "where a shadow's answers disagree: how many, in what, which segments")
    for reader in (history, report, shadow):
        reader.add_argument("--rollout", type=_number, metavar="N", help="its number (default: the latest)")


def _add_wishes(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, help_text in (
        ("pause", "hold the rollout at its weight"),
        ("resume", "go on with a paused rollout; the step bakes anew"),
        ("promote", "approve the step that awaits approval"),
        ("abort", "take the rollout in progress back"),
    ):
        _command(commands, name, help_text).add_argument("--reason", default="", help="kept in the ledger")
    switch = _command(commands, "kill-switch", "send everybody to stable, where a router splits the traffic")
    switch.add_argument("--off", action="store_true", help="let the router follow the rollout again")
    switch.add_argument("--reason", default="", help="told to whoever hears of rollouts")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_text: str,
    *,
    environment: bool = True,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help_text, description=help_text)
    if environment:
        command.add_argument("environment", metavar="ENV", help="the environment file's name, such as prod")
        command.add_argument(
            "endpoint", nargs="?", metavar="ENDPOINT", help="may be left out where there is one only"
        )
    command.add_argument("--json", action="store_true", help="one JSON document instead of text")
    return command


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no rollout number: they count from 1")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds between 0.1 and 3600")
    return seconds
