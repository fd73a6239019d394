from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from cli.exits import Exit
from cli.main import main

if TYPE_CHECKING:
    from tests.conftest import Sandbox

ROWS = 400


def write(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return str(folder)


def scores(*, differing: int) -> str:
    """Answers to `ROWS` rows, of which the last ones differ."""
    return "".join(f"{0.9 if row >= ROWS - differing else 0.1}\n" for row in range(ROWS))


def asked() -> str:
    """The rows: the last ten are from the north."""
    return "region,amount\n" + "".join(f"{'north' if row >= ROWS - 10 else 'south'},{row}\n" for row in range(ROWS))


@pytest.fixture
def places(tmp_path: Path) -> tuple[str, str, str]:
    """Stable's outputs, the canary's (10 of 400 rows differ), and what both were asked."""
    return (
        write(tmp_path / "stable", {"day/a.csv.out": scores(differing=0), "manifest.json": "{}"}),
        write(tmp_path / "canary", {"day/a.csv.out": scores(differing=10)}),
        write(tmp_path / "input", {"day/a.csv": asked()}),
    )


def run(places: tuple[str, ...], *more: str) -> int:
    names = ("--stable", "--canary", "--input")
    return main(["batch-compare", *(part for pair in zip(names, places, strict=False) for part in pair), *more])


def document(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("limit", "code", "held"),
    [("0.5%", Exit.DISAGREES, "above"), ("2%", Exit.FINE, "undecided"), ("10%", Exit.FINE, "below")],
)
def test_it_fails_where_more_is_proven_to_disagree(
    places: tuple[str, ...], capsys: pytest.CaptureFixture[str], limit: str, code: Exit, held: str
) -> None:
    assert run(places, "--max-disagreement", limit, "--json") == code
    found = document(capsys)
    assert (found["files"], found["compared"], found["disagreements"], found["held"]) == (1, ROWS, 10, held)
    assert found["low"] < 10 / ROWS < found["high"]
    assert found["kinds"] == {"score": 10}


def test_text_tells_where_it_is_and_what_is_allowed(
    places: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(places, "--max-disagreement", "0.5%") == Exit.DISAGREES
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "10 of 400 answers disagree, 1.21 % to 4.55 % with 95 % confidence"
    assert any(line.startswith("  region=north: 10 of 10") for line in out)
    assert any("day/a.csv.out row 390 (score): stable 0.1 | canary 0.9" in line for line in out)
    assert out[-1] == "more disagree than the 0.5 % allowed"


def test_without_a_limit_it_only_tells(places: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(places[:2], "--json") == Exit.FINE
    found = document(capsys)
    assert (found["held"], found["segments"], found["input"]) == (None, [], None)


@pytest.mark.parametrize(
    ("flags", "kinds"),
    [(["--tolerance", "0.9"], {}), (["--threshold", "0.5"], {"label": 10}), (["--threshold", "0.95"], {})],
)
def test_flags_say_what_is_the_same(
    places: tuple[str, ...], capsys: pytest.CaptureFixture[str], flags: list[str], kinds: dict[str, int]
) -> None:
    run(places, *flags, "--json")
    assert document(capsys)["kinds"] == kinds


def test_segments_can_be_named(places: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    run(places, "--segments", "amount,nowhere", "--json")
    assert {each["name"].partition("=")[0] for each in document(capsys)["segments"]} == {"amount"}


def test_a_file_that_one_job_left_out_is_an_error_in_each_row(
    places: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path(places[0]), {"b.csv.out": "0.1\n0.2\n"})
    run(places, "--json")
    assert document(capsys)["kinds"] == {"error": 2, "score": 10}


def test_jobs_that_answer_in_other_formats_disagree_in_schema(
    places: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path(places[1]), {"day/a.csv.out": json.dumps({"predictions": [0.1] * ROWS})})
    run(places, "--json")
    assert document(capsys)["kinds"] == {"schema": ROWS}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json.out", '{"predictions": [0.1, 0.2]}'),
        ("a.csv.out", '{"predictions": [0.1]}\n{"predictions": [0.2]}'),
        ("a.jsonl.out", '{"score": 0.1}\n{"score": 0.2}\n'),
        ("a.jsonl.out", "0.1\n0.2\n"),
        ("a.out", "0.1\n0.2\n"),
    ],
)
def test_every_way_to_write_outputs_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    both = tuple(write(tmp_path / side, {name: text}) for side in ("stable", "canary"))
    assert run(both, "--json") == Exit.FINE
    found = document(capsys)
    assert (found["compared"], found["disagreements"]) == (2, 0)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [({"model.tar.gz": "x"}, "ends in .out"), ({"a.json.out": "{"}, "nothing could be compared: 1 of 1 files")],
)
def test_no_data_proves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], sentence: str
) -> None:
    both = tuple(write(tmp_path / side, files) for side in ("stable", "canary"))
    assert run(both, "--max-disagreement", "2%") == Exit.NOTHING
    assert sentence in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run((str(tmp_path / "nowhere"), str(tmp_path))) == Exit.USAGE
    assert "there is no folder" in capsys.readouterr().err


@pytest.fixture
def buckets(sandbox: Sandbox, places: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    for variable, value in sandbox.env.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # one that another test has made knows that test's profile
    s3, bucket = sandbox.client("s3"), sandbox.name("batches")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for place, name in zip(places, ("stable", "canary", "input"), strict=True):
        for path in Path(place).rglob("*.*"):
            s3.put_object(Bucket=bucket, Key=f"{name}/{path.relative_to(place).as_posix()}", Body=path.read_bytes())
    s3.put_object(Bucket=bucket, Key="stable-2/z.csv.out", Body=b"1")  # of another folder, for all its name
    return tuple(f"s3://{bucket}/{name}" for name in ("stable", "canary", "input"))


def test_outputs_in_s3_are_the_same(
    places: tuple[str, ...], buckets: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    about = ("stable", "canary", "input")
    run(places, "--json")
    local = {key: value for key, value in document(capsys).items() if key not in about}
    run((f"{buckets[0]}/", *buckets[1:]), "--json")
    assert {key: value for key, value in document(capsys).items() if key not in about} == local


def test_a_bucket_that_is_not_there_is_told_in_aws_own_words(
    buckets: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(("s3://serinus-no-such-bucket/x", buckets[1])) == Exit.AWS
    assert "NoSuchBucket" in capsys.readouterr().err


def test_every_key_of_json_is_described(places: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    run(places, "--max-disagreement", "2%", "--json")
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    found = document(capsys)
    keys = set(found) | set(found["segments"][0]) | set(found["examples"][0])
    assert {key for key in keys if f"`{key}`" not in page} == set()
