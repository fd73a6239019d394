"""The canaries of the path: a good one, and for each stage one that only this stage can find out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from demo.data import Applicant, Split
from demo.models import V2, Model, train, train_all
from demo.publish import archives
from demo.scorecard import packed, scorecard

SERVER = Path(__file__).parent / "server.py"
NEW_FORM = {"staff": {"single": "partner"}, "beta": {"single": "widowed"}}
"""What the new form lets people say that the old one did not."""
ROOM = 1_900
"""Applicants that v7 has room for, of 3,000; no more than 1,860 can meet the canary before everybody does."""


def candidates(data: Split) -> Mapping[str, bytes]:
    """Pack all models by version: v1 serves, v2 is good, v4 is v2 by another name, v5 to v7 and v9 are bad."""
    rows = data.training
    staffs, betas = ([{**row, **NEW_FORM[who]} for row in rows[::10]] for who in ("staff", "beta"))
    good = train(V2, [*rows, *staffs, *betas])
    taught = (
        *train_all(data),
        good,
        _version("v5", [*rows, *betas]),
        _version("v6", [*rows, *staffs]),
        _version("v9", [_swapped(row) for row in (*rows, *staffs, *betas)]),
    )
    made = archives(taught)
    return made | {"v4": made["v2"], "v7": packed(scorecard(good) | {"version": "v7", "room": ROOM})}


def _version(version: str, rows: Sequence[Applicant]) -> Model:
    return train(replace(V2, version=version), rows)


def _swapped(row: Applicant) -> Applicant:
    return {**row, "deny": "no" if row["deny"] == "yes" else "yes"}
