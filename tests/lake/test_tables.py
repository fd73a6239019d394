"""The tables' projection: which folders a partition's values are, and what Athena refuses to guess."""

from __future__ import annotations

from string import Template

from lake import tables

CAPTURES, TRUTHS = tables.captures("s3://bucket/captures/credit/"), tables.truths("s3://bucket/truths")


def test_a_partition_is_a_folder_of_sagemakers() -> None:
    at = {"variant": "stable", "day": "2026/11/21", "hour": "09"}
    place = Template(CAPTURES.properties["storage.location.template"]).substitute(at)
    assert place == "s3://bucket/captures/credit/stable/2026/11/21/09/"
    place = Template(TRUTHS.properties["storage.location.template"]).substitute(at)
    assert place == "s3://bucket/truths/2026/11/21/09/"


def test_every_partition_column_is_projected_and_days_and_variants_must_be_named() -> None:
    for table, named in ((CAPTURES, {"variant", "day"}), (TRUTHS, {"day"})):
        kinds = {column: table.properties[f"projection.{column}.type"] for column in table.partitions}
        assert {column for column, kind in kinds.items() if kind == "injected"} == named
        assert kinds["hour"] == "enum"
        assert table.properties["projection.enabled"] == "true"
    hours = CAPTURES.properties["projection.hour.values"].split(",")
    assert (hours[0], hours[9], hours[-1], len(hours)) == ("00", "09", "23", 24)
