"""The cdktf app: every file of ``environments/`` becomes two stacks. Run by ``cdktf synth`` and ``cdktf deploy``."""

import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from infra.checks.check import Severity
from infra.checks.examine import examine
from infra.checks.notice import Notice
from infra.checks.synthesized import examine_stacks
from infra.spec import SpecErrors
from infra.spec.load import load_with_places
from stacks.app import PROJECT, build


def main() -> int:
    """Synthesize into ``CDKTF_OUTDIR`` (cdktf sets it), or ``cdktf.out`` beside this file; checks may refuse."""
    try:
        loaded = load_with_places([Path(os.environ.get("SERINUS_ENVIRONMENTS", PROJECT / "environments"))])
    except SpecErrors as errors:
        print(errors, file=sys.stderr)  # noqa: T201  # the terminal is where errors are told
        return 1
    today = datetime.now(UTC).date()
    if not _tell(notice for each in loaded for notice in examine(each, today)):
        return 1
    environments = [each.environment for each in loaded]
    outdir = Path(os.environ.get("CDKTF_OUTDIR", PROJECT / "cdktf.out")).resolve()
    build(environments, outdir).synth()
    return 0 if _tell(examine_stacks(outdir, environments)) else 1


def _tell(notices: Iterable[Notice]) -> bool:
    """Print what checks have found, once each; tell whether none of it is an error."""
    found = list(dict.fromkeys(notices))
    for notice in found:
        print(notice, file=sys.stderr)  # noqa: T201  # the terminal is where errors are told
    return all(notice.check.severity is not Severity.ERROR for notice in found)


if __name__ == "__main__":
    raise SystemExit(main())
