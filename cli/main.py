"""The `serinus` command: read the command line, ask, print, and end with the right code."""

import contextlib
import json
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.text import Text

from cli.answer import Answer
from cli.arguments import parser
from cli.batch_compare.command import batch_compare
from cli.check import check, refused
from cli.connect import Site, connect
from cli.drill.command import drill
from cli.exits import Exit, RefusedError
from cli.explain.command import explain
from cli.failures import fix_for
from cli.flags import flags
from cli.kill_switch import kill_switch
from cli.operate import abort, wish
from cli.report.write import report
from cli.shadow import shadow
from cli.show import history, status
from cli.watch import watch
from infra.spec import SpecErrors
from lambdas.rollout.documents import DamagedDocumentError
from lambdas.rollout.ports import EndpointRefusedError

COMMANDS: dict[str, Callable[[Site, Namespace], Answer]] = {
    "status": status,
    "history": history,
    "report": report,
    "shadow": shadow,
    "pause": wish,
    "resume": wish,
    "promote": wish,
    "abort": abort,
    "kill-switch": kill_switch,
    "drill": drill,
}
"""The commands that ask an environment once and answer."""
DATED: dict[str, Callable[[Namespace, date], Answer]] = {"check": check, "flags": flags}
"""The commands that read files alone, and need to know which day it is."""
_PIPED = 200
"""Columns where there is no terminal."""


class _Output(Console):
    """Standard output, for whoever reads it."""

    def on_broken_pipe(self) -> None:
        """End well where the reader (`| head`) has seen enough; rich would end with code 1."""
        with contextlib.suppress(SystemExit):
            super().on_broken_pipe()
        raise SystemExit(Exit.FINE)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (`cli.exits.Exit`)."""
    given = sys.argv[1:] if argv is None else list(argv)
    if given[:1] == ["sandbox"]:
        return _sandbox(given[1:])
    arguments = parser().parse_args(given)
    console = _Output(highlight=False, markup=False, width=None if sys.stdout.isatty() else _PIPED)
    try:
        return run(arguments, console, connect)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def run(arguments: Namespace, console: Console, reach: Callable[[str], Site]) -> Exit:
    """Run a parsed command against the environment that ``reach`` connects to; no error leaves as a traceback."""
    try:
        if arguments.command == "watch":
            return watch(reach(arguments.environment), arguments, console)
        return _say(console, arguments, _answer(arguments, reach))
    except RefusedError as error:
        return _fail(console, arguments, error)
    except SpecErrors as error:
        return _say(console, arguments, refused(error))
    except (BotoCoreError, ClientError, EndpointRefusedError) as error:
        fix = fix_for(error, getattr(arguments, "environment", ""))
        return _fail(console, arguments, RefusedError(Exit.AWS, str(error), fix))
    except DamagedDocumentError as error:
        fix = "use the version of Serinus that the environment was deployed with"
        return _fail(console, arguments, RefusedError(Exit.AWS, f"the ledger cannot be read: {error}", fix))


def _answer(arguments: Namespace, reach: Callable[[str], Site]) -> Answer:
    if arguments.command in DATED:
        return DATED[arguments.command](arguments, datetime.now(UTC).date())
    if arguments.command == "batch-compare":
        return batch_compare(arguments)
    if arguments.command == "simulate":
        from cli.simulate.command import simulate  # noqa: PLC0415 - numpy takes a while, and no other command needs it

        return simulate(arguments)
    if arguments.command == "quality":
        from cli.quality.command import quality  # noqa: PLC0415 - DuckDB takes a while, and no other command needs it

        return quality(arguments)
    if arguments.command == "explain":
        return explain(arguments, reach)
    return COMMANDS[arguments.command](reach(arguments.environment), arguments)


def _say(console: Console, arguments: Namespace, answer: Answer) -> Exit:
    if arguments.json:
        console.print(json.dumps(answer.document, indent=2), soft_wrap=True)
    else:
        # Where nobody looks at a terminal, a line is a line, however long.
        console.print(answer.text, soft_wrap=not console.is_terminal)
    return answer.code


def _fail(console: Console, arguments: Namespace, error: RefusedError) -> Exit:
    if arguments.json:
        document = {"error": {"code": int(error.code), "sentence": error.sentence, "fix": error.fix or None}}
        console.print(json.dumps(document, indent=2), soft_wrap=True)
    fix = f"\nfix: {error.fix}" if error.fix else ""
    Console(stderr=True, highlight=False, markup=False).print(Text(f"serinus: {error.sentence}{fix}"), soft_wrap=True)
    return error.code


def _sandbox(rest: list[str]) -> int:
    from sandbox.__main__ import main as sandbox  # noqa: PLC0415 - moto takes seconds, and no other command needs it

    sandbox(rest)
    return Exit.FINE


if __name__ == "__main__":
    sys.exit(main())
