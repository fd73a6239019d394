"""The cdktf app: every file of ``environments/`` becomes two stacks. Run by ``cdktf synth`` and ``cdktf deploy``."""

import os
import sys
from pathlib import Path

from infra.spec import SpecErrors, load_all
from stacks.app import PROJECT, build


def main() -> int:
    """Synthesize into ``CDKTF_OUTDIR`` (cdktf sets it), or ``cdktf.out`` beside this file."""
    try:
        environments = load_all(Path(os.environ.get("SERINUS_ENVIRONMENTS", PROJECT / "environments")))
    except SpecErrors as errors:
        print(errors, file=sys.stderr)  # noqa: T201  # the terminal is where errors are told
        return 1
    outdir = Path(os.environ.get("CDKTF_OUTDIR", PROJECT / "cdktf.out")).resolve()
    build(environments, outdir).synth()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
