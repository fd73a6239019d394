"""What `make audit` makes of advisories; asking for them needs the network."""

import json
from datetime import date
from typing import Any

import pytest

from tools.audit.advisories import Advisory, Ignored, of_npm, of_pip, read, wrong

# As pip-audit 2.10 (pip_audit/_format/json.py) and npm 10 (its documentation, "npm audit") write them.
PIP: dict[str, Any] = json.loads("""
{"dependencies": [
  {"name": "requests", "version": "2.0", "vulns": [
    {"id": "PYSEC-2023-74", "fix_versions": ["2.31.0"], "aliases": ["CVE-2023-32681", "GHSA-j8r2-6x86-q33q"]}]},
  {"name": "rich", "version": "14.3.4", "vulns": []},
  {"name": "private", "skip_reason": "not found on PyPI"}], "fixes": []}
""")
NPM: dict[str, Any] = json.loads("""
{"auditReportVersion": 2, "vulnerabilities": {
  "cdktf-cli": {"name": "cdktf-cli", "severity": "high", "via": ["tar"], "range": "*", "nodes": []},
  "tar": {"name": "tar", "severity": "high", "range": "<6.2.1", "via": [
    {"source": 1096915, "name": "tar", "url": "https://github.com/advisories/GHSA-f5x3-32g6-xq36",
     "title": "Denial of service", "severity": "moderate", "range": "<6.2.1"}]}}}
""")
REQUESTS = Advisory("requests", ("PYSEC-2023-74", "CVE-2023-32681", "GHSA-j8r2-6x86-q33q"), "2.31.0")
TAR = Advisory("tar", ("GHSA-f5x3-32g6-xq36",), "not <6.2.1")
TODAY = date(2026, 11, 26)


def test_what_pip_audit_says_and_what_it_skipped() -> None:
    assert list(of_pip(PIP)) == [REQUESTS, Advisory("private", ("skipped: not found on PyPI",), "")]


def test_what_npm_says_once_for_those_who_use_it() -> None:
    assert list(of_npm(NPM)) == [TAR]


def test_an_answer_without_any_is_no_clean_one() -> None:
    with pytest.raises(ValueError, match=r"says nothing of vulnerabilities: .*ENOLOCK"):
        list(of_npm({"error": {"code": "ENOLOCK"}}))


def test_nothing_known_is_fine_and_anything_is_not() -> None:
    assert wrong([], {}, TODAY) == []
    assert wrong([TAR], {}, TODAY) == ["tar has GHSA-f5x3-32g6-xq36 (fixed: not <6.2.1)"]


def test_a_vulnerability_is_ignored_by_any_of_its_names_of_its_package_until_its_day() -> None:
    ignored = Ignored("requests", TODAY, "because")
    for name in REQUESTS.ids:
        assert wrong([REQUESTS], {name: ignored}, TODAY) == []
    assert wrong([REQUESTS], {REQUESTS.ids[1]: Ignored("requests", date(2026, 11, 25), "because")}, TODAY) == [
        "CVE-2023-32681 was to be ignored until 2026-11-25: look again"
    ]
    assert len(wrong([REQUESTS], {REQUESTS.ids[1]: Ignored("tar", TODAY, "because")}, TODAY)) == 2


def test_an_ignore_of_what_nobody_has_is_told() -> None:
    found = wrong([], {"GHSA-f5x3-32g6-xq36": Ignored("tar", TODAY, "because")}, TODAY)
    assert found == ["GHSA-f5x3-32g6-xq36 is ignored and nobody has it: take it out of ignored.toml"]


def test_every_ignore_has_its_reason() -> None:
    assert all(len(each.why) > 40 for each in read().values())
