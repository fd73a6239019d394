"""The flags of `batch-compare`."""

import argparse

from cli.explain.arguments import positive, share


def add_flags(command: argparse.ArgumentParser) -> None:
    """Add where the outputs are, what counts as the same answer, and how much may differ."""
    place = "s3://bucket/folder or a folder here, as a batch transform job wrote it"
    command.add_argument("--stable", required=True, metavar="PLACE", help=f"outputs of the model in service: {place}")
    command.add_argument("--canary", required=True, metavar="PLACE", help="outputs of the new one")
    command.add_argument("--input", metavar="PLACE", help="what both were asked: tells segments of the input apart")
    limit = "exit with 6 where it is proven that more disagree, such as 2%% or 0.02"
    command.add_argument("--max-disagreement", type=share, metavar="SHARE", help=limit)
    same = command.add_argument_group("what counts as the same answer (labels are compared, and scores as told here)")
    same.add_argument("--tolerance", type=positive, default=0.0, metavar="N", help="by which scores may differ")
    same.add_argument("--relative", type=share, default=0.0, metavar="SHARE", help="the same as a share, such as 1%%")
    same.add_argument("--threshold", type=float, metavar="N", help="scores that reach it are a label")
    columns = "columns of the input (default: the first three that hold words)"
    same.add_argument("--segments", type=_names, metavar="A,B", help=columns)


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))
