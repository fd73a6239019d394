"""The environments of this repository, the schema beside them, and the check."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # it ships no types
import pytest
from ruamel.yaml import YAML

from infra.spec import Native, Progressive, check, load, load_all
from infra.spec.__main__ import main
from infra.spec.schema import schema
from lambdas.rollout.plan import FULL, Step
from tests.infra.specs import NATIVE, PROGRESSIVE, changed

ENVIRONMENTS = Path(__file__).parents[2] / "environments"


def _plain(text: str) -> object:
    """Read as editors do, by YAML 1.2, which has no dates."""
    data: object = json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))
    return data


def test_all_load() -> None:
    assert [environment.name for environment in load_all(ENVIRONMENTS)] == [
        "dev",
        "path",
        "prod",
        "sandbox",
        "staging",
    ]


def test_the_sandbox_is_small_and_keeps_its_state_here() -> None:
    sandbox = load(ENVIRONMENTS / "sandbox.yaml")
    (endpoint,) = sandbox.endpoints
    assert sandbox.state.local
    assert (endpoint.name, endpoint.stable.version, endpoint.canary) == ("mortgage", "v1", None)
    assert isinstance(endpoint.rollout, Progressive)
    assert sum(step.bake for step in endpoint.rollout.plan.steps) <= 120


def test_prod_asks_somebody_before_the_canary_serves_everyone() -> None:
    mortgage, documents = load(ENVIRONMENTS / "prod.yaml").endpoints
    assert isinstance(mortgage.rollout, Progressive)
    assert mortgage.rollout.plan.steps[-1] == Step(FULL, 7200, 4 * 7200, approval=True)
    assert mortgage.autoscaling
    assert isinstance(documents.rollout, Native)


def test_the_committed_schema_is_fresh() -> None:
    assert (ENVIRONMENTS / "schema.json").read_text(encoding="utf-8") == schema(), "run python -m infra.spec schema"


@pytest.mark.parametrize("file", sorted(ENVIRONMENTS.glob("*.yaml")), ids=lambda file: file.name)
def test_every_file_points_editors_at_the_schema_and_keeps_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    jsonschema.validate(_plain(text), json.loads(schema()), jsonschema.Draft7Validator)


@pytest.mark.parametrize("text", [PROGRESSIVE, NATIVE])
def test_the_schema_is_a_schema_and_takes_what_is_right(text: str) -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(schema()))
    jsonschema.validate(_plain(text), json.loads(schema()), jsonschema.Draft7Validator)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weight: 1%", "weight: 1"),
        ("weight: 1%", "wait: 1%"),
        ("weight: 1%, ", ""),
        ("bake: 10m}\n        - {weight: 50%", "bake: ten}\n        - {weight: 50%"),
        ("metric: latency", "metric: latencies"),
        ("mode: progressive", "mode: other"),
        ('account: "123456789012"', "account: 123456789012"),
        ("  mortgage:", "  mortgage_eu:"),
        ("s3://models/v2.tar.gz", "http://models/v2.tar.gz"),
    ],
)
def test_editors_see_what_is_of_the_wrong_shape(old: str, new: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_plain(changed(PROGRESSIVE, old, new)), json.loads(schema()), jsonschema.Draft7Validator)


def test_the_check_says_ok() -> None:
    assert check([ENVIRONMENTS]).text == "OK: dev, path, prod, sandbox, staging"


def test_the_check_tells_what_is_wrong_and_exits_with_1(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text(changed(PROGRESSIVE, "count: 2", "count: 0"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "infra.spec", str(file)],
        cwd=ENVIRONMENTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == (
        f"{file}:10  endpoints.mortgage.instance.count: 0\n  is less than 1\n  fix: write 1 or more\n\n1 error\n"
    )


def test_an_empty_folder_is_no_set_of_environments(tmp_path: Path) -> None:
    assert not check([tmp_path]).ok


def test_schema_is_written_where_asked(tmp_path: Path) -> None:
    assert main(["schema", str(tmp_path / "schema.json")]) == 0
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == schema()
