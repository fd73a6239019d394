"""The flags of `explain`."""

import argparse
import math
import re


def add_flags(command: argparse.ArgumentParser) -> None:
    """Add what may be said about an endpoint's traffic and prices, and the form of the answer."""
    said = command.add_argument_group("traffic (else as the environment file says)")
    said.add_argument("--rps", type=positive, metavar="N", help="requests a second to the whole endpoint")
    said.add_argument("--error-rate", type=share, metavar="SHARE", help="stable's, such as 0.5%% or 0.005")
    said.add_argument("--p50", type=positive, metavar="MS", help="stable's median latency")
    said.add_argument("--p99", type=positive, metavar="MS", help="stable's 99th percentile of latency")
    base = "stable's bad share in a guardrail on a rate, such as accuracy=8%%; may be given again"
    said.add_argument("--base", type=_named_share, action="append", default=[], metavar="NAME=SHARE", help=base)
    said.add_argument("--live", action="store_true", help="read stable's last day from CloudWatch")
    price = "of an instance in an hour, such as ml.m5.large=0.115; may be given again"
    command.add_argument("--price", type=_named_price, action="append", default=[], metavar="TYPE=USD", help=price)
    command.add_argument("--markdown", action="store_true", help="Markdown, for a pull request")


def positive(text: str) -> float:
    """Read a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return number


def share(text: str) -> float:
    """Read a share, as a percentage or as a number between 0 and 1."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s?(%?)", text)
    value = float(found[1]) / (100 if found[2] else 1) if found else math.nan
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} is no share between 0 and 1, such as 0.5% or 0.005")
    return value


def _named_share(text: str) -> tuple[str, float]:
    name, value = _named(text)
    return name, share(value)


def _named_price(text: str) -> tuple[str, float]:
    name, value = _named(text)
    return name, positive(value)


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text} is not of the form NAME=VALUE")
    return name, value
