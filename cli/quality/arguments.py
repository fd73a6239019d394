"""The flags of `quality`."""

import argparse
from datetime import UTC, datetime
from pathlib import Path


def add_flags(command: argparse.ArgumentParser) -> None:
    """Add what is read, which interval counts, and where a baseline is written."""
    add_sources(command)
    moment = "such as 2026-11-21T09:00:00Z; UTC where it names no zone"
    command.add_argument("--since", required=True, type=_moment, metavar="TIME", help=moment)
    command.add_argument("--until", required=True, type=_moment, metavar="TIME", help="the end, not in it")
    command.add_argument(
        "--write-baseline", type=Path, metavar="DIR", help="write stable's statistics.json and constraints.json there"
    )


def add_sources(command: "argparse.ArgumentParser | argparse._ArgumentGroup") -> None:
    """Add where captures and truths are, what to compare with, and what DuckDB may use."""
    place = "folder that holds ENDPOINT/VARIANT/yyyy/mm/dd/hh, or a pattern of such folders"
    command.add_argument("--captures", metavar="DIR", help=place)
    command.add_argument(
        "--truths", metavar="DIR", help="folder that holds ENDPOINT/yyyy/mm/dd/hh (default: no truths)"
    )
    command.add_argument("--fetch", action="store_true", help="copy both from S3 first, for as long as they are read")
    command.add_argument("--baseline", type=Path, metavar="FILE", help="Model Monitor's statistics.json")
    command.add_argument("--memory", metavar="SIZE", help="at most, such as 2GB; beyond it DuckDB uses the disk")
    command.add_argument("--threads", type=_threads, metavar="N", help="at most (default: one per core)")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no time; write 2026-11-21T09:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _threads(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is no number of threads")
    return int(text)
