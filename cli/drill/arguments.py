"""The flags of `drill`."""

import argparse
from pathlib import Path


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for the evidence (default: one in out/drills)"
    )
